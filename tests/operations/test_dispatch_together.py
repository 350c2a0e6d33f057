"""Many people taken in one transaction: each is judged and called as if they were taken alone."""

import threading
from datetime import timedelta

import pytest
from operations.world import MONDAY_AT_TEN, NUMBER, World

from contactbot.database import queue_head
from contactbot.database.crypto import Keyring
from contactbot.database.outreach_store import FULL_SECONDS
from contactbot.domain.attempts import AttemptState
from contactbot.operations.aftermath import conclude_all
from contactbot.operations.dispatch import Dispatched, place_due, place_next
from contactbot.ports.telephony import AccountRefused, NumberRefused

AT_THIS_PACE = 20  # what a thousand a second lets go within 20 ms
NUMBERS = [f"+4477009001{place:02d}" for place in range(30)]


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def together(world, **changes):
    """A look at the queue at a pace that lets many go at once."""
    return place_due(world.but(calls_per_second=1000, **changes)).results


def test_at_a_provider_s_pace_one_person_is_taken_at_a_time(world):
    for number in NUMBERS[:3]:
        world.person(number)
    look = place_due(world.but(calls_per_second=30))
    assert look.results == (Dispatched.PLACED,)


def test_who_comes_before_the_pace_allows_it_is_told_how_long_to_wait(world):
    world.person()
    world.run("UPDATE pacing SET next_at_real = clock_timestamp() + interval '1 hour'")
    look = place_due(world.outreach)
    assert look.results == (Dispatched.NOT_NOW,)
    assert look.wait_seconds == FULL_SECONDS


def test_each_person_taken_together_is_called_once_with_decision_and_audit_row(world):
    for number in NUMBERS:
        world.person(number)
    assert together(world) == (Dispatched.PLACED,) * AT_THIS_PACE
    assert len({order.number for order in world.telephones.orders}) == AT_THIS_PACE
    ids = world.values("SELECT id FROM attempts")
    assert sorted(world.values("SELECT attempt_id FROM decisions WHERE allowed")) == sorted(ids)
    trail = world.values("SELECT subject_id FROM audit WHERE action = 'attempt_intended'")
    assert sorted(trail) == sorted(map(str, ids))


def test_the_most_urgent_are_taken_first(world):
    late, soon = [
        world.person(number, breach_at=MONDAY_AT_TEN + timedelta(days=days))
        for number, days in zip(NUMBERS, (3, 1), strict=False)
    ]
    place_due(world.but(calls_per_second=1))
    assert world.values("SELECT person_id FROM attempts") == [soon.id]
    assert world.referral(late).due_at == MONDAY_AT_TEN


def test_two_referrals_of_one_person_are_not_called_together(world):
    person = world.person()
    world.refer(person)
    assert together(world) == (Dispatched.PLACED,)
    assert together(world) == (Dispatched.WITHHELD,)
    assert world.values("SELECT reasons FROM decisions WHERE NOT allowed")[0][0] == "live_attempt"


def test_people_who_may_be_one_are_not_called_together(world):
    one, other, stranger = (world.person(number) for number in NUMBERS[:3])
    world.link(one, other)
    assert together(world) == (Dispatched.PLACED,) * 2
    assert world.values("SELECT count(*) FROM attempts WHERE person_id = :id", id=stranger.id)
    assert together(world) == (Dispatched.WITHHELD,)
    assert len(world.telephones.orders) == 2


def test_people_at_one_telephone_are_not_called_together(world):
    world.person(), world.person()
    assert sorted(together(world)) == [Dispatched.PLACED, Dispatched.WITHHELD]
    assert len(world.telephones.orders) == 1


def test_one_telephone_kept_under_two_index_keys_is_called_once(database):
    old = Keyring([b"e" * 32], [b"o" * 32])
    world = World(database, Keyring([b"e" * 32], [b"n" * 32, b"o" * 32]))
    world.person()
    world.run("UPDATE numbers SET number_index = :old", old=old.blind("number", NUMBER))
    world.person()
    assert sorted(together(world)) == [Dispatched.PLACED, Dispatched.WITHHELD]
    assert len(world.telephones.orders) == 1


def test_one_who_cannot_be_read_and_one_who_is_held_keep_nobody_else_waiting(world):
    broken, held, fine = (world.person(number) for number in NUMBERS[:3])
    world.run("UPDATE persons SET key_wrapped = NULL WHERE id = :id", id=broken.id)
    world.run(
        "INSERT INTO holds (id, person_id, reason, placed_at, placed_by)"
        " VALUES (gen_random_uuid(), :id, 'shared_number', now(), 'test')",
        id=held.id,
    )
    results = together(world)
    assert sorted(results) == [Dispatched.PLACED, Dispatched.WITHHELD, Dispatched.WITHHELD]
    assert world.values("SELECT person_id FROM attempts") == [fine.id]
    assert world.holds(broken) == ["case_unreadable"]


