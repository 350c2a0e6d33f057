"""Why somebody is offered to no caller is kept, once for each change of reason."""

from datetime import timedelta
from uuid import uuid4

import pytest
from operations.world import MONDAY_AT_TEN, World

from contactbot.database import tables
from contactbot.database.caller_store import DatabaseCallerStore
from contactbot.operations.callers_queue import Calling, say_why_not

PROTECTED = {"tier": "protected", "route": "caller", "due_at": None}


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def calling(world, database, keyring):
    return Calling(world.outreach, DatabaseCallerStore(database, keyring))


def said(world, call):
    world.run("UPDATE contact_profiles SET safe_call = :call", call=call)


def denied(world):
    query = "SELECT reasons, means, allowed FROM decisions ORDER BY id"
    return [(row.reasons, row.means) for row in world.rows(query) if not row.allowed]


def test_a_protected_person_nobody_has_asked_waits_for_a_release_and_it_is_kept_once(
    world, calling
):
    world.person(**PROTECTED)
    said(world, "blank")
    assert [say_why_not(calling) for _ in range(3)] == [1, 0, 0]
    assert denied(world) == [(["needs_release"], "by_hand")]


def test_another_reason_is_kept_too(world, calling):
    world.person(**PROTECTED)
    said(world, "blank")
    say_why_not(calling)
    said(world, "no")
    assert [say_why_not(calling), say_why_not(calling)] == [1, 0]
    assert [reasons for reasons, _ in denied(world)] == [["needs_release"], ["said_no"]]


def test_what_the_machine_was_denied_for_is_no_reason_for_people(world, calling):
    person = world.person(**PROTECTED)
    said(world, "no")
    world.add(
        tables.decisions,
        person_id=person.id,
        referral_id=person.referral,
        channel="call",
        means="automatic",
        moment="planned",
        allowed=False,
        reasons=["said_no"],
        policy_version="test",
        at=MONDAY_AT_TEN,
    )
    assert [say_why_not(calling), say_why_not(calling)] == [1, 0]
    assert [means for _, means in denied(world)] == ["automatic", "by_hand"]


def test_whoever_may_be_rung_or_was_released_is_left_to_the_queue(world, calling):
    person = world.person(**PROTECTED)
    assert say_why_not(calling) == 0
    said(world, "blank")
    world.add(
        tables.contact_releases,
        id=uuid4(),
        person_id=person.id,
        referral_id=person.referral,
        reason="test",
        until=MONDAY_AT_TEN + timedelta(hours=1),
        released_by="test",
        at=MONDAY_AT_TEN,
    )
    assert say_why_not(calling) == 0
    world.set_clock(MONDAY_AT_TEN + timedelta(hours=2))
    assert say_why_not(calling) == 1
    assert ["needs_release"] in [reasons for reasons, _ in denied(world)]


def test_a_case_that_cannot_be_read_is_set_aside(world, calling):
    person = world.person(**PROTECTED)
    said(world, "blank")
    world.run("UPDATE contact_profiles SET safe_hours = 'whenever'")
    say_why_not(calling)
    assert world.holds(person) == ["case_unreadable"]
    assert say_why_not(calling) == 0
