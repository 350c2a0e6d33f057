"""A call by hand: who is next, what is shown when, what an ending does."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from pages.conftest import sign_in_as
from pages.people import (
    BORN,
    NOTES,
    PAGE,
    POSTCODE,
    call_back,
    protected,
    set_clock,
    somebody,
    world_of,
)
from small_world import CODE, SHOWS, World
from sqlalchemy import text

from contactbot.database import tables
from contactbot.domain.staff import Role

OTHERS = ("+447700900124", "+447700900125", "+447700900126")
SECRETS = ("victim", "crime", "support", NOTES, "Burglary", "NP20", BORN)


@pytest.fixture
def world(application) -> World:
    return world_of(application)


@pytest.fixture
def caller(app, application, world) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, application, Role.CALLER)
    return client


def press(client: FlaskClient, action: str, **fields: str):
    """Press a button of the page; the page that follows."""
    return client.post(
        f"{PAGE}/{action}",
        data={"csrf_token": token(client)} | fields,
        follow_redirects=True,
    )


def token(client: FlaskClient) -> str:
    return client.get(PAGE).text.split('name="csrf_token" value="')[1].split('"')[0]


def rows(world: World, statement: str, **values):
    with world.engine.connect() as connection:
        return connection.execute(text(statement), values).all()


def claims(world: World):
    return rows(world, "SELECT * FROM caller_claims ORDER BY claimed_at_real")


def claimed(world: World):
    return [claim.person_id for claim in claims(world) if claim.ended_at_real is None]


def referral(world: World, person):
    return rows(world, "SELECT * FROM referrals WHERE id = :id", id=person.referral)[0]


def attempts(world: World):
    return rows(world, "SELECT * FROM attempts ORDER BY decided_at")


def outbox(world: World):
    return [row.type for row in rows(world, "SELECT type FROM outbox ORDER BY position")]


def reach_content(client: FlaskClient, language: str = "en"):
    press(client, "next")
    press(client, "dial")
    press(client, "identity", code=CODE, language=language)
    return press(client, "private")


def silent(world: World, minutes: int) -> None:
    """Nothing was heard of any caller's page for so long."""
    world.run(
        "UPDATE caller_claims SET beat_at_real = beat_at_real - make_interval(mins => %(by)s)",
        by=minutes,
    )


# Who is next.


def test_a_call_back_that_is_due_comes_before_everybody_else(caller, world):
    somebody(world, risk_rank=0, breach_at=datetime(2026, 3, 1, tzinfo=UTC))
    wished = somebody(world, OTHERS[0], state="contacted")
    call_back(world, wished, SHOWS)
    press(caller, "next")
    assert claimed(world) == [wished.id]


def test_then_breach_time_then_risk_then_age(caller, world):
    late = datetime(2026, 3, 3, 9, tzinfo=UTC)
    somebody(world)
    somebody(world, OTHERS[0], breach_at=late, risk_rank=1)
    first = somebody(world, OTHERS[1], breach_at=late, risk_rank=0)
    press(caller, "next")
    assert claimed(world) == [first.id]


def test_a_call_back_is_not_rung_before_its_time(caller, world):
    call_back(world, somebody(world, state="contacted"), SHOWS + timedelta(hours=1))
    assert "There is nobody left to ring" in press(caller, "next").text


def test_people_who_prefer_welsh_are_for_callers_who_speak_it(app, application, caller, world):
    person = somebody(world, language="cy")
    assert "prefer Welsh" in press(caller, "next").text
    speaker = app.test_client()
    sign_in_as(speaker, application, Role.CALLER, welsh=True)
    press(speaker, "next")
    assert claimed(world) == [person.id]


def test_outside_the_hours_the_page_says_so(caller, world):
    somebody(world)
    set_clock(world, datetime(2026, 3, 1, 12, tzinfo=UTC))
    assert "outside the hours" in press(caller, "next").text
    assert claims(world) == []


def test_a_protected_person_without_a_confirmed_profile_is_offered_to_nobody(caller, world):
    somebody(world, tier="protected")
    press(caller, "next")
    assert claims(world) == []


def test_pressing_twice_gives_the_same_person(caller, world):
    somebody(world)
    somebody(world, OTHERS[0])
    press(caller, "next")
    press(caller, "next")
    assert len(claims(world)) == 1


def test_a_person_put_back_is_there_for_the_next_caller(caller, world):
    person = somebody(world)
    press(caller, "next")
    assert "put back" in press(caller, "put-back").text
    assert claimed(world) == []
    press(caller, "next")
    assert claimed(world) == [person.id]


SILENCES = {
    "script": [(3, True), (1, False)],
    "no script": [(29, False), (31, True)],
}


@pytest.mark.parametrize(
    ("page", "minutes", "gone"),
    [(page, *silence) for page, silences in SILENCES.items() for silence in silences],
)
def test_a_person_whose_caller_has_gone_is_freed_with_a_trace(  # noqa: PLR0917 - four fixtures
    app, application, caller, world, page, minutes, gone
):
    somebody(world)
    press(caller, "next")
    if page == "script":
        caller.post(f"{PAGE}/beat", headers={"X-CSRFToken": token(caller)})
    silent(world, minutes)
    other = app.test_client()
    sign_in_as(other, application, Role.CALLER)
    press(other, "next")
    assert (claims(world)[0].ended_because == "caller_gone") is gone
    freed = rows(world, "SELECT * FROM audit WHERE action = 'person_taken_back'")
    assert bool(freed) is gone


