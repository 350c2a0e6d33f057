"""A process says whether it can work, and whether a worker or a feed has gone silent."""

from datetime import UTC, datetime, timedelta

import pytest
from watching.watched import Watched

from contactbot.bootstrap import Application
from contactbot.database.engine import make_engine
from contactbot.operations.watching import sentence, silent_workers
from contactbot.ports.heartbeats import Beat, Living
from contactbot.scheduling.jobs import BEAT_SECONDS, Job, guarded, in_turn
from contactbot.web.app import create_app

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def beat(name: str, silent: float) -> Beat:
    return Beat(Living.JOB, name, AT, AT - timedelta(seconds=silent), silent, "")


def nothing(application: Application) -> None:
    pass


def breaks(application: Application) -> None:
    raise LookupError


def test_the_process_lives_even_without_a_database(watched: Watched) -> None:
    watched.application.engine.dispose()
    assert watched.client.get("/healthz").text == "ok\n"


def test_before_any_worker_has_run_it_is_ready_and_says_so(watched: Watched) -> None:
    answer = watched.client.get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\nwarning: no worker has run yet\n")


def test_with_a_worker_that_lives_it_is_plainly_ready(watched: Watched) -> None:
    watched.application.heartbeats.beat(Living.JOB, "dispatch")
    assert watched.client.get("/readyz").text == "ready\n"


def test_a_silent_worker_is_a_warning_and_no_failure_of_the_web(watched: Watched) -> None:
    watched.application.heartbeats.beat(Living.JOB, "dispatch")
    watched.world.run("UPDATE heartbeats SET at_real = '2026-01-02T03:04:05Z'")
    answer = watched.client.get("/readyz")
    assert answer.status_code == 200
    assert "warning: the worker has not run since 2026-01-02T03:04:05+00:00\n" in answer.text


def test_an_older_schema_is_a_failure_that_names_the_command(watched: Watched) -> None:
    watched.world.run("UPDATE alembic_version SET version_num = '0000'")
    answer = watched.client.get("/readyz")
    assert answer.status_code == 503
    assert "contactbot db upgrade" in answer.text


def test_a_database_without_any_schema_is_one_too(watched: Watched) -> None:
    watched.world.run("DROP TABLE alembic_version")
    assert watched.client.get("/readyz").status_code == 503


def test_a_database_that_is_away_is_a_failure_and_says_so(watched: Watched) -> None:
    engine = make_engine("postgresql+psycopg://nobody@127.0.0.1:9/none")
    client = create_app(Application(watched.application.settings, engine)).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "the database does not answer\n")


def test_one_job_that_is_never_done_is_named() -> None:
    told = list(map(sentence, silent_workers([beat("dispatch", 1), beat("deliver", 61)])))
    assert told == ["the worker has not done deliver since 2026-11-22T11:58:59+00:00"]


@pytest.mark.parametrize(("seconds", "warnings"), [(60, 0), (61, 1)])
def test_a_worker_is_silent_after_a_minute(seconds: float, warnings: int) -> None:
    assert len(list(silent_workers([beat("dispatch", seconds)]))) == warnings


def test_a_job_that_was_done_beats(watched: Watched) -> None:
    guarded(Job("dispatch", 1, nothing), watched.application)()
    assert [b.name for b in watched.application.heartbeats.beats()] == ["dispatch"]


def test_a_job_that_failed_does_not_beat(watched: Watched) -> None:
    guarded(Job("dispatch", 1, breaks), watched.application)()
    assert watched.application.heartbeats.beats() == []


def test_a_job_done_again_at_once_beats_only_every_few_seconds(watched: Watched) -> None:
    run = guarded(Job("dispatch", 1, nothing), watched.application)
    run()
    watched.world.run("DELETE FROM heartbeats")
    run()
    assert BEAT_SECONDS == 5
    assert watched.application.heartbeats.beats() == []


def test_a_worker_that_runs_once_beats_for_what_it_did(watched: Watched) -> None:
    with pytest.raises(LookupError):
        in_turn(watched.application, [Job("settle", 0, nothing), Job("deliver", 0, breaks)])
    assert [b.name for b in watched.application.heartbeats.beats()] == ["settle"]
