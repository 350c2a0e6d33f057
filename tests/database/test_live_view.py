from datetime import timedelta
from typing import Any

import pytest
from small_world import SHOWS, Person, World
from sqlalchemy import Engine

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.database.figures import DatabaseFigures
from contactbot.database.live_view import SHOWN_ATTEMPTS, DatabaseLiveViews
from contactbot.ports.live_view import LiveView


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    """The clock began at SHOWS, and an hour of it has passed."""
    begun = World(database, keyring).begin()
    begun.put(tables.clock, shows=SHOWS + timedelta(hours=1), because="leap")
    return begun


def look(world: World) -> LiveView:
    return DatabaseLiveViews(world.engine, world.keyring).look()


def deny(world: World, person: Person, *reasons: str, after: timedelta = timedelta()) -> None:
    world.put(
        tables.decisions,
        person_id=person.id,
        referral_id=person.referral,
        channel="call",
        means="automatic",
        moment="planned",
        allowed=False,
        reasons=list(reasons),
        policy_version="test",
        at=SHOWS + after,
    )


def departed(view: LiveView) -> dict[str, int]:
    names = ("contacted", "to_caller", "over")
    return {name: sum(getattr(point, name) for point in view.departures) for name in names}


def test_an_empty_service_is_shown_too(world: World) -> None:
    view = look(world)
    assert (view.shares, view.attempts, view.withheld, view.for_callers) == ((), (), (), ())
    assert (view.to_try, view.in_flight, view.attempts_made, view.call_backs) == (0, 0, 0, 0)
    assert departed(view) == {"contacted": 0, "to_caller": 0, "over": 0}


def test_the_live_view_agrees_with_the_figures(world: World) -> None:
    for number, (state, route) in enumerate(
        [("awaiting_contact", "automatic"), ("held", "none"), ("attempted", "caller")] * 2
    ):
        person = world.person(f"+44770090020{number}", state=state, route=route, due_at=SHOWS)
        deny(world, person, "protected", "no_number")
        if number % 2:
            deny(world, person, "spacing", after=timedelta(minutes=1))
        world.call(person, timedelta(minutes=number))
    view, counts = look(world), DatabaseFigures(world.engine, world.keyring).counts()
    by_state: dict[str, int] = {}
    for share in view.shares:
        by_state[share.state] = by_state.get(share.state, 0) + share.referrals
    assert by_state == counts.referrals_by_state
    assert view.attempts_made == sum(counts.attempts.values())
    assert sum(share.referrals for share in view.for_callers) == counts.for_callers
    assert view.outbox == counts.outbox
    assert view.clock_began == counts.clock_began == SHOWS


def test_what_is_withheld_has_the_newest_reason_first_and_counts_as_the_figures_do(
    world: World,
) -> None:
    first, second = world.person(), world.person("+447700900124")
    deny(world, first, "outside_hours")
    deny(world, first, "protected", "no_number", after=timedelta(minutes=1))
    deny(world, second, "protected", after=timedelta(minutes=5))
    view, counts = look(world), DatabaseFigures(world.engine, world.keyring).counts()
    assert [(row.reason, row.referrals) for row in view.withheld] == [
        ("protected", 2),
        ("no_number", 1),
    ]
    assert {row.reason: row.referrals for row in view.withheld} == counts.denials


def test_every_referral_that_left_the_queue_is_counted_once_where_it_went(world: World) -> None:
    numbers = iter(f"+4477009003{n:02}" for n in range(10))

    def tried(**referral: Any) -> None:
        person = world.person(next(numbers), **referral)
        world.call(person, timedelta(minutes=1))
        world.call(person, timedelta(minutes=20))

    tried(route="none", state="contacted", first_contact_at=SHOWS)
    tried(route="caller", state="attempted")
    tried(route="none", state="no_contact")
    tried(route="automatic", state="attempted", due_at=SHOWS + timedelta(days=1))
    view = look(world)
    assert departed(view) == {"contacted": 1, "to_caller": 1, "over": 1}
    assert view.to_try == 1
    times = [point.at for point in view.departures]
    assert times == sorted(times)
    assert (times[0], abs(times[-1] - view.calendar) < timedelta(seconds=1)) == (SHOWS, True)


def test_a_call_under_way_has_not_left_the_queue(world: World) -> None:
    person = world.person(route="none")
    world.call(person, timedelta(minutes=1), state="ringing", ended_at=None, disposition=None)
    view = look(world)
    assert view.in_flight == 1
    assert sum(departed(view).values()) == 0


def test_callers_see_how_many_wait_in_each_tier_and_how_many_too_long(world: World) -> None:
    late = {"route": "caller", "breach_at": SHOWS - timedelta(days=1)}
    world.person("+447700900301", tier="protected", enhanced=True, **late)
    world.person("+447700900302", tier="protected", route="caller")
    world.person("+447700900303", route="automatic")
    (share,) = look(world).for_callers
    assert (share.tier, share.referrals, share.enhanced, share.overdue) == ("protected", 2, 1, 1)


def test_attempts_come_newest_first_and_show_the_end_of_a_number_alone(world: World) -> None:
    for number in range(SHOWN_ATTEMPTS + 2):
        world.call(world.person(f"+447700900{number:03}"), timedelta(minutes=number))
    attempts = look(world).attempts
    assert [attempt.number_ends for attempt in attempts] == [
        f"{number:03}" for number in range(SHOWN_ATTEMPTS + 1, 1, -1)
    ]


def test_the_live_view_holds_nothing_about_anybody(world: World) -> None:
    person = world.person("+447700900321")
    world.call(person, timedelta(minutes=1))
    deny(world, person, "held")
    shown = repr(look(world))
    for secret in ("Eleri", "Llywelyn", person.reference, "7700900", str(person.id)):
        assert secret not in shown


def test_an_erased_number_is_blank(world: World) -> None:
    world.call(world.person(), timedelta(minutes=1))
    world.run("UPDATE numbers SET number_sealed = NULL")
    assert look(world).attempts[0].number_ends == ""


def test_viewers_of_one_second_share_a_reading_and_the_next_second_has_its_own(
    world: World,
) -> None:
    seconds = iter([0.0, 0.9, 1.0])
    views = DatabaseLiveViews(world.engine, world.keyring, lambda: next(seconds))
    before = views.look()
    world.person()
    assert views.look() is before
    after = views.look()
    assert len(after.shares) == len(before.shares) + 1
    assert after.calendar > before.calendar
