"""Who is next for a caller, who is passed over, and who is freed when the caller has gone."""

from datetime import UTC, datetime, timedelta

import pytest
from pages.calling import OTHERS, attempts, claimed, claims, hidden, press, referral, rows, silent
from pages.conftest import sign_in_as
from pages.people import PAGE, call_back, set_clock, somebody
from small_world import SHOWS

from contactbot.domain.staff import Role


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
        caller.post(
            f"{PAGE}/beat", headers={"X-CSRFToken": hidden(caller.get(PAGE).text)["csrf_token"]}
        )
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
