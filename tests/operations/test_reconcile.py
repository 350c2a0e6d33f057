"""What became of a call nobody heard of: found, given up, or ended; never placed again."""

from datetime import UTC, datetime, timedelta

import pytest
from operations.world import World, seen, sid

from contactbot.operations.dispatch import place_next
from contactbot.operations.reconcile import cancel_unwanted, reconcile
from contactbot.ports.telephony import OutcomeUnknown, RefusedBeforeEffect

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def lost(world):
    """A call was ordered, and the reply never came."""
    person = world.person()
    world.telephones.replies = [OutcomeUnknown("lost")]
    world.place()
    return person


@pytest.fixture
def placed(world):
    """A call was ordered, and is queued."""
    person = world.person()
    world.place()
    return person


def look(world, after):
    world.age(after)
    reconcile(world.outreach)
    return world.attempt()


def test_nothing_is_asked_before_a_minute_has_passed(world, lost):
    world.telephones.listed = [seen(7)]
    assert look(world, 50).state == "posting"


def test_the_one_call_there_is_belongs_to_the_attempt(world, lost):
    world.telephones.listed = [seen(7, "ringing")]
    attempt = look(world, 61)
    assert (attempt.state, attempt.provider_id) == ("ringing", sid(7))


def test_a_call_that_was_there_before_the_order_is_not_ours(world, lost):
    world.telephones.listed = [seen(7, "completed", created_at=LONG_AGO)]
    assert look(world, 61).provider_id is None


def test_a_call_that_came_in_is_not_ours(world, lost):
    world.telephones.listed = [seen(7, "completed", outbound=False)]
    assert look(world, 61).provider_id is None


def test_a_call_of_another_attempt_is_not_ours(world, lost):
    other = world.person("+447700900124")
    world.run("UPDATE attempts SET provider_id = :sid", sid=sid(7))
    world.run("UPDATE attempts SET state = 'completed', ended_at = now()")
    world.telephones.replies = [OutcomeUnknown("lost")]
    world.place()
    world.telephones.listed = [seen(7, "completed")]
    attempt = look(world, 61)
    assert (attempt.person_id, attempt.provider_id) == (other.id, None)


def test_two_candidates_are_for_a_person_to_judge(world, lost):
    world.telephones.listed = [seen(7), seen(8)]
    assert look(world, 61).state == "unknown"
    assert world.holds(lost) == ["unknown"]
    assert world.referral(lost).state == "held"


def test_absent_once_is_looked_for_again_half_an_hour_after_the_order(world, lost):
    assert look(world, 61).state == "posting"
    assert look(world, 1000).looks == 1
    attempt = look(world, 900)
    assert (attempt.state, attempt.disposition) == ("not_placed", "not_placed")
    assert len(world.telephones.orders) == 1


def test_a_first_look_that_comes_late_is_not_the_last(world, lost):
    assert look(world, 7200).state == "posting"
    assert look(world, 61).state == "not_placed"


def test_a_list_that_does_not_answer_is_no_absence(world, lost):
    world.telephones.listed = OutcomeUnknown("away")
    assert look(world, 61).state == "posting"
    assert look(world, 61).state == "posting"
    world.telephones.listed = []
    assert look(world, 1700).state == "posting"
    assert look(world, 61).state == "not_placed"


def test_a_list_that_never_answers_leaves_it_to_a_person(world, lost):
    world.telephones.listed = OutcomeUnknown("away")
    assert look(world, 61).state == "posting"
    assert look(world, 1800).state == "unknown"
    assert world.holds(lost) == ["unknown"]


def test_an_intent_never_posted_is_over_and_planned_again(world):
    person = world.person()

    def crash(name):
        if name == "after_intent":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place_next(world.but(at_fault_point=crash))
    assert look(world, 4).state == "placing"
    assert look(world, 2).state == "not_placed"
    assert world.telephones.orders == []
    assert world.referral(person).due_at > datetime(2026, 3, 3, tzinfo=UTC)


def test_what_is_over_at_the_provider_is_over_here(world, placed):
    world.telephones.known = {sid(1): seen(1, "no-answer")}
    attempt = look(world, 61)
    assert (attempt.state, attempt.disposition) == ("no_answer", "no_answer")


