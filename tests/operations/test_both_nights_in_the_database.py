"""What the database schedules, over both nights on which the clocks change in 2026."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from operations.test_sending_texts import TextWorld
from operations.world import CODE, World, sid

from contactbot.database import tables
from contactbot.database.caller_store import DatabaseCallerStore
from contactbot.database.invariant_queries import OVER_CAP_OF_PERSON
from contactbot.operations.dispatch import Dispatched, place_next
from contactbot.operations.reconcile import cancel_unwanted

WALL = ZoneInfo("Europe/London")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SATURDAY, SUNDAY, MONDAY = -1, 0, 1


@dataclass(frozen=True)
class Night:
    """One change: the Sunday, and how much longer than 24 hours it is."""

    sunday: date
    extra: timedelta

    def at(self, days: int, clock: str) -> datetime:
        """So many days after that Sunday, by the clock on the wall."""
        return datetime.fromisoformat(f"{self.sunday + days * DAY} {clock}").replace(tzinfo=WALL)


NIGHTS = [Night(date(2026, 3, 29), -HOUR), Night(date(2026, 10, 25), HOUR)]


@pytest.fixture(params=NIGHTS, ids=["summer begins", "summer ends"])
def night(request) -> Night:
    return request.param


@pytest.fixture
def world(database, keyring, night) -> World:
    world = World(database, keyring)
    world.set_clock(night.at(SATURDAY, "12:00"))
    return world


def somebody(world: World, night: Night, hours: str = "sat-sun 08:00-21:00", **referral):
    """A person due on that Saturday, who may be called at the weekend."""
    since = night.at(SATURDAY, "09:00")
    person = world.person(due_at=since, referred_at=since, **referral)
    world.run(
        "UPDATE contact_profiles SET safe_hours = :hours, confirmed_on = :on",
        hours=hours,
        on=since.date(),
    )
    return person


def test_what_is_withheld_in_the_evening_waits_for_the_morning_on_the_wall(world, night) -> None:
    person = somebody(world, night)
    world.set_clock(night.at(SATURDAY, "21:00"))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    due = world.referral(person).due_at
    assert due == night.at(SUNDAY, "08:00")
    world.set_clock(due - timedelta(seconds=30))
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE
    world.set_clock(due)
    assert place_next(world.outreach) is Dispatched.PLACED


def test_the_next_try_is_kept_after_the_elapsed_spacing(world, night) -> None:
    person = somebody(world, night)
    world.set_clock(night.at(SATURDAY, "20:00"))
    world.place()
    world.report("failed")
    due = world.referral(person).due_at
    assert due == world.attempt().placed_at + 18 * HOUR
    on_the_wall = night.at(SUNDAY, "14:00").astimezone(UTC) - night.extra
    assert timedelta(0) <= due - on_the_wall < timedelta(minutes=1)


def test_one_call_a_day_is_one_between_two_local_midnights(world, night) -> None:
    person = somebody(world, night, hours="sat-sun 08:00-21:00")
    policy = world.outreach.policy
    close = policy.limits.model_copy(update={"spacing_hours": 1})
    outreach = world.but(policy=policy.model_copy(update={"limits": close}))

    def tried(days: int, clock: str) -> Dispatched:
        world.set_clock(night.at(days, clock))
        world.run("UPDATE referrals SET due_at = '2026-01-01', route = 'automatic'")
        found = place_next(outreach)
        world.run(
            "UPDATE attempts SET state = 'no_answer', disposition = 'no_answer', ended_at = now()"
        )
        return found

    assert tried(SATURDAY, "20:30") is Dispatched.PLACED
    assert tried(SUNDAY, "08:00") is Dispatched.PLACED
    assert tried(SUNDAY, "20:30") is Dispatched.WITHHELD
    assert world.referral(person).due_at == night.at(6, "08:00")
    limits = {"counting": ["no_answer"], "per_day": 1, "per_7_days": 3, "per_30_days": 6}
    assert world.rows(OVER_CAP_OF_PERSON, **limits) == []
    world.run("UPDATE attempts SET placed_at = :at", at=night.at(SUNDAY, "23:30"))
    assert {row[1] for row in world.rows(OVER_CAP_OF_PERSON, **limits)} == {"over the cap of a day"}


def test_a_call_that_waits_at_the_provider_is_cancelled_at_closing_on_the_wall(
    world, night
) -> None:
    somebody(world, night, hours="sun 09:00-10:00")
    world.set_clock(night.at(SUNDAY, "09:30"))
    world.run("UPDATE referrals SET due_at = '2026-01-01'")
    assert world.place().close_at == night.at(SUNDAY, "10:00")
    world.set_clock(night.at(SUNDAY, "09:59"))
    assert cancel_unwanted(world.outreach) == 0
    world.set_clock(night.at(SUNDAY, "10:00"))
    cancel_unwanted(world.outreach)
    assert world.telephones.ended == [sid(1)]


def test_call_backs_are_booked_in_hours_of_the_wall(world, night) -> None:
    somebody(world, night)
    world.place()
    world.talk("2", CODE, "1", "1", "2", "1")
    (booked,) = world.rows("SELECT starts_at, ends_at FROM appointments")
    assert booked.starts_at == night.at(2, "09:00")
    assert booked.ends_at == night.at(2, "11:00")


def test_a_text_lives_no_longer_than_its_window(database, keyring, night) -> None:
    sending = TextWorld(World(database, keyring))
    now = night.at(SUNDAY, "20:30")
    sending.world.run(
        "UPDATE contact_profiles SET safe_hours = 'sat-sun 08:00-21:00', confirmed_on = :on",
        on=night.sunday,
    )
    sending.world.set_clock(now)
    sending.send()
    assert sending.result is Dispatched.PLACED
    (order,) = sending.provider.orders
    assert 30 * 60 - 30 <= order.life_seconds <= 30 * 60


def test_who_is_due_for_a_caller_is_offered_when_the_wall_says_so(world, night, database) -> None:
    person = somebody(world, night, route="caller")
    due = night.at(SUNDAY, "08:00")
    world.run("UPDATE referrals SET due_at = :due", due=due)
    world.add(
        tables.appointments,
        id=uuid4(),
        person_id=person.id,
        referral_id=person.referral,
        starts_at=due,
        ends_at=due + 2 * HOUR,
        kind="call_back",
        state="booked",
        made_at=night.at(SATURDAY, "09:00"),
    )
    store = DatabaseCallerStore(database, world.keyring)
    for before, found in ((timedelta(minutes=1), None), (timedelta(0), person.referral)):
        world.set_clock(due - before)
        with store.begin() as transaction:
            assert transaction.next_for_caller(welsh=True) == found