def test_a_number_shown_to_a_caller_who_has_gone_counts_as_an_attempt(
    app, application, caller, world
):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    silent(world, 31)
    other = app.test_client()
    sign_in_as(other, application, Role.CALLER)
    press(other, "next")
    [attempt] = attempts(world)
    assert attempt.disposition == "lost_status"
    assert referral(world, person).tries == 1


# What is shown when.


def test_nothing_of_the_case_is_on_the_page_before_identity_and_privacy(caller, world):
    somebody(world)
    pages = [press(caller, "next"), press(caller, "dial")]
    pages.append(press(caller, "identity", code=CODE, language="en"))
    for page in pages:
        words = page.text.casefold()
        assert [secret for secret in SECRETS if secret.casefold() in words] == []
        assert CODE not in page.text
    last = press(caller, "private").text
    assert NOTES in last
    assert "Burglary" in last
    assert "We can arrange support for you." in last


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


def hold(world: World, person) -> None:
    world.put(
        tables.holds,
        id=uuid4(),
        person_id=person.id,
        reason="in_custody",
        placed_at=SHOWS,
        placed_by="test",
    )


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
        ("private", {}),
        ("consent", {"given": "yes"}),
        ("identity", {"code": CODE}),
        ("end", {"ending": "opted_in"}),
        ("call-back", {"slot": "0"}),
    ):
        assert "Nothing was changed" in press(caller, action, **fields).text
    press(caller, "dial")
    assert "Nothing was changed" in press(caller, "consent", given="yes").text
    assert "Nothing was changed" in press(caller, "end", ending="opted_in").text
    assert rows(world, "SELECT * FROM consent_events") == []


# What an ending does.


def test_a_protected_person_is_called_by_hand_from_queue_to_opt_in(caller, world):
    person = protected(world)
    assert "We can arrange support for you." in reach_content(caller).text
    assert "Wants support" not in press(caller, "end", ending="opted_in").text.split("How did")[1]
    press(caller, "consent", given="yes")
    press(caller, "call-back", slot="0")
    assert "The call was saved." in press(caller, "end", ending="opted_in").text
    [attempt] = attempts(world)
    assert (attempt.state, attempt.disposition, attempt.aapor) == ("completed", "opted_in", "1.1")
    [event] = rows(world, "SELECT * FROM consent_events")
    assert (event.decision, event.identity, event.channel) == ("given", "contact_code", "caller")
    assert event.wording.startswith("We can arrange support for you.")
    assert referral(world, person).state == "contacted"
    assert outbox(world) == ["consent", "referral_opt_in", "attempt", "status"]
    [booked] = rows(world, "SELECT * FROM appointments")
    assert booked.state == "booked"
    assert claimed(world) == []


def test_the_consent_is_kept_in_the_words_and_language_in_which_it_was_asked(caller, world):
    somebody(world)
    page = reach_content(caller, "cy").text
    assert '<blockquote class="caller__say" lang="cy">Gallwn drefnu cymorth' in page
    press(caller, "consent", given="no")
    [event] = rows(world, "SELECT * FROM consent_events")
    assert event.wording.startswith("Gallwn drefnu cymorth i chi.")
    assert (event.language, event.decision) == ("cy", "refused")


def test_whoever_is_not_alone_has_the_number_suspended_and_a_supervisor_told(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    assert "suspended at once" in caller.get(PAGE).text
    press(caller, "end", ending="not_alone")
    [number] = rows(world, "SELECT * FROM numbers")
    assert number.suspended_because == "not_alone"
    [held] = rows(world, "SELECT * FROM holds WHERE released_at IS NULL")
    assert held.reason == "not_alone_by_hand"
    assert referral(world, person).state == "held"


def test_whoever_asks_not_to_be_rung_is_rung_by_nobody(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="do_not_ring")
    assert referral(world, person).state == "suppressed"
    assert len(rows(world, "SELECT * FROM suppressions WHERE lifted_at IS NULL")) == 2


def test_a_call_by_hand_counts_for_spacing(caller, world):
    person = somebody(world)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="no_answer")
    world.run("UPDATE referrals SET route = 'caller', due_at = NULL")
    press(caller, "next")
    assert claimed(world) == []
    assert referral(world, person).due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_call_back_nobody_answered_stays_with_callers(caller, world):
    person = somebody(world, state="contacted")
    booked = call_back(world, person, SHOWS)
    press(caller, "next")
    press(caller, "dial")
    press(caller, "end", ending="no_answer")
    kept = referral(world, person)
    assert (kept.state, kept.route) == ("contacted", "caller")
    [row] = rows(world, "SELECT * FROM appointments")
    assert (row.id, row.state) == (booked, "kept")


def test_an_ending_says_what_it_will_do(caller, world):
    somebody(world)
    press(caller, "next")
    page = press(caller, "dial").text
    assert "They will be tried again at another time of day." in page
    assert "Nobody will ring, text or write to them or this number again." in page


def test_the_date_of_a_confirmed_profile_is_shown_first(caller, world):
    protected(world)
    page = press(caller, "next").text
    assert "25 February 2026" in page
    assert date(2026, 2, 25).isoformat() not in page
