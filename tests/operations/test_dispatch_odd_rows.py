"""Whatever stands in the rows, the queue goes on and nobody is called by mistake."""

import pytest
from operations.world import MONDAY_AT_TEN, World

from contactbot.operations.dispatch import Dispatched, place_next

ODD = [
    "UPDATE referrals SET state = 'odd'",
    "UPDATE referrals SET state = 'contacted'",
    "UPDATE referrals SET tier = 'odd'",
    "UPDATE contact_profiles SET safe_call = 'odd'",
    "UPDATE contact_profiles SET safe_hours = 'mon-fri 25:00-26:00'",
    "UPDATE contact_profiles SET safe_hours = 'sun 03:00-04:00'",
    "UPDATE contact_profiles SET confirmed_on = '2031-01-01'",
    "UPDATE contact_profiles SET confirmed_on = '2020-01-01'",
    "UPDATE contact_profiles SET voided_at = now()",
    "DELETE FROM contact_profiles",
    "DELETE FROM numbers",
    "UPDATE numbers SET usable = false",
    "UPDATE numbers SET suspended_because = 'odd'",
    "UPDATE numbers SET number_sealed = NULL",
    "UPDATE numbers SET number_sealed = (SELECT contact_code_sealed FROM referrals)",
    "UPDATE referrals SET contact_code_sealed = 'odd'",
    "UPDATE persons SET key_wrapped = 'odd'",
]
ODD_HISTORY = [
    "UPDATE attempts SET state = 'odd'",
    "UPDATE attempts SET channel = 'odd'",
    "UPDATE attempts SET disposition = 'odd'",
]
MISSING = [
    "UPDATE referrals SET breach_at = NULL",
    "UPDATE referrals SET risk = NULL",
    "UPDATE referrals SET officer_view = NULL",
    "UPDATE persons SET language = NULL",
]


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.mark.parametrize("change", ODD)
def test_an_odd_row_is_withheld_with_a_reason_and_never_asked_again_by_itself(world, change):
    person = world.person()
    world.run(change)
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.telephones.orders == []
    assert world.values("SELECT reasons FROM decisions")[0]
    assert world.referral(person).due_at is None
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE


@pytest.mark.parametrize("change", ODD_HISTORY)
def test_an_odd_earlier_attempt_calls_nobody_today(world, change):
    world.person()
    world.place()
    world.report("no-answer")
    world.run(change)
    world.run("UPDATE referrals SET due_at = :at", at=MONDAY_AT_TEN)
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE
    assert len(world.telephones.orders) == 1


@pytest.mark.parametrize("change", MISSING)
def test_what_no_rule_needs_may_be_missing(world, change):
    world.person()
    world.run(change)
    assert place_next(world.outreach) is Dispatched.PLACED


def test_an_unknown_risk_is_no_error(world):
    world.person(risk="odd")
    assert place_next(world.outreach) is Dispatched.PLACED
