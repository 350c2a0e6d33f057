"""Which earlier calls the database counts for caps and spacing, and from when."""

from datetime import timedelta

import pytest
from operations.world import MONDAY_AT_TEN, World

from contactbot.operations.dispatch import Dispatched, place_next

SPACING = timedelta(hours=18)


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def test_a_call_to_somebody_else_at_the_same_telephone_counts(world) -> None:
    world.person()
    world.place()
    world.report("no-answer")
    other = world.person()
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.values("SELECT reasons FROM decisions WHERE NOT allowed") == [
        ["spacing", "cap_day"]
    ]
    assert world.referral(other).due_at >= MONDAY_AT_TEN + SPACING


def test_spacing_counts_from_the_call_and_not_from_the_decision(world) -> None:
    person = world.person()

    def later(moment: str) -> None:
        if moment == "after_intent":
            world.set_clock(MONDAY_AT_TEN + timedelta(hours=5))

    place_next(world.but(at_fault_point=later))
    world.report("no-answer")
    called = world.attempt().placed_at
    assert called >= MONDAY_AT_TEN + timedelta(hours=5)
    world.run("UPDATE referrals SET due_at = '2026-01-01'")
    world.set_clock(MONDAY_AT_TEN + timedelta(hours=23) - timedelta(minutes=1))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.referral(person).due_at == called + SPACING


def test_an_attempt_nobody_knows_the_end_of_counts(world) -> None:
    person = world.person()
    world.place()
    world.run("UPDATE attempts SET state = 'unknown', disposition = 'unknown', ended_at = now()")
    world.run("UPDATE referrals SET due_at = '2026-01-01'")
    world.set_clock(MONDAY_AT_TEN + timedelta(hours=17))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.referral(person).due_at > MONDAY_AT_TEN + SPACING