def test_a_call_the_provider_still_has_is_not_given_up(world, placed):
    world.telephones.known = {sid(1): seen(1, "queued")}
    for _ in range(23):
        assert look(world, 3600).state == "queued"
    world.telephones.known = {sid(1): seen(1, "in-progress")}
    assert look(world, 3600).state == "in_progress"


def test_no_attempt_stays_open_longer_than_the_provider_keeps_a_call(world, placed):
    world.telephones.known = {sid(1): seen(1, "in-progress")}
    assert look(world, 25 * 3600 + 1).state == "lost_status"


@pytest.mark.parametrize("known", [OutcomeUnknown("away"), {}])
def test_a_call_nobody_can_tell_of_is_given_up_after_half_an_hour(world, placed, known):
    world.telephones.known = known
    states = [look(world, seconds).state for seconds in (61, 241, 1501)]
    assert states == ["queued", "queued", "lost_status"]
    assert world.referral(placed).route == "automatic"


def test_a_call_that_reports_itself_while_we_look_is_not_adopted_again(world, lost):
    store = world.outreach.store

    class Store:
        def __getattr__(self, name):
            return getattr(store, name)

        def known_provider_ids(self, provider_ids):
            found = store.known_provider_ids(provider_ids)
            world.report("in-progress", 2, call=7)
            return found

    world.telephones.listed = [seen(7, "ringing")]
    world.age(61)
    reconcile(world.but(store=Store()))
    assert (world.attempt().state, world.attempt().provider_id) == ("in_progress", sid(7))
    assert world.values("SELECT source FROM attempt_events") == ["status"]


def test_a_report_that_comes_while_we_ask_is_not_overruled(world, placed):
    class Slow:
        def call(self, provider_id):
            del provider_id
            world.report("completed")

        def calls_to(self, number):
            raise AssertionError(number)

    outreach = world.but(telephony=Slow())
    world.age(7200)
    world.run("UPDATE attempts SET looks = 2")
    reconcile(outreach)
    assert world.attempt().state == "completed"


def test_one_attempt_that_cannot_be_read_does_not_hold_up_the_others(world, lost):
    world.person("+447700900124")
    world.place()
    world.run("UPDATE persons SET key_wrapped = NULL WHERE id = :id", id=lost.id)
    world.telephones.known = {sid(1): seen(1, "busy")}
    world.age(61)
    reconcile(world.outreach)
    states = world.values("SELECT state FROM attempts ORDER BY intent_at_real")
    assert states == ["posting", "busy"]
    world.age(1800)
    reconcile(world.outreach)
    assert world.values("SELECT state FROM attempts ORDER BY intent_at_real")[0] == "unknown"


def test_a_call_whose_end_was_asked_for_is_ended(world, placed):
    assert cancel_unwanted(world.outreach) == 0
    world.run("UPDATE attempts SET cancel_because = 'opted_out'")
    assert cancel_unwanted(world.outreach) == 1
    assert world.telephones.ended == [sid(1)]


def test_a_call_waiting_when_its_window_closes_is_cancelled(world, placed):
    world.set_clock(world.attempt().close_at + timedelta(seconds=1))
    cancel_unwanted(world.outreach)
    assert world.telephones.ended == [sid(1)]


def test_a_talk_under_way_is_not_cut_off_by_the_end_of_the_window(world, placed):
    world.report("in-progress", 2)
    world.set_clock(world.attempt().close_at + timedelta(seconds=1))
    assert cancel_unwanted(world.outreach) == 0


def test_one_call_that_cannot_be_ended_does_not_keep_the_others(world, placed):
    world.person("+447700900124")
    world.place()
    world.run("UPDATE attempts SET cancel_because = 'opted_out'")
    world.telephones.trouble = RefusedBeforeEffect("busy")
    cancel_unwanted(world.outreach)
    assert sorted(world.telephones.ended) == [sid(1), sid(2)]


def test_a_call_without_an_id_waits_for_one_to_be_ended(world, lost):
    world.run("UPDATE attempts SET cancel_because = 'opted_out'")
    cancel_unwanted(world.outreach)
    assert world.telephones.ended == []
    world.report("ringing", 1, call=9)
    cancel_unwanted(world.outreach)
    assert world.telephones.ended == [sid(9)]
