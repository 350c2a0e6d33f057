"""What a caller’s page shows when: nothing of the case before identity and privacy on this call."""

from datetime import date
from html import unescape

import pytest
from pages.calling import (
    YES,
    answer,
    attempts,
    claimed,
    claims,
    hold,
    press,
    reach_content,
    referral,
    rows,
)
from pages.people import BORN, NOTES, PAGE, POSTCODE, protected, somebody
from small_world import CODE

SECRETS = ("victim", "crime", "support", NOTES, "Burglary", "NP20", BORN)


def test_nothing_of_the_case_is_on_the_page_before_identity_and_privacy(caller, world):
    somebody(world)
    pages = [press(caller, "next"), press(caller, "dial")]
    pages.append(press(caller, "identity", code=CODE, language="en"))
    for page in pages:
        words = page.text.casefold()
        assert [secret for secret in SECRETS if secret.casefold() in words] == []
        assert CODE not in page.text
    last = answer(caller, YES).text
    assert NOTES in last
    assert "Burglary" in last
    assert "We can arrange support for you." in last


@pytest.mark.parametrize("language", ["en", "cy"])
def test_no_disclosing_word_of_the_script_is_in_the_source_before_both_rungs(
    application, caller, world, language
):
    somebody(world)
    caller.set_cookie("language", language)
    catalogues = application.rulebook.catalogues
    telling = [
        catalogues.text(words.context, words.message, each)
        for words in application.rulebook.script.texts()
        for each in map(str, words.languages)
        if words.discloses
    ]
    assert len(telling) > 40
    pages = [press(caller, "next"), press(caller, "dial"), caller.get(PAGE)]
    pages.append(press(caller, "identity", code="1111", language=language))
    pages.append(press(caller, "identity", code=CODE, language=language))
    pages.append(press(caller, "language", language="cy" if language == "en" else "en"))
    for page in pages:
        source = unescape(page.text)
        assert [words for words in telling if words in source] == []
    shown = unescape(answer(caller, YES).text)
    assert any(words in shown for words in telling)


def test_who_else_answers_hears_that_the_number_is_wrong_in_either_language(caller, world):
    somebody(world)
    press(caller, "next")
    source = unescape(press(caller, "dial").text)
    assert "I am sorry, I have the wrong number. Goodbye." in source
    assert "Mae’n ddrwg gen i, mae gen i’r rhif anghywir. Hwyl fawr." in source


def test_neither_code_nor_facts_are_ever_shown(caller, world):
    somebody(world)
    page = reach_content(caller).text
    assert CODE not in page
    assert POSTCODE not in page
    assert BORN not in page


def test_the_number_is_shown_once_and_that_is_the_attempt(caller, world):
    person = somebody(world)
    assert person.e164 not in press(caller, "next").text
    assert attempts(world) == []
    assert person.e164 in press(caller, "dial").text
    [attempt] = attempts(world)
    assert (attempt.channel, attempt.state) == ("call", "in_progress")
    assert attempt.by == str(claims(world)[0].user_id)
    assert attempt.placed_at is not None
    assert person.e164 not in caller.get(PAGE).text
    assert person.e164 not in press(caller, "dial").text
    assert len(attempts(world)) == 1


def test_reading_a_person_is_kept_and_so_is_showing_the_number(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    kept = rows(world, "SELECT action, subject_id FROM audit WHERE actor <> 'administration'")
    actions = {row.action for row in kept if row.subject_id == str(person.id)}
    assert {"person_claimed", "person_read", "person_number_shown"} <= actions


def test_the_gate_is_asked_again_when_the_number_is_to_be_shown(caller, world):
    person = somebody(world)
    press(caller, "next")
    hold(world, person)
    page = press(caller, "dial").text
    assert person.e164 not in page
    assert "held until a person decides" in page
    assert attempts(world) == []
    assert claimed(world) == []


def test_facts_prove_a_person_only_if_all_fit(caller, world):
    somebody(world)
    press(caller, "next")
    press(caller, "dial")
    page = press(caller, "identity", date_of_birth="01/02/1980", postcode="CF10 1AA")
    assert "did not show who they are" in page.text
    page = press(caller, "identity", date_of_birth="01/02/1980", postcode="np201aa")
    assert "alone" in page.text
    assert claims(world)[0].identity == "facts"


def test_two_wrong_answers_end_the_call_and_hold_the_case(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "identity", code="9999")
    page = press(caller, "identity", code="9998")
    assert "The call has ended" in page.text
    assert referral(world, person).state == "held"
    assert attempts(world)[0].disposition == "wrong_code"


def test_a_rung_cannot_be_jumped(caller, world):
    somebody(world)
    press(caller, "next")
    for action, fields in (
        ("answer", {"keys": YES, "turn": "0", "step": "alone"}),
        ("answer", {"keys": YES, "turn": "1", "step": "support"}),
        ("language", {"language": "cy", "turn": "0", "step": "alone"}),
        ("again", {"again": "support", "turn": "1", "step": "support"}),
        ("identity", {"code": CODE}),
        ("end", {"ending": "opted_in"}),
    ):
        assert "Nothing was changed" in press(caller, action, **fields).text
    press(caller, "dial")
    for step in ("alone", "support"):
        page = press(caller, "answer", keys=YES, turn="0", step=step)
        assert "Nothing was changed" in page.text
    assert "Nothing was changed" in press(caller, "end", ending="opted_in").text
    assert rows(world, "SELECT * FROM consent_events") == []


def test_the_date_of_a_confirmed_profile_is_shown_first(caller, world):
    protected(world)
    page = press(caller, "next").text
    assert "25 February 2026" in page
    assert date(2026, 2, 25).isoformat() not in page
