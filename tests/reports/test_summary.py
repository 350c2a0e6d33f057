from datetime import UTC, datetime, timedelta

import pytest
from small_world import SHOWS, World
from sqlalchemy import Engine

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.database.figures import DatabaseFigures
from contactbot.ports.figures import Counts
from contactbot.reports.summary import by_group, demonstration_summary, simulated_days

NOTHING = Counts(SHOWS, None, {}, {}, {}, {}, 0, 0, 0, {})


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    return World(database, keyring).begin()


def summary(world: World) -> dict[str, object]:
    return demonstration_summary(DatabaseFigures(world.engine, world.keyring), 0)


def test_every_group_and_kind_is_there_when_nothing_is(world: World) -> None:
    found = summary(world)
    del found["simulated_days"]  # depends on the machine’s real time
    assert found == {
        "referrals": 0,
        "by_state": {"contacted": 0, "held": 0, "suppressed": 0, "waiting": 0, "closed": 0},
        "attempts": {"call": 0, "text": 0, "manual": 0},
        "denied": {},
        "interviews": {"en": 0, "cy": 0},
        "stopped_at_code": 0,
        "for_callers": 0,
        "opted_in": 0,
        "outbox": {"delivered": 0, "pending": 0, "dead": 0},
        "violations": 0,
    }


def test_the_groups_add_up_to_the_referrals() -> None:
    groups = by_group({"new": 1, "attempted": 2, "no_contact": 3, "one_off": 4, "held": 5})
    assert groups == {"waiting": 3, "closed": 3, "contacted": 4, "held": 5, "suppressed": 0}


def test_a_call_is_counted_by_how_far_it_came(world: World) -> None:
    proved, stopped = world.person(), world.person("+447700900124", route="caller")
    call = world.call(proved, timedelta(minutes=1))
    world.interview(proved, call, identity_proved=True)
    world.consent(proved, call, SHOWS, "refused")
    world.consent(proved, call, SHOWS + timedelta(hours=1), "given")
    at_code = world.call(stopped, timedelta(minutes=2), ending="no_code_known")
    world.interview(stopped, at_code, identity_proved=False)
    found = summary(world)
    assert found["attempts"] == {"call": 2, "text": 0, "manual": 0}
    assert found["interviews"] == {"en": 1, "cy": 0}
    assert (found["stopped_at_code"], found["for_callers"], found["opted_in"]) == (1, 1, 1)
    assert found["outbox"] == {"delivered": 0, "pending": 4, "dead": 0}


def test_a_request_not_to_be_rung_is_no_stop_at_the_code(world: World) -> None:
    person = world.person()
    call = world.call(person, timedelta(minutes=1), ending="do_not_ring")
    world.interview(person, call, identity_proved=False)
    assert summary(world)["stopped_at_code"] == 0


def test_only_the_newest_decision_of_a_referral_counts_as_denied(world: World) -> None:
    for reasons, then_allowed in ((["caps"], True), (["protected", "no_number"], False)):
        person = world.person(f"+44770090013{len(reasons)}")
        common = {
            "person_id": person.id,
            "referral_id": person.referral,
            "channel": "call",
            "means": "automatic",
            "moment": "planned",
            "policy_version": "test",
            "at": SHOWS,
        }
        world.put(tables.decisions, allowed=False, reasons=reasons, **common)
        if then_allowed:
            world.put(tables.decisions, allowed=True, **common)
    assert summary(world)["denied"] == {"no_number": 1, "protected": 1}


def test_a_consent_withdrawn_is_no_opt_in(world: World) -> None:
    person = world.person()
    call = world.call(person, timedelta(minutes=1))
    world.consent(person, call, SHOWS, "given")
    world.consent(person, call, SHOWS + timedelta(minutes=1), "withdrawn")
    assert summary(world)["opted_in"] == 0


@pytest.mark.parametrize(
    ("began", "now", "days"),
    [
        (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 23, tzinfo=UTC), 0),
        (datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 3, 1, tzinfo=UTC), 1),
        (datetime(2026, 6, 1, 22, tzinfo=UTC), datetime(2026, 6, 1, 23, 30, tzinfo=UTC), 1),
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), 0),
    ],
)
def test_days_are_counted_by_the_midnights_of_london(
    began: datetime, now: datetime, days: int
) -> None:
    counts = Counts(now, began, {}, {}, {}, {}, 0, 0, 0, {})
    assert simulated_days(counts) == days


def test_real_time_has_no_simulated_days() -> None:
    assert simulated_days(NOTHING) == 0
