"""Telling words are found in both languages, whatever Welsh does to their beginnings."""

import pytest

from contactbot.scripting.neutral import mutations, telling_words

WELSH = [
    *("heddlu", "Heddlu", "o’r heddlu", "swyddogion", "trosedd", "drosedd", "throsedd", "nhrosedd"),
    *("ddioddefwr", "nioddefwyr", "gymorth", "chymorth", "nghymorth", "wasanaeth", "ngwasanaeth"),
    *("cam-drin", "gam-drin", "cham-drin", "dystion", "lys", "Ngwent", "Ddyfed-Powys", "Bowys"),
    *("gefnogaeth", "ddiogel", "drais", "hymosodiad", "police", "support"),
]
ENGLISH = [
    *("police", "Police", "victims", "crime", "criminal", "support", "service", "safe", "safely"),
    *("Gwent", "Dyfed-Powys", "officer’s", "offences", "witness", "heddlu", "trosedd"),
]
INNOCENT = [
    ("cy", "Am Gymraeg, pwyswch 1. Diolch. Hwyl fawr. Bydd rhywun yn eich ffonio."),
    ("en", "He went out, and someone will ring. Thank you. Goodbye. Press 1."),
]


@pytest.mark.parametrize("word", WELSH)
def test_telling_words_are_found_in_welsh(word):
    assert telling_words(f"Diolch {word} nawr", "cy")


@pytest.mark.parametrize("word", ENGLISH)
def test_telling_words_are_found_in_english(word):
    assert telling_words(f"Thank you, {word} now", "en")


@pytest.mark.parametrize(("language", "text"), INNOCENT)
def test_innocent_words_are_left_alone(language, text):
    assert telling_words(text, language) == ()


def test_letters_written_in_two_ways_are_the_same():
    assert telling_words("dioddefŵyr", "cy") == telling_words("dioddefw\u0302yr", "cy")


@pytest.mark.parametrize(
    ("stem", "forms"),
    [
        ("trosedd", {"trosedd", "drosedd", "nhrosedd", "throsedd"}),
        ("gwent", {"gwent", "went", "ngwent"}),
        ("llys", {"llys", "lys"}),
        ("dioddef", {"dioddef", "ddioddef", "nioddef"}),
        ("ymosod", {"ymosod", "hymosod"}),
        ("heddlu", {"heddlu"}),
        ("mavis", {"mavis", "favis"}),
    ],
)
def test_a_stem_has_exactly_its_mutations(stem, forms):
    assert mutations(stem) == forms
