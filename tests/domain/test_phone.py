"""Phone numbers: any UK writing, never guessed."""

from random import Random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_phones import cells, national

from contactbot.domain.phone import (
    PhoneFault,
    PhoneKind,
    PhoneProblem,
    numbers_near,
    parse_by_library,
    parse_phone,
)
from contactbot.domain.uk_numbers import line_type

MOBILE = "+447700900123"
PRETEND_BLOCK = "+44" + "4"


def read(text: str, *, allow_pretend: bool = False) -> str:
    return parse_phone(text, allow_pretend=allow_pretend).e164


def problem(text: str, *, allow_pretend: bool = False) -> PhoneProblem:
    with pytest.raises(PhoneFault) as fault:
        parse_phone(text, allow_pretend=allow_pretend)
    assert not any(character.isdigit() for character in str(fault.value))
    return fault.value.problem


@pytest.mark.parametrize(
    "writing",
    [
        "07700900123",
        "07700 900 123",
        "07700-900-123",
        "(07700) 900123",
        "+447700900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "4407700900123",
        "7700900123",
        "7700900123.0",
        "447700900123.0",
        "4.47700900123E+11",
        "7.700900123e+9",
        "'07700900123",
        '="07700900123"',
        "\u200e07700\u00a0900123\ufeff",
        "tel:+447700900123",
        "07700\u2011900\u2011123",
    ],
)
def test_one_number_in_every_uk_writing(writing):
    assert read(writing) == MOBILE


@pytest.mark.parametrize("written", ["02920180123", "2920180123", "029 2018 0123"])
def test_leading_zero_is_kept_or_given_back(written):
    assert read(written) == "+442920180123"


@pytest.mark.parametrize(
    "drama",
    [
        "07700 900000",
        "01632 960999",
        "029 2018 0999",
        "020 7946 0000",
        "0808 157 0000",
        "03069 990000",
    ],
)
def test_drama_numbers_are_accepted(drama):
    assert read(drama).startswith("+44")


@pytest.mark.parametrize("damaged", ["4.477E+11", "4.47701E+11", "7.7E+9", "4,477E+11"])
def test_a_rounded_number_is_rejected(damaged):
    assert problem(damaged) is PhoneProblem.SHORTENED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", PhoneProblem.EMPTY),
        ("  ", PhoneProblem.EMPTY),
        ("none", PhoneProblem.NOT_ONE_NUMBER),
        ("07700 900123 (mum)", PhoneProblem.NOT_ONE_NUMBER),
        ("07700 900123 / 07700 900456", PhoneProblem.NOT_ONE_NUMBER),
        ("07700 900123 ext 5", PhoneProblem.NOT_ONE_NUMBER),
        ("07700 900123;07700 900456", PhoneProblem.NOT_ONE_NUMBER),
        ("0770090012", PhoneProblem.IMPOSSIBLE),
        ("770090012", PhoneProblem.INCOMPLETE),
        ("999", PhoneProblem.INCOMPLETE),
        ("0909 879 0123", PhoneProblem.COSTLY),
        ("+0 7700 900123", PhoneProblem.IMPOSSIBLE),
        ("07700 9001234", PhoneProblem.IMPOSSIBLE),
        ("٠٧٧٠٠٩٠٠١٢٣", PhoneProblem.NOT_ONE_NUMBER),
        ("=07700900123+1", PhoneProblem.NOT_ONE_NUMBER),
    ],
)
def test_what_is_not_one_whole_number_is_refused(text, expected):
    assert problem(text) is expected


def test_a_pretended_number_only_while_live_calling_is_off():
    number = PRETEND_BLOCK + "0" * 9
    assert parse_phone(number, allow_pretend=True).kind is PhoneKind.PRETEND
    assert problem(number) is PhoneProblem.PRETEND
    assert problem(number + "0", allow_pretend=True) is PhoneProblem.IMPOSSIBLE


def test_a_number_abroad_needs_its_country():
    assert parse_phone("+353 1 676 0000", allow_pretend=False).kind is PhoneKind.INTERNATIONAL


def test_the_number_is_not_in_its_repr():
    assert "7700" not in repr(parse_phone("07700900123", allow_pretend=False))


@pytest.mark.parametrize(
    "other",
    ["+447700900123", "+447700900124", "+44770090012", "+4477009001230", "+447700900213"],
)
def test_one_slip_of_a_finger_is_near(other):
    assert numbers_near(MOBILE, other)


@pytest.mark.parametrize("other", ["+447700900145", "+447700900231", "+4477009001"])
def test_two_slips_are_not_near(other):
    assert not numbers_near(MOBILE, other)


@given(st.text(max_size=40) | st.from_regex(r"[+(]?[0-9 ()./E-]{5,18}", fullmatch=True))
def test_any_text_is_read_as_one_number_or_refused(text):
    try:
        number = parse_phone(text, allow_pretend=True)
    except PhoneFault:
        return
    assert read(number.e164, allow_pretend=True) == number.e164


@given(st.integers(0, 999))
def test_every_drama_mobile_survives_every_writing(last):
    tail = f"{last:03d}"
    writings = ("07700900" + tail, "+44 7700 900" + tail, "7700900" + tail, "447700900" + tail)
    assert {read(writing) for writing in writings} == {"+447700900" + tail}


def outcome(read, text):
    try:
        return read(text, allow_pretend=True)
    except PhoneFault as fault:
        return fault.problem


def test_cells_are_read_at_once_as_by_the_library():
    for text in cells(20_000, Random(7)):  # noqa: S311 - repeatable
        assert outcome(parse_phone, text) == outcome(parse_by_library, text)


@given(st.from_regex(r"(?:0|\+44|0044|44)?[ (0)]{0,3}[0-9][0-9 ()-]{6,14}", fullmatch=True))
def test_any_british_writing_is_read_at_once_as_by_the_library(text):
    assert outcome(parse_phone, text) == outcome(parse_by_library, text)


def test_each_british_number_has_the_type_of_line_the_library_finds():
    random = Random(8)  # noqa: S311 - repeatable
    for digits in (national(random) for _ in range(5_000)):
        if not digits.startswith("0"):
            number = phonenumbers.PhoneNumber(country_code=44, national_number=int(digits))
            assert line_type(digits) == phonenumbers.number_type(number)
