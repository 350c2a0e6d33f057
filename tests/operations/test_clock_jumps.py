"""Clocks that jump or part: no call outside the hours, none too soon, none while they disagree."""

from datetime import UTC, datetime, timedelta

import pytest
from operations.jumping import JumpingWorld, Truth
from operations.world import MONDAY_AT_TEN, World, seen, sid

from contactbot.clock import SystemClock
from contactbot.operations.dispatch import Dispatched, place_next
from contactbot.operations.reconcile import reconcile
from contactbot.ports.telephony import OutcomeUnknown

SEED = 2026
PEOPLE = 100  # five jumps each
# A quarter hour around openings, closings and both nights on which the clocks change in 2026.
STARTS = [
    datetime(2026, 3, 28, 8, 50, tzinfo=UTC),
    datetime(2026, 3, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 3, 29, 6, 55, tzinfo=UTC),
    datetime(2026, 10, 24, 19, 55, tzinfo=UTC),
    datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 11, 25, tzinfo=UTC),
    datetime(2026, 6, 3, 7, 58, tzinfo=UTC),
    datetime(2026, 12, 24, 20, 58, tzinfo=UTC),
]


def test_five_hundred_jumps_and_skews_place_no_call_they_should_not(database, keyring) -> None:
    living = JumpingWorld(database, keyring, SEED)
    faults, calls = [], 0
    for person in range(PEOPLE):
        starts = STARTS[person % len(STARTS)] + timedelta(minutes=living.random.randrange(90))
        orders = living.one_person(f"+447700900{person:03}", starts)
        faults += living.faults(orders)
        calls += len(orders)
    assert (living.jumps, faults) == (500, [])
    assert calls > PEOPLE // 2, "a dispatcher that never calls would pass as well"


@pytest.mark.parametrize("hours", [-168, -24, -1, 1, 24, 168])
def test_a_step_of_the_machines_clock_is_no_passing_of_time(hours: int) -> None:
    truth = Truth(STARTS[0])
    clock = SystemClock(truth.wall, truth.boot_seconds)
    truth.passes(timedelta(minutes=5))
    truth.machine_off = timedelta(hours=hours)
    assert clock.real_now() == STARTS[0] + timedelta(minutes=5)
    assert SystemClock(truth.wall, truth.boot_seconds).real_now() == truth.wall()


def test_a_clock_set_back_between_decision_and_call_shortens_no_spacing(database, keyring) -> None:
    world = World(database, keyring)
    world.person()

    def set_back(moment: str) -> None:
        if moment == "after_intent":
            world.set_clock(MONDAY_AT_TEN - timedelta(days=2))

    place_next(world.but(at_fault_point=set_back))
    assert len(world.telephones.orders) == 1
    assert world.attempt().placed_at >= MONDAY_AT_TEN


@pytest.mark.parametrize("jump", [timedelta(weeks=1), timedelta(weeks=40)])
def test_whoever_was_due_while_the_database_was_ahead_is_due_when_it_is_right(
    database, keyring, jump: timedelta
) -> None:
    world = World(database, keyring)
    person = world.person()
    truth = Truth(MONDAY_AT_TEN)
    ours = world.but(clock=SystemClock(truth.wall, truth.boot_seconds), real_calendar=True)
    world.set_clock(MONDAY_AT_TEN + jump)
    for _ in range(3):
        place_next(ours)
    assert world.telephones.orders == []
    world.set_clock(MONDAY_AT_TEN)
    assert world.referral(person).route == "automatic"
    assert place_next(ours) is Dispatched.PLACED


def test_a_pace_set_while_the_clock_was_ahead_keeps_nobody_waiting(database, keyring) -> None:
    world = World(database, keyring)
    world.person()
    world.run("UPDATE pacing SET next_at_real = clock_timestamp() + interval '6 days'")
    assert place_next(world.outreach) is Dispatched.PLACED


def test_a_pause_the_provider_asked_for_holds(database, keyring) -> None:
    world = World(database, keyring)
    world.person()
    world.outreach.store.slow_down(600)
    assert place_next(world.outreach) is Dispatched.NOT_NOW


def test_an_attempt_looked_at_while_the_clock_was_ahead_is_looked_at_again(
    database, keyring
) -> None:
    world = World(database, keyring)
    world.person()
    world.place()
    world.telephones.known = {sid(1): seen(1, "no-answer")}
    world.run("UPDATE attempts SET look_at_real = clock_timestamp() + interval '6 days'")
    reconcile(world.outreach)
    assert world.attempt().state == "no_answer"


def test_a_lost_order_looked_for_while_the_clock_was_ahead_is_looked_for_again(
    database, keyring
) -> None:
    world = World(database, keyring)
    world.person()
    world.telephones.replies = [OutcomeUnknown("lost")]
    world.place()
    world.telephones.listed = [seen(7, "ringing")]
    world.age(61)
    world.run("UPDATE attempts SET look_at_real = clock_timestamp() + interval '6 days'")
    reconcile(world.outreach)
    assert world.attempt().provider_id == sid(7)
