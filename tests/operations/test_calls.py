"""A call webhook by webhook: each turn once, the gate asked again, the end that holds."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from operations.world import CODE, GOODBYE, MONDAY_AT_TEN, World, sid

from contactbot.database import tables, transaction
from contactbot.database.journeys import travel
from contactbot.operations.calls import take_keys, take_progress
from contactbot.ports.telephony import CallProgress, OutcomeUnknown

PROVED = ("2", CODE)
ALONE = (*PROVED, "1")


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def person(world):
    """Somebody whose telephone is ringing."""
    known = world.person()
    world.place()
    return known


def suppress(world, person, **values):
    world.add(
        tables.suppressions,
        id=uuid4(),
        **({"person_id": person.id} | values),
        reason="opted_out",
        since=MONDAY_AT_TEN,
        set_by="test",
    )


def test_the_opener_is_heard_and_the_call_is_in_progress(world, person):
    assert "press 1" in world.key(0)
    assert world.attempt().state == "in_progress"


def test_the_same_turn_asked_for_twice_is_answered_alike_and_kept_once(world, person):
    said = world.talk(*ALONE, "1")
    assert [world.key(turn, "1") for turn in range(5)] == said
    assert world.values("SELECT count(*) FROM consent_events") == [1]


def test_a_call_nobody_knows_hears_the_goodbye(world):
    assert take_keys(world.outreach, "unknown", 0, sid(1), "") == GOODBYE
    take_progress(world.outreach, "unknown", CallProgress(sid(1), "completed", 3, None, None))
    assert world.counted("webhook_unknown_attempt") == 2


@pytest.mark.parametrize("call", [2, None])
def test_another_call_with_our_token_hears_the_goodbye_and_a_person_looks(world, person, call):
    provider_id = sid(call) if call else ""
    assert take_keys(world.outreach, world.attempt().token, 0, provider_id, "") == GOODBYE
    late = CallProgress(provider_id, "completed", 3, None, None)
    take_progress(world.outreach, world.attempt().token, late)
    assert world.holds(person) == ["second_call_seen"]
    assert (world.attempt().state, world.attempt().provider_id) == ("queued", sid(1))


def test_a_turn_out_of_order_hears_the_goodbye(world, person):
    assert world.key(1, "2") == GOODBYE
    world.key(0)
    assert world.key(2, "2") == GOODBYE
    assert world.counted("webhook_out_of_order") == 2


def test_after_the_last_word_nothing_more_is_said(world, person):
    world.talk("2", "#")
    assert world.key(3, "1") == GOODBYE


def test_the_answer_may_come_before_the_reply_to_the_order(world):
    world.person()

    class Early:
        def place_call(self, order):
            del order
            world.key(0, call=7)
            raise OutcomeUnknown("lost")

    world.outreach = world.but(telephony=Early())
    assert world.place().state == "in_progress"
    assert world.attempt().provider_id == sid(7)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE attempts SET cancel_because = 'suspect_released'",
        "UPDATE contact_profiles SET safe_call = 'no'",
        "UPDATE contact_profiles SET voided_at = now()",
        "UPDATE referrals SET tier = 'protected'",
        "UPDATE referrals SET state = 'held'",
        "UPDATE numbers SET suspended_because = 'number_changed'",
        "UPDATE numbers SET usable = false",
    ],
)
def test_whatever_changed_since_the_dial_only_the_goodbye_is_heard(world, person, change):
    world.run(change)
    assert world.key(0) == GOODBYE
    assert world.values("SELECT count(*) FROM interviews") == [0]


def test_what_counts_at_the_answer_is_the_number_that_was_called(world, person):
    number = "+447700900199"
    row, box = uuid4(), person.box
    world.run("UPDATE numbers SET usable = false, suspended_because = 'no_longer_given'")
    world.add(
        tables.numbers,
        id=row,
        person_id=person.id,
        position=1,
        number_sealed=box.seal("numbers", "number_sealed", row, number),
        number_index=world.keyring.blind("number", number),
        added_at=MONDAY_AT_TEN,
    )
    assert world.key(0) == GOODBYE


def test_answered_after_hours_only_the_goodbye_is_heard_and_no_try_is_counted(world, person):
    world.set_clock(datetime(2026, 3, 2, 20, 0, 1, tzinfo=UTC))
    assert world.key(0) == GOODBYE
    assert world.values("SELECT reasons FROM decisions WHERE NOT allowed") == [["outside_hours"]]
    world.set_clock(MONDAY_AT_TEN)
    assert world.key(0) == GOODBYE
    world.report("completed")
    attempt = world.attempt()
    assert (attempt.state, attempt.disposition) == ("completed", "outside_hours")
    assert world.referral(person).route == "automatic"


@pytest.mark.parametrize("stop", ["suppression", "number", "cancel"])
def test_an_opt_out_during_the_talk_ends_it_at_the_next_key(world, person, stop):
    world.talk(*PROVED)
    if stop == "cancel":
        world.run("UPDATE attempts SET cancel_because = 'opted_out'")
    elif stop == "number":
        suppress(world, person, person_id=None, number_index=person.index)
    else:
        suppress(world, person)
    assert world.key(3, "1") == GOODBYE
    assert world.key(4, "1") == GOODBYE
    world.report("completed")
    assert world.attempt().disposition == "withdrawn"


def test_a_yes_said_before_an_event_stopped_the_talk_still_stands(world, person):
    world.talk(*ALONE, "1")
    world.run("UPDATE attempts SET cancel_because = 'suspect_released'")
    assert world.key(5, "1") == GOODBYE
    world.report("completed")
    assert world.attempt().disposition == "opted_in"
    assert world.referral(person).state == "contacted"


def test_reports_move_forward_only_whatever_their_order(world, person):
    world.report("completed", 3, seconds=40)
    for sequence, status in ((2, "in-progress"), (1, "ringing"), (0, "initiated"), (3, "busy")):
        world.report(status, sequence)
    attempt = world.attempt()
    assert (attempt.state, attempt.seconds) == ("completed", 40)
    assert world.values("SELECT count(*) FROM outbox WHERE type = 'attempt'") == [1]


def test_a_report_sent_twice_is_one_event(world, person):
    for _ in range(2):
        world.report("ringing", 1)
    assert world.values("SELECT status FROM attempt_events") == ["ringing"]


def test_reports_without_a_number_are_told_apart_by_what_they_say(world, person):
    for status in ("ringing", "ringing", "something new", "completed"):
        world.report(status, None)
    assert world.attempt().state == "completed"
    assert world.values("SELECT count(*) FROM attempt_events") == [3]
    assert world.counted("provider_status_unknown") == 1


def test_a_key_that_comes_after_the_end_was_reported_still_counts(world, person):
    world.talk(*ALONE)
    world.report("completed")
    assert world.attempt().disposition == "hung_up_after_identity"
    world.key(4, "1")
    assert world.attempt().disposition == "opted_in"
    assert world.referral(person).state == "contacted"
    assert world.values("SELECT type FROM outbox ORDER BY sequence").count("referral_opt_in") == 1
    assert world.referral(person).tries == 1


def test_each_late_key_that_settles_something_is_a_correction_of_its_own(world, person):
    world.talk(*ALONE)
    world.report("completed")
    for turn, pressed in enumerate(("1", "2", "1"), start=4):
        world.key(turn, pressed)
    corrections = "SELECT status FROM attempt_events WHERE source = 'correction' ORDER BY id"
    told = "SELECT body->>'disposition' FROM outbox WHERE type = 'attempt' ORDER BY sequence"
    assert world.values(corrections) == ["opted_in", "call_back"]
    assert world.values(told) == ["hung_up_after_identity", "opted_in", "call_back"]
    assert world.attempt().disposition == "call_back"


def test_a_late_key_that_settles_nothing_changes_nothing(world, person):
    world.talk("2")
    world.report("completed")
    assert world.key(2, CODE) != GOODBYE
    assert world.attempt().disposition == "hung_up_before_identity"


def test_whoever_answers_a_call_that_is_over_hears_the_goodbye(world, person):
    world.report("failed")
    assert world.key(0) == GOODBYE
    assert world.counted("answered_after_the_end") == 1


@pytest.mark.parametrize("state", ["unknown", "lost_status", "not_placed"])
@pytest.mark.parametrize("trouble", [None, OutcomeUnknown("away")])
def test_a_call_that_was_given_up_and_turns_up_is_ended(world, person, state, trouble):
    world.run(
        "UPDATE attempts SET state = :state, ended_at = now(), provider_id = NULL", state=state
    )
    world.telephones.trouble = trouble
    world.report("ringing", 1)
    assert world.telephones.ended == [sid(1)]
    world.report("completed", 3)
    assert world.attempt().state == state
    assert world.telephones.ended == [sid(1)]


def test_a_late_report_of_a_call_that_ended_asks_the_provider_nothing(world, person):
    world.report("completed", 3)
    world.report("ringing", 1)
    assert world.telephones.ended == []


def test_the_window_and_skew_are_the_database_s_and_a_wrong_clock_says_goodbye(world, person):
    world.clock.off = timedelta(hours=1)
    assert world.key(0) == GOODBYE


def test_a_step_and_a_report_take_two_journeys_each(world, person, monkeypatch):
    """On a busy machine every wait for the database costs more than the statement it is for."""
    journeys = []

    def counted(connection, statements, **options):
        journeys.append([words for words, _ in statements])
        return travel(connection, statements, **options)

    monkeypatch.setattr(transaction, "travel", counted)
    world.report("in-progress", 2)
    assert [words[-1] for words in journeys[1:]] == ["COMMIT"]
    world.talk(*ALONE)
    journeys.clear()
    world.key(len(ALONE) + 1, "1")
    assert [words[-1] for words in journeys[1:]] == ["COMMIT"]
