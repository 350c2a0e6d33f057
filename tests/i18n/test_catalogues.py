"""Words in the language asked for, or not at all."""

import csv

import pytest

from contactbot.i18n.catalogues import (
    LOCALES,
    REVIEW_COLUMNS,
    REVIEWS,
    Catalogues,
    load_catalogues,
    read_reviews,
    read_welsh,
    service_names,
    slot_words,
)
from contactbot.ports.translator import MissingTranslation

WELSH = {
    ("a.b.say", "Hello {key}."): "Helo {key}.",
    ("a.b.who", "From {service}."): "O: {service}.",
}
TRANSLATOR = Catalogues(WELSH, service_names("gwent"))
SUMMER = "2026-06-02T13:30:00+00:00/2026-06-02T15:00:00+00:00"
WINTER = "2026-12-01T13:30:00Z/2026-12-01T15:00:00Z"


def test_english_is_the_message_itself():
    assert TRANSLATOR.text("a.b.say", "Hello {key}.", "en", {"key": "1"}) == "Hello 1."


def test_welsh_is_found_by_context_and_english():
    assert TRANSLATOR.text("a.b.say", "Hello {key}.", "cy", {"key": "1"}) == "Helo 1."


@pytest.mark.parametrize(
    ("context", "message"), [("a.b.say", "Hello."), ("other", "Hello {key}."), ("x", "y")]
)
def test_missing_welsh_is_an_error_and_never_english(context, message):
    with pytest.raises(MissingTranslation):
        TRANSLATOR.text(context, message, "cy", {"key": "1"})


def test_a_placeholder_without_a_value_is_an_error():
    with pytest.raises(KeyError):
        TRANSLATOR.text("a.b.say", "Hello {key}.", "en")


@pytest.mark.parametrize(
    ("force", "english", "welsh"),
    [
        ("gwent", "the victim service for Gwent Police", "Gwasanaeth Dioddefwyr Heddlu Gwent"),
        ("", "the victim service for your force", "gwasanaeth dioddefwyr eich heddlu"),
        ("Heddlu X", "the victim service for Heddlu X", "Gwasanaeth Dioddefwyr Heddlu X"),
    ],
)
def test_the_service_is_named_after_the_force(force, english, welsh):
    translator = Catalogues(WELSH, service_names(force))
    assert translator.text("a.b.who", "From {service}.", "en") == f"From {english}."
    assert translator.text("a.b.who", "From {service}.", "cy") == f"O: {welsh}."


@pytest.mark.parametrize(
    ("interval", "language", "words"),
    [
        (SUMMER, "en", "Tuesday 2 June, 14:30 to 16:00"),
        (SUMMER, "cy", "dydd Mawrth 2 Mehefin, 14:30 tan 16:00"),
        (WINTER, "en", "Tuesday 1 December, 13:30 to 15:00"),
        (WINTER, "cy", "dydd Mawrth 1 Rhagfyr, 13:30 tan 15:00"),
    ],
)
def test_a_time_is_a_local_day_and_24_hour_times(interval, language, words):
    assert slot_words(interval, language) == words


def test_what_is_marked_fuzzy_is_no_welsh(tmp_path):
    folder = tmp_path / "cy" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    entry = 'msgctxt "a"\nmsgid "{0}"\nmsgstr "{1}"\n\n'
    text = entry.format("Yes", "Ydw") + "#, fuzzy\n" + entry.format("No", "Na")
    (folder / "messages.po").write_text(text, encoding="utf-8")
    assert read_welsh(tmp_path) == {("a", "Yes"): "Ydw"}


def test_only_a_named_and_dated_review_counts(tmp_path):
    (tmp_path / "cy").mkdir()
    with (tmp_path / REVIEWS).open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(REVIEW_COLUMNS)
        rows.writerow(["aa", "x", "A. Reviewer", "2026-01-01", ""])
        rows.writerow(["bb", "x", "", "2026-01-01", ""])
    assert read_reviews(tmp_path) == {"aa"}


def test_no_review_is_shipped_that_nobody_made():
    assert read_reviews() == frozenset()
    head = (LOCALES / REVIEWS).read_text(encoding="utf-8")
    assert head == ",".join(REVIEW_COLUMNS) + "\n"


def test_the_shipped_catalogue_loads():
    bye = "Thank you. Goodbye."
    assert load_catalogues("gwent").text("initial_contact.no_key.say", bye, "cy") == (
        "Diolch. Hwyl fawr."
    )