def test_one_who_opts_out_before_the_fence_is_not_called_and_the_others_are(world):
    people = [world.person(number) for number in NUMBERS[:3]]
    opt_out = "UPDATE attempts SET cancel_because = 'opted_out' WHERE person_id = :id"

    def reached(name):
        if name == "after_intent":
            world.run(opt_out, id=people[1].id)

    results = together(world, at_fault_point=reached)
    assert sorted(results) == [Dispatched.PLACED, Dispatched.PLACED, Dispatched.REFUSED]
    assert NUMBERS[1] not in {order.number for order in world.telephones.orders}
    assert len(world.telephones.orders) == 2


def test_a_stall_among_them_ends_all_that_were_not_called(world):
    for number in NUMBERS[:4]:
        world.person(number)

    def reached(name):
        if name == "after_post":
            world.clock.seconds += 3.0

    results = together(world, at_fault_point=reached)
    assert results == (Dispatched.PLACED, *[Dispatched.REFUSED] * 3)
    assert len(world.telephones.orders) == 1
    states = world.values("SELECT state FROM attempts")
    assert sorted(states) == ["not_placed", "not_placed", "not_placed", "queued"]


def test_a_refused_account_is_asked_once_and_a_refused_number_stops_nobody(world):
    for number in NUMBERS[:4]:
        world.person(number)
    world.telephones.replies = [NumberRefused(21211), AccountRefused(20003)]
    assert together(world) == (Dispatched.REFUSED,) * 4
    assert len(world.telephones.orders) == 2
    states = world.values("SELECT state FROM attempts")
    assert sorted(states) == ["failed", *["not_placed"] * 3]


def test_requests_go_out_at_the_pace_though_their_intents_were_committed_together(world):
    for number in NUMBERS[:5]:
        world.person(number)
    place_due(world.but(calls_per_second=250))
    assert len(world.telephones.orders) == 5
    assert sum(world.clock.slept) == pytest.approx(4 / 250)


def test_no_more_are_taken_than_may_be_in_flight(world):
    for number in NUMBERS[:5]:
        world.person(number)
    calls = world.outreach.policy.calls.model_copy(update={"max_in_flight": 3})
    policy = world.outreach.policy.model_copy(update={"calls": calls})
    assert together(world, policy=policy) == (Dispatched.PLACED,) * 3
    assert together(world, policy=policy) == (Dispatched.NOT_NOW,)


def test_two_workers_with_the_same_telephones_call_each_once_and_neither_waits_for_ever(world):
    for number in NUMBERS[:8] * 2:
        world.person(number)
    workers = [threading.Thread(target=together, args=(world,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    called = [order.number for order in world.telephones.orders]
    assert sorted(called) == NUMBERS[:8]


def test_attempts_that_end_together_end_as_they_would_alone(world):
    people = [world.person(number) for number in NUMBERS[:3]]
    together(world)
    ids = world.values("SELECT id FROM attempts")
    with world.outreach.store.begin() as transaction:
        attempts = transaction.attempts(ids)
        ended = conclude_all(world.outreach, transaction, attempts, AttemptState.NO_ANSWER)
        again = conclude_all(world.outreach, transaction, attempts, AttemptState.BUSY)
    assert (ended, again) == (3, 0)
    assert set(world.values("SELECT state FROM attempts")) == {"no_answer"}
    for person in people:
        referral = world.referral(person)
        assert (referral.state, referral.route, referral.tries) == ("attempted", "automatic", 1)
        assert referral.due_at > MONDAY_AT_TEN
        told = world.values(
            "SELECT type FROM outbox WHERE case_reference = :case ORDER BY sequence",
            case=referral.reference,
        )
        assert told == ["attempt", "status"]
    ends = world.values("SELECT subject_id FROM audit WHERE action = 'attempt_ended'")
    assert sorted(ends) == sorted(map(str, ids))


def test_somebody_more_urgent_waits_a_moment_at_most_for_the_next_look_from_the_top(
    world, monkeypatch
):
    for place, number in enumerate(NUMBERS[:6]):
        world.person(number, breach_at=MONDAY_AT_TEN + timedelta(days=1, minutes=place))
    assert place_next(world.outreach) is Dispatched.PLACED
    urgent = world.person(NUMBERS[9], breach_at=MONDAY_AT_TEN)
    place_next(world.outreach)
    assert not world.values("SELECT 1 FROM attempts WHERE person_id = :id", id=urgent.id)
    monkeypatch.setattr(queue_head, "LOOK_FROM_TOP_SECONDS", 0)
    place_next(world.outreach)
    assert world.values("SELECT 1 FROM attempts WHERE person_id = :id", id=urgent.id)


def test_whoever_is_due_is_found_before_the_place_reached_too(world):
    world.person(NUMBERS[0], breach_at=MONDAY_AT_TEN + timedelta(days=2))
    assert place_next(world.outreach) is Dispatched.PLACED
    world.person(NUMBERS[1], breach_at=MONDAY_AT_TEN + timedelta(days=1))
    assert place_next(world.outreach) is Dispatched.PLACED
    world.person(NUMBERS[2], breach_at=None)
    assert place_next(world.outreach) is Dispatched.PLACED
