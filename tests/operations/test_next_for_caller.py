"""Whom a caller is given next: promised call-backs, then by deadline, and who is passed over."""

from datetime import timedelta
from uuid import uuid4

import pytest
from operations.world import MONDAY_AT_TEN, World

from contactbot.database import tables
from contactbot.database.caller_store import DatabaseCallerStore

HOUR = timedelta(hours=1)
NUMBERS = [f"+4477009002{place:02d}" for place in range(9)]


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def waiting(world, place, **referral):
    usual = {"route": "caller", "due_at": None, "breach_at": MONDAY_AT_TEN + place * HOUR}
    return world.person(NUMBERS[place], **(usual | referral))


def promised(world, person, after, language=None):
    at = MONDAY_AT_TEN + after
    world.add(
        tables.appointments,
        id=uuid4(),
        person_id=person.id,
        referral_id=person.referral,
        kind="call_back",
        starts_at=at,
        ends_at=at + HOUR,
        language=language,
        made_at=MONDAY_AT_TEN,
    )


def in_turn(world, *, welsh=False):
    """Everybody a caller would be given, one after the other."""
    store = DatabaseCallerStore(world.engine, world.keyring)
    given = []
    while True:
        with store.begin() as transaction:
            referral = transaction.next_for_caller(welsh=welsh)
            if referral is None:
                return given
            given.append(referral)
            transaction.defer(referral, MONDAY_AT_TEN + timedelta(days=30))


def test_promised_call_backs_come_first_and_then_the_earliest_deadline(world):
    later, sooner, called_back, first_back = (waiting(world, place) for place in (4, 3, 2, 1))
    promised(world, called_back, -HOUR)
    promised(world, first_back, -2 * HOUR)
    wanted = [first_back, called_back, sooner, later]
    assert in_turn(world) == [person.referral for person in wanted]


def test_who_is_promised_a_call_back_later_is_not_rung_before(world):
    person = waiting(world, 1)
    promised(world, person, HOUR)
    assert in_turn(world) == []
    promised(world, person, -HOUR)
    assert in_turn(world) == [person.referral]


def test_protected_people_are_given_only_with_a_release_or_their_own_yes(world):
    said_yes, released, neither = (waiting(world, place, tier="protected") for place in (1, 2, 3))
    world.run(
        "UPDATE contact_profiles SET safe_call = 'blank' WHERE person_id <> :id", id=said_yes.id
    )
    world.add(
        tables.contact_releases,
        id=uuid4(),
        person_id=released.id,
        referral_id=released.referral,
        until=MONDAY_AT_TEN + timedelta(days=365),
        released_by="supervisor",
        at=MONDAY_AT_TEN,
    )
    assert in_turn(world) == [said_yes.referral, released.referral]
    assert neither.referral not in in_turn(world)


def test_who_wants_welsh_is_given_to_speakers_of_welsh_alone(world):
    welsh, english, back = (waiting(world, place) for place in (1, 2, 3))
    world.run("UPDATE persons SET language = 'cy' WHERE id = :id", id=welsh.id)
    promised(world, back, -HOUR, language="cy")
    store = DatabaseCallerStore(world.engine, world.keyring)
    assert in_turn(world) == [english.referral]
    with store.begin() as transaction:
        assert transaction.needs_welsh()
    assert in_turn(world, welsh=True) == [back.referral, welsh.referral]
    with store.begin() as transaction:
        assert not transaction.needs_welsh()


def test_nobody_is_given_whom_another_transaction_holds(world):
    first, second = waiting(world, 1), waiting(world, 2)
    store = DatabaseCallerStore(world.engine, world.keyring)
    with store.begin() as one, store.begin() as other:
        assert one.next_for_caller(welsh=False) == first.referral
        assert other.next_for_caller(welsh=False) == second.referral


def caller_of(world, name):
    caller = uuid4()
    world.add(tables.users, id=caller, name=name, role="caller", password_hash="")
    return caller


def test_a_claim_is_given_as_it_is_kept_and_to_one_caller(world):
    person, one, other = waiting(world, 1), caller_of(world, "one"), caller_of(world, "other")
    with DatabaseCallerStore(world.engine, world.keyring).begin() as transaction:
        given = transaction.open_claim(uuid4(), person.referral, person.id, one)
        assert given is not None
        assert transaction.open_claim(uuid4(), person.referral, person.id, other) is None
        assert transaction.standing(one).claim == given
        assert transaction.standing(other).claim is None


def test_who_asks_for_the_next_person_hears_that_a_caller_has_gone(world):
    person, one, other = waiting(world, 1), caller_of(world, "one"), caller_of(world, "other")
    store = DatabaseCallerStore(world.engine, world.keyring)
    with store.begin() as transaction:
        assert transaction.open_claim(uuid4(), person.referral, person.id, one)
        assert not transaction.standing(other).somebody_gone
    world.run("UPDATE caller_claims SET beat_at_real = beat_at_real - interval '1 hour'")
    with store.begin() as transaction:
        assert transaction.standing(other).somebody_gone
