"""The loops that claim and finish, the bare one and ours, run by several processes at once."""

import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from claiming_people import KEYS, People
from sqlalchemy import make_url

from contactbot.clock import SystemClock
from contactbot.database.engine import make_engine
from contactbot.database.outreach_store import DatabaseOutreachStore
from contactbot.domain.attempts import AttemptState
from contactbot.domain.policy import parse_policy
from contactbot.operations.aftermath import conclude, conclude_all
from contactbot.operations.deps import Outreach
from contactbot.operations.intents import intend_due
from contactbot.scripting.check import load_script

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
# Pace and number in flight are out of the way; taking the pace is part of what is measured.
PER_SECOND, IN_FLIGHT = 20_000.0, 100_000
WARM_UP = 6
Step = Callable[[], int]

_JOBS = """
    CREATE TABLE IF NOT EXISTS jobs (
        id bigserial PRIMARY KEY, state text NOT NULL, due_at timestamptz NOT NULL, payload bytea);
    CREATE INDEX IF NOT EXISTS ix_jobs_due ON jobs (due_at) WHERE state = 'due';
"""
_MORE_JOBS = """
    INSERT INTO jobs (state, due_at, payload)
    SELECT 'due', now() - interval '1 day' + i * interval '1 microsecond',
           decode(md5(i::text), 'hex') FROM generate_series(1, %s) i
"""
_CLAIM = """
    UPDATE jobs SET state = 'running' WHERE id = ANY(ARRAY(
        SELECT id FROM jobs WHERE state = 'due' AND due_at <= now()
         ORDER BY due_at LIMIT {most} FOR UPDATE SKIP LOCKED)) RETURNING id
"""
_FINISH = "UPDATE jobs SET state = 'done' WHERE id = ANY(%s)"


def make_jobs(people: People, number: int) -> None:
    """At least so many due rows for the bare loop, beside the people."""
    people.connection.execute(_JOBS)
    missing = number - people.count("SELECT count(*) FROM jobs WHERE state = 'due'")
    people.connection.execute(_MORE_JOBS, [max(missing, 0)])
    people.connection.execute("VACUUM ANALYZE jobs")


def bare(url: str, together: int) -> Iterator[Step]:
    """The floor: SELECT … FOR UPDATE SKIP LOCKED on a partial index, then finish; two commits."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    claim = _CLAIM.format(most=together)
    with psycopg.connect(plain, autocommit=True) as connection:

        def step() -> int:
            ids = [row[0] for row in connection.execute(claim)]
            connection.execute(_FINISH, [ids])
            return len(ids)

        yield step


def ours(url: str, together: int) -> Iterator[Step]:
    """Ours: pace, T1 with the gate under lock, T2 the fence, T4 the end; each committed."""
    engine = make_engine(url, pool_size=2)
    world = make_world(DatabaseOutreachStore(engine, KEYS))

    def step() -> int:
        fenced = _fenced(world, together)
        with world.store.begin() as transaction:
            attempts = transaction.attempts(fenced)
            return conclude_all(world, transaction, attempts, AttemptState.NO_ANSWER)

    yield step
    engine.dispose()


def ours_ended_singly(url: str, together: int) -> Iterator[Step]:
    """As ours, but each attempt ends in a transaction of its own, as reports of calls come."""
    engine = make_engine(url, pool_size=2)
    world = make_world(DatabaseOutreachStore(engine, KEYS))

    def step() -> int:
        fenced = _fenced(world, together)
        for attempt_id in fenced:
            with world.store.begin() as transaction:
                (attempt,) = transaction.attempts([attempt_id])
                conclude(world, transaction, attempt, AttemptState.NO_ANSWER)
        return len(fenced)

    yield step
    engine.dispose()


def _fenced(world: Outreach, together: int) -> list[UUID]:
    """T1 and T2 as the dispatcher does them; where it would send a request, nothing happens."""
    slots = world.store.take_slots(together, PER_SECOND, IN_FLIGHT)
    if not slots.granted:
        world.clock.sleep(slots.wait_seconds)
        return []
    with world.store.begin() as transaction:
        intended = intend_due(world, transaction, slots.granted).intended
    return list(world.store.fence([one.attempt_id for one in intended]))


def make_world(store: DatabaseOutreachStore) -> Outreach:
    """What the dispatcher is given; nothing is ever asked of telephony or voice."""
    policy = parse_policy((SCRIPTS / "policy.toml").read_text("utf-8"))
    script = load_script((SCRIPTS / "initial_contact.toml").read_text("utf-8"), "")
    nobody: Any = None
    return Outreach(
        store=store,
        telephony=nobody,
        clock=SystemClock(),
        policy=replace_pace(policy),
        calls_per_second=PER_SECOND,
        script=script,
        voice=nobody,
    )


def replace_pace(policy: Any) -> Any:
    """The shipped policy with its limit on calls in flight out of the way."""
    calls = policy.calls.model_copy(update={"max_in_flight": IN_FLIGHT})
    return policy.model_copy(update={"calls": calls})


def rate(
    loop: Callable[[str, int], Iterator[Step]],
    people: People,
    together: int,
    *,
    workers: int,
    seconds: float,
) -> float:
    """People (or jobs) a second, claimed and finished by so many processes at once."""
    if workers == 1:
        alone: queue.SimpleQueue[float] = queue.SimpleQueue()
        _work(loop, people.url, together, seconds, threading.Barrier(1), alone)
        return alone.get()
    spawn = multiprocessing.get_context("spawn")
    barrier, results = spawn.Barrier(workers), spawn.SimpleQueue()
    given = (loop, people.url, together, seconds, barrier, results)
    processes = [spawn.Process(target=_work, args=given) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a worker failed")
    return sum(results.get() for _ in processes)


def _work(
    loop: Callable[[str, int], Iterator[Step]],
    url: str,
    together: int,
    seconds: float,
    barrier: Any,
    results: Any,
) -> None:
    """Warm up, wait for the others, then go on for so long."""
    steps = loop(url, together)
    step = next(steps)
    for _ in range(WARM_UP):
        step()
    barrier.wait(120)
    done, began = 0, time.monotonic()
    while (elapsed := time.monotonic() - began) < seconds:
        done += step()
    results.put(done / elapsed)
    for _ in steps:
        pass
