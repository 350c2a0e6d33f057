"""Record, commit, then dial: what stops a call, what ends it at once, what is never repeated."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from operations.world import MONDAY_AT_TEN, NUMBER, World, sid

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.domain.attempts import AttemptState
from contactbot.operations.dispatch import ACCOUNT_PAUSE_SECONDS, Dispatched, place_next
from contactbot.ports.outreach import NewAttempt
from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
)

OTHER = "+447700900124"


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def during(world, moment, act):
    """The next look at the queue, with something happening at that moment of it."""

    def reached(name):
        if name == moment:
            act()

    return place_next(world.but(at_fault_point=reached))


def test_a_due_case_is_called_once_with_its_intent_committed_first(world):
    person = world.person()
    seen = []
    during(world, "after_intent", lambda: seen.append(world.attempt()))
    assert (seen[0].state, seen[0].number_index) == ("placing", person.index)
    attempt = world.attempt()
    assert (attempt.state, attempt.provider_id) == ("queued", sid(1))
    (order,) = world.telephones.orders
    assert (order.number, order.token) == (NUMBER, attempt.token)
    assert world.values("SELECT allowed FROM decisions") == [True]
    assert world.values("SELECT subject_id FROM audit") == [str(attempt.id)]
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE


def test_nothing_is_due(world):
    world.person(due_at=MONDAY_AT_TEN + timedelta(hours=1))
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE


def test_the_pace_and_the_number_in_flight_hold_for_all_workers(world):
    world.person()
    world.person(OTHER)
    slow = world.but(calls_per_second=0.001)
    world.run("UPDATE pacing SET next_at_real = clock_timestamp()")
    assert place_next(slow) is Dispatched.PLACED
    assert place_next(slow) is Dispatched.NOT_NOW
    calls = world.outreach.policy.calls.model_copy(update={"max_in_flight": 1})
    policy = world.outreach.policy.model_copy(update={"calls": calls})
    world.run("UPDATE pacing SET next_at_real = clock_timestamp()")
    assert place_next(world.but(policy=policy)) is Dispatched.NOT_NOW
    assert len(world.telephones.orders) == 1


def test_what_the_gate_withholds_costs_no_slot_and_keeps_its_reason(world):
    person = world.person()
    world.add(
        tables.holds,
        id=uuid4(),
        person_id=person.id,
        reason="shared_number",
        placed_at=MONDAY_AT_TEN,
        placed_by="test",
    )
    world.person(OTHER)
    slow = world.but(calls_per_second=0.01)
    assert place_next(slow) is Dispatched.WITHHELD
    assert world.values("SELECT reasons FROM decisions") == [["held"]]
    assert (world.referral(person).state, world.referral(person).route) == ("held", "none")
    assert place_next(slow) is Dispatched.PLACED


def test_outside_the_hours_the_case_waits_for_the_next_opening(world):
    person = world.person()
    world.set_clock(datetime(2026, 3, 2, 23, tzinfo=UTC))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.referral(person).due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)


def test_a_machine_whose_clock_is_wrong_calls_nobody(world):
    person = world.person()
    world.clock.off = timedelta(seconds=20)
    assert place_next(world.outreach) is Dispatched.CLOCKS_APART
    assert world.counted("clocks_apart") == 1
    assert world.referral(person).due_at == MONDAY_AT_TEN
    world.clock.off = timedelta(0)
    assert place_next(world.outreach) is Dispatched.PLACED


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE persons SET key_wrapped = NULL",
        "UPDATE numbers SET number_sealed = '\\x00'",
        "UPDATE numbers SET number_index = NULL",
        "UPDATE contact_profiles SET safe_hours = 'whenever'",
    ],
)
def test_a_case_that_cannot_be_read_is_set_aside_and_the_next_one_called(world, damage):
    person = world.person()
    world.run(damage)
    world.person(OTHER, breach_at=MONDAY_AT_TEN + timedelta(days=9))
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.holds(person) == ["case_unreadable"]
    assert place_next(world.outreach) is Dispatched.PLACED


def test_two_workers_call_one_person_once(world):
    person = world.person()
    world.refer(person)
    results = []

    def work():
        results.append(place_next(world.outreach))

    during(world, "after_intent", work)
    assert results in ([Dispatched.WITHHELD], [Dispatched.NOTHING_DUE])
    assert len(world.telephones.orders) == 1


def test_people_who_may_be_one_are_not_called_at_the_same_moment(world):
    one, other = world.person(), world.person(OTHER)
    world.link(one, other)
    results = []

    def work():
        results.append(place_next(world.outreach))

    store = world.outreach.store
    with store.begin() as transaction:  # one worker has claimed the one …
        (claimed,) = transaction.claim_due(1)
        thread = threading.Thread(target=work)  # … when another comes for the other
        thread.start()
        thread.join(5)
        assert results == [Dispatched.NOTHING_DUE]
        assert claimed == one.referral
    assert world.telephones.orders == []
    world.set_clock(MONDAY_AT_TEN + timedelta(minutes=5))
    world.place()
    assert world.result is Dispatched.PLACED
    assert place_next(world.outreach) is Dispatched.WITHHELD


def test_two_people_at_one_telephone_are_not_called_at_the_same_moment(world):
    first, second = world.person(), world.person()
    store, results = world.outreach.store, []

    def work():
        results.append(place_next(world.outreach))

    with store.begin() as transaction:
        case = transaction.case(transaction.claim_due(1)[0])
        thread = threading.Thread(target=work)
        transaction.open_attempt(intent(case))
        thread.start()
        thread.join(0.5)
    thread.join(5)
    assert results == [Dispatched.WITHHELD]
    assert world.telephones.orders == []
    later = {world.referral(person).due_at for person in (first, second)}
    assert max(later) > MONDAY_AT_TEN


def intent(case):
    return NewAttempt(
        id=uuid4(),
        token=uuid4().hex,
        referral_id=case.referral_id,
        person_id=case.person_id,
        number_id=case.target.number_id,
        number_index=case.target.index,
        close_at=None,
        deadline_seconds=3.0,
        policy_version="p",
        script_hash="h",
    )


@pytest.mark.parametrize("moment", ["after_intent", "after_fence"])
def test_after_the_deadline_nothing_is_dialled(world, moment):
    person = world.person()

    def stall():
        world.clock.seconds += 3.0

    assert during(world, moment, stall) is Dispatched.REFUSED
    assert world.telephones.orders == []
    assert world.attempt().state == "not_placed"
    assert world.referral(person).due_at > MONDAY_AT_TEN + timedelta(hours=17)


def test_an_end_asked_for_before_the_fence_stops_the_dial(world):
    world.person()
    opt_out = "UPDATE attempts SET cancel_because = 'opted_out'"
    assert during(world, "after_intent", lambda: world.run(opt_out)) is Dispatched.REFUSED
    assert world.telephones.orders == []


def test_an_end_asked_for_while_dialling_ends_the_call_at_once(world):
    world.person()
    opt_out = "UPDATE attempts SET cancel_because = 'opted_out'"
    assert during(world, "after_fence", lambda: world.run(opt_out)) is Dispatched.PLACED
    assert world.telephones.ended == [sid(1)]


def test_a_refusal_before_any_effect_is_asked_again_for_the_same_attempt(world):
    world.person()
    world.telephones.replies = [RefusedBeforeEffect("busy", 1.0)]
    assert place_next(world.outreach) is Dispatched.PLACED
    first, second = world.telephones.orders
    assert first.token == second.token
    assert world.clock.slept == [1.0]


def test_a_refusal_that_lasts_is_not_placed_and_slows_everybody_down(world):
    world.person()
    world.telephones.replies = [RefusedBeforeEffect("busy", 60.0)]
    assert place_next(world.outreach) is Dispatched.REFUSED
    assert world.attempt().state == "not_placed"
    assert place_next(world.outreach) is Dispatched.NOT_NOW


def test_a_lost_reply_is_never_asked_again(world):
    world.person()
    world.telephones.replies = [OutcomeUnknown("lost")]
    assert place_next(world.outreach) is Dispatched.UNCERTAIN
    assert world.attempt().state == "posting"
    assert place_next(world.outreach) is Dispatched.NOTHING_DUE
    assert len(world.telephones.orders) == 1


def test_a_number_the_provider_refuses_is_closed_and_left_to_a_person(world):
    person = world.person()
    world.telephones.replies = [NumberRefused(21211)]
    assert place_next(world.outreach) is Dispatched.REFUSED
    assert world.attempt().state == "failed"
    assert world.values("SELECT suspended_because FROM numbers") == ["provider_21211"]
    assert world.referral(person).route == "caller"


def test_a_refused_account_stops_everybody(world):
    world.person()
    world.telephones.replies = [AccountRefused(20003)]
    assert place_next(world.outreach) is Dispatched.REFUSED
    wait = "SELECT extract(epoch FROM next_at_real - clock_timestamp()) FROM pacing"
    assert float(world.values(wait)[0]) > ACCOUNT_PAUSE_SECONDS - 10


def test_a_call_somebody_reports_exists_whatever_was_answered_to_its_order(world):
    world.person()

    class Refusing:
        def place_call(self, order):
            del order
            world.report("ringing", 1, call=9)
            raise AccountRefused(20003)

    assert place_next(world.but(telephony=Refusing())) is Dispatched.REFUSED
    assert (world.attempt().state, world.attempt().provider_id) == ("ringing", sid(9))


def test_a_second_call_for_one_attempt_is_ended_and_a_person_told(world):
    person = world.person()
    during(world, "after_post", lambda: world.report("ringing", 1, call=9))
    assert world.attempt().provider_id == sid(9)
    assert world.telephones.ended == [sid(1)]
    assert world.holds(person) == ["second_call_seen"]
    assert world.counted("provider_id_twice") == 1


def test_a_call_whose_attempt_is_over_is_ended(world):
    world.person()

    def given_up():
        world.run("UPDATE attempts SET state = 'unknown', ended_at = now()")

    during(world, "after_post", given_up)
    assert world.telephones.ended == [sid(1)]
    assert world.attempt().state == AttemptState.UNKNOWN


def test_a_call_that_cannot_be_ended_now_is_ended_later(world):
    world.person()
    world.telephones.trouble = OutcomeUnknown("away")
    opt_out = "UPDATE attempts SET cancel_because = 'opted_out'"
    assert during(world, "after_fence", lambda: world.run(opt_out)) is Dispatched.PLACED


def erase(world):
    world.run("ALTER TABLE decisions DISABLE TRIGGER append_only")
    world.run("DELETE FROM decisions")
    world.run("DELETE FROM attempts")


def test_an_attempt_erased_meanwhile_is_nobody_s(world):
    world.person()
    world.telephones.replies = [NumberRefused(21211)]
    assert during(world, "after_fence", lambda: erase(world)) is Dispatched.REFUSED
    assert world.attempt() is None


def test_the_call_of_an_attempt_erased_meanwhile_is_ended(world):
    world.person()
    during(world, "after_post", lambda: erase(world))
    assert world.telephones.ended == [sid(1)]


def test_a_rotated_index_key_does_not_hide_a_suppression(database):
    world = World(database, Keyring([b"e" * 32], [b"n" * 32, b"o" * 32]))
    world.person()
    old = Keyring([b"e" * 32], [b"o" * 32]).blind("number", NUMBER)
    world.add(
        tables.suppressions,
        id=uuid4(),
        number_index=old,
        reason="opted_out",
        since=MONDAY_AT_TEN,
        set_by="ring_back",
    )
    assert place_next(world.outreach) is Dispatched.WITHHELD
    assert world.values("SELECT reasons FROM decisions") == [["suppressed"]]


def test_with_live_calls_a_simulated_calendar_calls_nobody(world):
    world.person()
    assert place_next(world.but(real_calendar=True)) is Dispatched.CLOCKS_APART
