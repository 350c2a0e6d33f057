"""The talk of a call by hand: the script’s own steps, each answer once, nothing asked twice."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pages.calling import (
    DONT_KNOW,
    NO,
    RATHER_NOT,
    YES,
    aloud,
    answer,
    answers,
    attempts,
    buttons,
    claimed,
    claims,
    hidden,
    outbox,
    press,
    reach_content,
    referral,
    rows,
    send,
)
from pages.conftest import sign_in_as
from pages.people import BORN, PAGE, POSTCODE, call_back, protected, somebody
from small_world import SHOWS, World

from contactbot.database import tables
from contactbot.domain.needs import NeedArea
from contactbot.domain.staff import Role

EIGHT = (YES, NO, DONT_KNOW, RATHER_NOT, NO, NO, NO, YES)


def told_by_keypad(world: World, person, *needs: str) -> None:
    """An earlier keypad call on which support was accepted and these areas were answered."""
    attempt = world.call(person, timedelta(days=-3), ended_at=SHOWS - timedelta(days=3))
    world.consent(person, attempt, SHOWS - timedelta(days=3), "given")
    wrapped = rows(world, "SELECT key_wrapped FROM persons WHERE id = :id", id=person.id)[0]
    box = world.keyring.open_box(wrapped.key_wrapped)
    for area in needs:
        row = uuid4()
        world.put(
            tables.needs,
            id=row,
            person_id=person.id,
            referral_id=person.referral,
            attempt_id=attempt,
            area=area,
            answer_sealed=box.seal("needs", "answer_sealed", row, "yes"),
            language="cy",
            channel="voice",
            asked_by="keypad",
            asked_at=SHOWS - timedelta(days=3),
        )


@pytest.fixture
def another_caller(app, application):
    from_elsewhere = app.test_client()
    sign_in_as(from_elsewhere, application, Role.CALLER)
    return from_elsewhere


def test_a_protected_person_is_called_by_hand_from_queue_to_opt_in_with_needs(caller, world):
    person = protected(world)
    page = reach_content(caller)
    assert [language for language, _ in aloud(page)] == ["en", "en"]
    assert "I am ringing from the victim service for Gwent Police." in aloud(page)[0][1]
    page = answer(caller, YES, YES, *EIGHT)
    assert "Would you like somebody to ring you again?" in aloud(page)[0][1]
    assert 'value="opted_in" checked' in answer(caller, "4").text
    assert "The call was saved." in press(caller, "end", ending="opted_in").text
    [attempt] = attempts(world)
    assert (attempt.state, attempt.disposition, attempt.aapor) == ("completed", "opted_in", "1.1")
    [event] = rows(world, "SELECT * FROM consent_events")
    assert (event.decision, event.identity, event.channel) == ("given", "contact_code", "caller")
    assert event.wording == (
        "We can arrange support for you. Would you like this, and do you agree to us sharing your"
        " details with the support team?"
    )
    assert (event.script_hash, event.captured_by) == (attempt.script_hash, attempt.by)
    kept = [value for step, value, _, _ in answers(world, person) if step.startswith("need_")]
    assert kept == ["yes", "no", "dont_know", "rather_not_say", "no", "no", "no", "yes"]
    [assessment] = outbox(world, "needs_assessment")
    assert (assessment["complete"], set(assessment["areas"])) == (True, set(NeedArea))
    assert {told["channel"] for told in assessment["areas"].values()} == {"caller"}
    [interview] = rows(world, "SELECT * FROM interviews")
    assert (interview.channel, interview.state, interview.ending) == (
        "caller",
        "completed",
        "opted_in",
    )
    assert referral(world, person).state == "contacted"
    kinds = ["consent", "referral_opt_in", "needs_assessment", "attempt", "status"]
    assert outbox(world) == kinds
    assert claimed(world) == []


def test_a_time_booked_by_hand_is_for_a_caller(caller, world):
    person = somebody(world)
    reach_content(caller)
    answer(caller, YES, NO, "1")
    press(caller, "again", again="call_back_time")
    page = answer(caller, "2")
    [booked] = rows(world, "SELECT * FROM appointments")
    assert (booked.state, booked.starts_at) == ("booked", datetime(2026, 3, 4, 12, tzinfo=UTC))
    assert "Wednesday 4 March, 12:00 to 14:00" in page.text
    press(caller, "end", ending="call_back")
    assert attempts(world)[0].disposition == "call_back"
    assert (referral(world, person).state, referral(world, person).route) == (
        "contacted",
        "caller",
    )


def test_who_proved_by_facts_consents_by_facts(caller, world):
    somebody(world)
    reach_content(caller, date_of_birth=BORN, postcode=POSTCODE)
    answer(caller, NO)
    [event] = rows(world, "SELECT * FROM consent_events")
    assert (event.decision, event.identity) == ("refused", "facts")
    assert outbox(world, "consent")[0]["channel"] == "caller"


def test_another_language_on_the_way_is_spoken_and_kept_with_each_answer(caller, world):
    person = somebody(world)
    reach_content(caller, "en")
    page = press(caller, "language", language="cy")
    assert [language for language, _ in aloud(page)] == ["cy", "cy"]
    assert aloud(page)[1][1].startswith("Gallwn drefnu cymorth i chi.")
    answer(caller, YES)
    press(caller, "language", language="en")
    answer(caller, YES)
    assert [(step, language) for step, _, language, _ in answers(world, person)] == [
        ("support", "cy"),
        ("needs_offer", "en"),
    ]
    [event] = rows(world, "SELECT * FROM consent_events")
    assert (event.language, event.wording[:8]) == ("cy", "Gallwn d")
    assert [claim.language for claim in claims(world)] == ["en"]
    [row] = rows(world, "SELECT language, language_source FROM persons")
    assert tuple(row) == ("en", "caller")


def test_the_language_of_the_call_is_not_the_language_of_the_page(caller, world):
    somebody(world)
    caller.set_cookie("language", "cy")
    page = reach_content(caller, "en")
    assert '<html lang="cy"' in page.text
    assert [language for language, _ in aloud(page)] == ["en", "en"]
    assert "Dywedodd y person ie" in page.text


def test_a_form_sent_twice_is_one_answer(caller, world):
    person = somebody(world)
    form = hidden(reach_content(caller).text) | {"keys": YES}
    assert "Nothing was changed" not in send(caller, "answer", form).text
    assert "Nothing was changed" in send(caller, "answer", form).text
    assert [step for step, *_ in answers(world, person)] == ["support"]
    assert len(rows(world, "SELECT * FROM consent_events")) == 1


@pytest.mark.parametrize("action", ["answer", "language", "again"])
def test_a_page_left_behind_changes_nothing(caller, world, action):
    person = somebody(world)
    old = hidden(reach_content(caller).text)
    answer(caller, YES)
    fields = {"keys": NO, "language": "cy", "again": "support"}
    assert "Nothing was changed" in send(caller, action, old | fields).text
    assert [value for _, value, *_ in answers(world, person)] == ["yes"]
    assert claims(world)[0].language == "en"


@pytest.mark.parametrize(
    "wrong", [{"keys": "*7"}, {"keys": "5"}, {"turn": "x"}, {"step": "support2"}, {"turn": ""}]
)
def test_what_cannot_be_answered_here_changes_nothing(caller, world, wrong):
    person = somebody(world)
    form = hidden(reach_content(caller).text) | {"keys": YES}
    assert "Nothing was changed" in send(caller, "answer", form | wrong).text
    assert answers(world, person) == []


def test_a_talk_broken_off_is_kept_with_what_was_told(caller, world):
    person = somebody(world)
    reach_content(caller)
    answer(caller, YES, YES, YES, NO)
    press(caller, "end", ending="opted_in")
    [interview] = rows(world, "SELECT * FROM interviews")
    assert (interview.state, interview.ending) == ("broken_off", "opted_in")
    [assessment] = outbox(world, "needs_assessment")
    assert (assessment["complete"], len(assessment["areas"])) == (False, 2)
    assert referral(world, person).state == "contacted"


def test_a_caller_who_goes_in_the_middle_leaves_what_was_told(caller, world, another_caller):
    somebody(world)
    reach_content(caller)
    answer(caller, YES, YES, NO)
    world.run("UPDATE caller_claims SET beat_at_real = beat_at_real - interval '1 hour'")
    press(another_caller, "next")
    [attempt] = attempts(world)
    assert (attempt.state, attempt.disposition) == ("lost_status", "opted_in")
    assert len(outbox(world, "needs_assessment")) == 1


def test_what_was_told_by_keypad_is_shown_and_not_asked_again(caller, world):
    person = somebody(world, state="contacted")
    told_by_keypad(world, person, *NeedArea)
    call_back(world, person, SHOWS, "en")
    before = press(caller, "next").text
    assert "Monday 2 March, 10:00 to 12:00" in before
    for secret in ("Would like support", "Drugs and alcohol", "keypad"):
        assert secret not in before
    press(caller, "dial")
    page = reach_content(caller)
    assert "Would like support, 27 February 2026, by keypad" in page.text
    assert page.text.count("Would like help") == 8
    read = [words for _, words in aloud(page)]
    assert read[1:] == [
        "I have noted that you would like support.",
        "Would you like somebody to ring you again? These are the times that I can offer.",
    ]
    answer(caller, "4")
    press(caller, "end", ending="opted_in")
    assert referral(world, person).state == "contacted"
    assert len(rows(world, "SELECT * FROM consent_events")) == 1


def test_only_the_needs_not_told_yet_are_asked(caller, world):
    person = somebody(world)
    told_by_keypad(world, person, *list(NeedArea)[:6])
    page = answer(caller, YES) if reach_content(caller) else None
    assert "how you feel about things" in aloud(page)[0][1]
    answer(caller, NO, NO)
    [assessment] = outbox(world, "needs_assessment")
    assert assessment["complete"]
    assert len(rows(world, "SELECT * FROM needs")) == 8


def test_somebody_may_change_their_mind_about_a_need(caller, world):
    somebody(world)
    reach_content(caller)
    answer(caller, YES, YES, YES, NO)
    press(caller, "again", again="need_health")
    page = answer(caller, NO)
    assert hidden(page.text)["step"] == "need_family"
    assert len(rows(world, "SELECT * FROM needs")) == 3
    assert page.text.count("No help wanted") == 2


def test_a_script_that_changed_meanwhile_can_only_be_ended(caller, world):
    person = somebody(world)
    reach_content(caller)
    world.run("UPDATE call_sessions SET script_hash = (SELECT min(hash) FROM scripts)")
    world.run(
        "UPDATE call_sessions SET script_hash = (SELECT hash FROM scripts WHERE name = 'ring_back')"
    )
    page = caller.get(PAGE)
    assert "The questions have changed" in page.text
    assert (buttons(page), aloud(page)) == ([], [])
    press(caller, "end", ending="stopped")
    assert attempts(world)[0].disposition == "stopped"
    assert referral(world, person).route == "caller"


def test_instructions_for_the_caller_are_in_the_language_of_the_page(caller, world):
    somebody(world)
    caller.set_cookie("language", "cy")
    page = reach_content(caller, "en")
    assert "Dim ond ie clir sy’n ie." in page.text
    assert "Only a clear yes" not in page.text
