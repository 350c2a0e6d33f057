"""Somebody rings our number: it confirms nothing and can only make contact safer."""

import pytest
from operations.world import NUMBER, RING_BACK, World, sid

from contactbot.operations.dispatch import Dispatched, place_next
from contactbot.operations.reconcile import cancel_unwanted
from contactbot.operations.ring_backs import ring_back_begins, ring_back_goes_on
from contactbot.scripting.errors import CallOver


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def rings_back(world, number, *keys):
    turn = ring_back_begins(RING_BACK)
    for pressed in keys:
        turn = ring_back_goes_on(world.outreach, RING_BACK, turn.session, pressed, number)
    return turn


def test_never_again_is_asked_back_and_stops_the_telephone(world):
    person = world.person()
    assert rings_back(world, NUMBER, "0").ending is None
    assert world.values("SELECT count(*) FROM suppressions") == [0]
    assert rings_back(world, NUMBER, "0", "0").ending == "do_not_ring"
    assert world.rows("SELECT person_id, number_index FROM suppressions") == [(None, person.index)]
    assert world.holds(person) == ["opted_out_by_ring_back"]
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.values("SELECT action FROM audit") == ["person_number_suppressed"]


def test_it_stops_whoever_has_that_number_whatever_is_ringing(world):
    person = world.person()
    world.place()
    rings_back(world, NUMBER, "0", "0")
    assert world.attempt().cancel_because == "opted_out_by_ring_back"
    cancel_unwanted(world.outreach)
    assert world.telephones.ended == [sid(1)]
    assert world.holds(person) == ["opted_out_by_ring_back"]


def test_a_number_nobody_has_is_kept_for_the_day_somebody_has_it(world):
    rings_back(world, NUMBER, "0", "0")
    world.person()
    assert place_next(world.outreach) is Dispatched.WITHHELD


def test_saying_it_twice_keeps_it_once(world):
    person = world.person()
    for _ in range(2):
        rings_back(world, NUMBER, "0", "0")
    assert world.values("SELECT count(*) FROM suppressions") == [1]
    assert world.holds(person) == ["opted_out_by_ring_back"]


@pytest.mark.parametrize(
    "number",
    ["", "anonymous", "Anonymous", "client:ali", "07700900123", "+0441", "+44 7700 900123"],
)
def test_a_withheld_number_is_nobody_s(world, number):
    world.person()
    rings_back(world, number, "0", "0")
    assert world.values("SELECT count(*) FROM suppressions") == [0]
    assert world.counted("ring_back_without_number") == 1


@pytest.mark.parametrize("keys", [("",), ("1",), ("2",), ("0", "1"), ("0", ""), ("9", "9")])
def test_any_other_key_changes_nothing(world, keys):
    person = world.person()
    rings_back(world, NUMBER, *keys)
    assert world.values("SELECT count(*) FROM suppressions") == [0]
    assert world.values("SELECT count(*) FROM audit") == [0]
    assert world.referral(person).route == "automatic"
    assert world.values("SELECT language FROM persons") == [None]


def test_after_the_end_nothing_is_said_any_more(world):
    turn = rings_back(world, NUMBER, "")
    with pytest.raises(CallOver):
        ring_back_goes_on(world.outreach, RING_BACK, turn.session, "0", NUMBER)
