"""The judge of the torture sees what is planted: lost answers, second calls, strangers."""

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest
from journeys.service import Service
from torture.truth import (
    Truth,
    judge_answers,
    judge_calls,
    judge_told,
    read_attempts,
)


@pytest.fixture
def answered(service: Service) -> Service:
    """Two people were called, answered every question, and the case store knows."""
    for _ in range(2):
        service.refer("opts_in")
    service.call()
    service.deliver()
    return service


def judged(service: Service, calls: list[Any] | None = None) -> Truth:
    """What the judge says of this service."""
    stage: Any = SimpleNamespace(application=service.application, folder=service.folder, twin=None)
    found = Truth()
    seen = service.calls() if calls is None else calls
    with service.application.engine.connect() as connection:
        attempts = read_attempts(connection)
        judge_calls(found, connection, seen, attempts, spacing=18 * 3600.0)
        judge_answers(found, connection, stage, seen, attempts)
        judge_told(found, connection, stage)
    return found


def forget(service: Service, table: str) -> None:
    """Lose one row, though the database keeps such rows for ever."""
    for statement in (
        f"ALTER TABLE {table} DISABLE TRIGGER ALL",
        f"DELETE FROM {table} WHERE ctid = (SELECT max(ctid) FROM {table})",  # noqa: S608
        f"ALTER TABLE {table} ENABLE TRIGGER ALL",
    ):
        service.run(statement)


def test_where_all_is_well_nothing_is_found(answered: Service) -> None:
    found = judged(answered)
    assert found.broken == []
    assert (found.answers_heard >= 10, found.consents_heard) == (True, 2)


@pytest.mark.parametrize("table", ["call_turns", "consent_events"])
def test_an_answer_that_was_not_kept_is_found(answered: Service, table: str) -> None:
    forget(answered, table)
    assert len(judged(answered).answers_lost) == 1
    answered.expected = {"I12"}


def test_a_fact_the_case_store_never_got_is_found(answered: Service) -> None:
    (file,) = (answered.folder / "case-store" / "outbox").glob("*.ndjson")
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(lines[1:] + lines[-1:]), "utf-8")
    assert len(judged(answered).answers_lost) == 2


def test_a_second_call_and_a_strangers_call_are_found(answered: Service) -> None:
    calls = answered.calls()
    again = deepcopy(calls[0]) | {"sid": "CA" + "7" * 32}
    found = judged(answered, [*calls, again])
    assert len(found.rung_twice) == 2
    assert found.unknown == [f"{again['sid']}: no attempt knows this call"]


def test_a_call_of_an_attempt_that_says_it_was_not_placed_is_found(answered: Service) -> None:
    answered.run(
        "UPDATE attempts SET state = 'not_placed' WHERE id = (SELECT id FROM attempts LIMIT 1)"
    )
    assert len(judged(answered).denied) == 1
    answered.expected = {"I14"}
