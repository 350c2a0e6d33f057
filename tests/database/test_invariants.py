"""Each invariant is broken once on purpose in an otherwise clean world, and found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from small_world import ANCHORED, NEUTRAL, NUMBER, POLICY, SHOWS, World, heard
from sqlalchemy import Engine

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.database.invariant_scene import Evidence
from contactbot.database.invariants import CHECKS, check_invariants

OTHER = "+447700900124"
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    """Two people; one was called on two days and opted in, the other is not called yet."""
    world = World(database, keyring).begin()
    called = world.person()
    world.person(OTHER)
    first = world.call(called, timedelta())
    world.interview(called, first, identity_proved=True)
    world.consent(called, first, SHOWS, "given")
    world.call(called, DAY)
    return world


def found(world: World, evidence: Evidence | None = None) -> set[str]:
    evidence = evidence or Evidence(neutral_lines=NEUTRAL)
    evidence = replace(evidence, calls=world.calls)
    return {
        violation.invariant
        for violation in check_invariants(world.engine, world.keyring, POLICY, evidence)
    }


def test_a_clean_world_breaks_nothing(world: World) -> None:
    assert found(world) == set()


def test_an_attempt_that_a_late_key_corrected_breaks_nothing(world: World) -> None:
    corrected(world)
    assert found(world) == set()


def moved(call: dict[str, object], by: timedelta) -> None:
    """The call, and all that was heard on it, happened so much later."""
    for name in ("created_at", "dialled_at", "answered_at", "ended_at"):
        call[name] = (datetime.fromisoformat(str(call[name])) + by).isoformat()
    for event in (*call["utterances"], *call["keys"]):  # type: ignore[misc]
        event["at"] = (datetime.fromisoformat(event["at"]) + by).isoformat()


def live_together(world: World) -> None:
    world.run("UPDATE attempts SET ended_at = ended_at + interval '2 days'")


def live_together_on_a_number(world: World) -> None:
    live_together(world)
    # Another person with the same number, so that only the number is the same.
    world.run(
        "UPDATE attempts SET person_id = (SELECT id FROM persons p WHERE NOT EXISTS"
        " (SELECT FROM attempts a WHERE a.person_id = p.id)) WHERE placed_at = %(at)s",
        at=SHOWS,
    )


def rung_twice_at_once(world: World) -> None:
    token = world.calls[0]["url"].split("/")[-2]
    world.calls.append(heard("CAsecond", NUMBER, token, ANCHORED + timedelta(seconds=30)))
    world.calls[-1]["url"] = "http://127.0.0.1/webhooks/twilio/call/unknown/0"


def called_twice(world: World) -> None:
    token = world.calls[0]["url"].split("/")[-2]
    world.calls.append(heard("CAsecond", NUMBER, token, ANCHORED + timedelta(hours=1)))


def called_by_nobody(world: World) -> None:
    world.calls.append(heard("CAstray", OTHER, "unknown", ANCHORED))


def intended_too_late(world: World) -> None:
    world.run("UPDATE attempts SET intent_at_real = intent_at_real + interval '1 minute'")


def bound_to_nothing(world: World) -> None:
    world.run("UPDATE attempts SET provider_id = 'CAlost' WHERE placed_at = %(at)s", at=SHOWS)


def suppressed_before(world: World) -> None:
    world.run(
        "INSERT INTO suppressions (id, person_id, reason, since, set_by) SELECT %(id)s, person_id,"
        " 'opted_out', %(since)s, 'test' FROM attempts LIMIT 1",
        id=uuid4(),
        since=SHOWS + timedelta(hours=1),
    )


def number_suppressed_before(world: World) -> None:
    index = world.keyring.blind("number", NUMBER)
    since = SHOWS + timedelta(hours=1)
    world.put(
        tables.suppressions,
        id=uuid4(),
        number_index=index,
        reason="opted_out",
        since=since,
        set_by="ring_back",
    )


def held_before(world: World) -> None:
    world.run(
        "INSERT INTO holds (id, person_id, reason, placed_at, placed_by) SELECT %(id)s, person_id,"
        " 'in_custody', %(since)s, 'test' FROM attempts LIMIT 1",
        id=uuid4(),
        since=SHOWS + timedelta(hours=1),
    )


def erased_before(world: World) -> None:
    world.run("UPDATE persons SET erased_at = %(at)s", at=SHOWS + timedelta(hours=1))


def dialled_after_cancelling(world: World) -> None:
    world.run("UPDATE attempts SET cancel_asked_at_real = intent_at_real - interval '1 minute'")


def rang_at_night(world: World) -> None:
    moved(world.calls[1], timedelta(hours=10))  # 20:00 in London, when the default hours end


def rang_on_a_bank_holiday(world: World) -> None:
    moved(world.calls[1], timedelta(days=31))  # Good Friday, 3 April 2026


def rang_outside_own_hours(world: World) -> None:
    world.run("UPDATE contact_profiles SET safe_call = 'yes', safe_hours = 'mon 09:00-12:00'")


def rang_though_refused(world: World) -> None:
    world.run("UPDATE contact_profiles SET safe_call = 'no'")


def tried_too_often(world: World) -> None:
    world.run("UPDATE attempts SET placed_at = %(at)s", at=SHOWS)


def too_soon(world: World) -> None:
    moved(world.calls[1], timedelta(hours=-17))


def told_without_privacy(world: World) -> None:
    del world.calls[0]["keys"][2:]


def told_after_another_code(world: World) -> None:
    world.calls[0]["keys"][1]["digits"] = "1234"


def told_to_a_machine(world: World) -> None:
    world.calls[0]["keys"] = []
    world.calls[0]["utterances"] = [
        heard for heard in world.calls[0]["utterances"] if "crime" not in heard["text"]
    ]


def consent_not_told(world: World) -> None:
    world.run("DELETE FROM outbox WHERE type = 'consent'")


def consent_told_twice(world: World) -> None:
    world.run(
        "INSERT INTO outbox (id, type, case_reference, source_system, sequence, occurred_at,"
        " recorded_at, body) SELECT %(id)s, type, case_reference, source_system, 0, occurred_at,"
        " recorded_at, body FROM outbox WHERE type = 'consent'",
        id=uuid4(),
    )


def attempt_not_told(world: World) -> None:
    world.run("DELETE FROM outbox WHERE type = 'attempt'")


def attempt_told_twice(world: World) -> None:
    world.run(
        "INSERT INTO outbox (id, type, case_reference, source_system, sequence, occurred_at,"
        " recorded_at, body) SELECT %(id)s, type, case_reference, source_system, 0, occurred_at,"
        " recorded_at, body FROM outbox WHERE type = 'attempt' AND occurred_at > %(second)s",
        id=uuid4(),
        second=SHOWS + DAY,
    )


def corrected_and_not_told(world: World) -> None:
    world.run(
        "INSERT INTO attempt_events (attempt_id, source, sequence, status, at) SELECT"
        " id, 'correction', 5, 'call_back', ended_at FROM attempts WHERE placed_at > %(first)s",
        first=SHOWS,
    )


def corrected(world: World) -> None:
    """As a key leaves it that reached us after the end of its call: named, and told once more."""
    corrected_and_not_told(world)
    attempt_told_twice(world)


def corrected_while_live(world: World) -> None:
    corrected(world)
    world.run(
        "UPDATE attempts SET state = 'in_progress', ended_at = NULL WHERE placed_at > %(first)s",
        first=SHOWS,
    )


def over_without_end(world: World) -> None:
    world.run("UPDATE attempts SET ended_at = NULL WHERE placed_at > %(at)s", at=SHOWS)


def changed_after_its_end(world: World) -> None:
    world.run("UPDATE attempts SET state = 'busy' WHERE placed_at = %(at)s", at=SHOWS)
    world.calls[0]["status"] = "busy"


def went_back(world: World) -> None:
    world.run(
        "UPDATE attempts SET state = 'queued', ended_at = NULL WHERE placed_at > %(at)s", at=SHOWS
    )


def ended_otherwise(world: World) -> None:
    world.calls[0]["status"] = "no-answer"


def event_of_unknown_source(world: World) -> None:
    [attempt] = {call["sid"][2:] for call in world.calls[:1]}
    world.put(
        tables.attempt_events,
        attempt_id=attempt,
        source="stranger",
        sequence=0,
        status="ringing",
        at=SHOWS,
    )


def status_of_an_unplaced_call(world: World) -> None:
    world.run("UPDATE attempts SET provider_id = NULL")


def never_allowed(world: World) -> None:
    world.run("UPDATE attempts SET policy_version = 'another'")


def protected(world: World) -> None:
    world.run("UPDATE referrals SET tier = 'protected'")


BREAKS: list[tuple[Callable[[World], None], str]] = [
    (live_together, "I1"),
    (live_together_on_a_number, "I1 I21"),
    (rung_twice_at_once, "I1 I2 I7"),
    (called_twice, "I2 I6"),
    (called_by_nobody, "I2 I7"),
    (intended_too_late, "I2"),
    (bound_to_nothing, "I2"),
    (suppressed_before, "I3"),
    (number_suppressed_before, "I3"),
    (held_before, "I3"),
    (erased_before, "I3"),
    (dialled_after_cancelling, "I3"),
    (rang_at_night, "I4"),
    (rang_on_a_bank_holiday, "I4"),
    (rang_outside_own_hours, "I4"),
    (rang_though_refused, "I4"),
    (tried_too_often, "I5"),
    (too_soon, "I6 I2"),
    (told_without_privacy, "I7"),
    (told_after_another_code, "I7"),
    (told_to_a_machine, "I8"),
    (consent_not_told, "I12"),
    (consent_told_twice, "I12"),
    (attempt_not_told, "I12"),
    (attempt_told_twice, "I12"),
    (corrected_and_not_told, "I12"),
    (corrected_while_live, "I14 I19"),
    (over_without_end, "I14"),
    (changed_after_its_end, "I14"),
    (went_back, "I14"),
    (ended_otherwise, "I14"),
    (event_of_unknown_source, "I19"),
    (status_of_an_unplaced_call, "I19"),
    (never_allowed, "I21"),
    (protected, "I21"),
]


@pytest.mark.parametrize(("break_it", "invariants"), BREAKS)
def test_what_is_broken_is_found(
    world: World, break_it: Callable[[World], None], invariants: str
) -> None:
    break_it(world)
    assert found(world) == set(invariants.split())


@pytest.mark.parametrize(
    "line", ["worker failed for Llywelyn", "called +447700900123", "called 07700900123 twice"]
)
def test_personal_data_in_a_log_is_found(world: World, tmp_path: Path, line: str) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"2026-03-02 INFO started\n{line}\n", encoding="utf-8")
    evidence = Evidence(neutral_lines=NEUTRAL, log_files=(log,))
    assert found(world, evidence) == {"I18"}


def test_a_log_of_ids_and_words_is_clean(world: World, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text(f"2026-03-02 INFO attempt {uuid4()} ended: no_answer\n", encoding="utf-8")
    assert found(world, Evidence(neutral_lines=NEUTRAL, log_files=(log,))) == set()


@pytest.mark.parametrize(
    ("url", "broken"),
    [("http://127.0.0.1:8090", set()), ("https://api.twilio.com.example.net", {"I20"})],
)
def test_a_host_that_is_not_allowed_is_found(world: World, url: str, broken: set[str]) -> None:
    evidence = Evidence(
        neutral_lines=NEUTRAL, outbound_urls=(url,), allowed_hosts=frozenset({"127.0.0.1"})
    )
    assert found(world, evidence) == broken


def test_every_check_has_a_broken_world_of_its_own() -> None:
    elsewhere = {"I9", "I18", "I20"}
    broken = {name for _, names in BREAKS for name in names.split()} | elsewhere
    assert broken == {check.invariant for check in CHECKS}


def test_a_call_in_a_leap_of_the_clock_keeps_its_own_time(world: World) -> None:
    world.put(
        tables.clock,
        anchored_at_real=ANCHORED + DAY + timedelta(hours=1),
        shows=SHOWS + timedelta(days=9),
        because="leap",
    )
    assert found(world) == set()
