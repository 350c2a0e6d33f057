"""Segments are counted as the provider’s published calculator counts them."""

import pytest

from contactbot.domain.segments import BASIC, EXTENDED, count_segments

WELSH_178 = "a" * 177


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ŷ" * 70, 1),
        ("ŷ" * 71, 2),
        ("ŷ" * 134, 2),
        ("ŷ" * 135, 3),
        (WELSH_178 + "y", 2),
        (WELSH_178 + "ŷ", 3),
    ],
)
def test_the_published_lengths(text: str, segments: int) -> None:
    assert count_segments(text).number == segments


def test_letters_of_the_extension_table_count_two() -> None:
    assert count_segments("€" * 80).number == 1
    assert count_segments("€" * 81).number == 2
    assert {count_segments(letter).units for letter in EXTENDED} == {2}
    assert {count_segments(letter).units for letter in BASIC} == {1}


def test_a_letter_of_two_units_is_never_split_between_segments() -> None:
    # 153 units would hold the first letter and half of the second.
    assert count_segments("a" * 152 + "€" * 77).number == 3
    assert count_segments("a" * 152 + "a" * 154).number == 2
    assert count_segments("ŵ" * 66 + "😀" * 34).number == 3


@pytest.mark.parametrize("letter", list("âêîôûŵŷÂÊÎÔÛŴŶáíóúïÀÈ’“–"))
def test_one_letter_outside_the_cheap_alphabet_shortens_every_segment(letter: str) -> None:
    assert count_segments("a" * 70 + letter).number == 2
    assert count_segments(letter).outside_gsm == (letter,)


@pytest.mark.parametrize("letter", list("àèéìòùäöüÉÄÖÜ£"))
def test_these_accents_are_cheap(letter: str) -> None:
    assert count_segments(letter).is_gsm


def test_a_letter_written_in_two_parts_is_one_letter() -> None:
    assert count_segments("w\u0302" * 70).number == 1
