"""Row 2: claiming what is due, safely, against the bare loop; the next person for a caller."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psycopg
from claiming_loops import Step, bare, make_jobs, ours, ours_ended_singly, rate
from claiming_pages import look_at_live_page, next_person
from claiming_peer import INSTALLED, make_peer_jobs, peer
from claiming_people import People, people
from figure import Figure, paired

from contactbot.database.embedded import start_embedded

Loop = Callable[[str, int], Iterator[Step]]
ROW = "2"
TOGETHER = 50  # the most the dispatcher takes in one transaction
COMPARED = 2  # rounds of what has no goal
FASTEST = 3_000  # so many people a second are had ready


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: the table is of the first line of these, a smoke test of the other."""

    short: int
    long: int
    rounds: int
    seconds: float
    snapshot_seconds: float
    open_cases: int
    workers: int = 4


# So that the row takes minutes: filling the long queue is a third of them on two cores.
WHOLE = Sizes(10_000, 5_000_000, 3, 3.0, 60.0, 200_000)
QUICK = Sizes(200, 400, 1, 0.3, 0.3, 200, workers=1)


def measure_claiming(*, quick: bool) -> list[Figure]:
    """The figures of the row."""
    sizes = QUICK if quick else WHOLE
    with _durable_server() as url:
        with people(url, "short") as short:
            short.wait(sizes.short)
            make_jobs(short, sizes.short)
            short.settle()
            figures = [*_against_bare(short, sizes), *_against_peer(short, sizes)]
            with people(url, "long") as long:
                long.wait(sizes.long)
                long.settle()
                figures.append(_by_length(short, long, sizes))
            figures.append(_beside_snapshot(short, sizes))
        with people(url, "callers") as callers:
            callers.wait(sizes.open_cases, route="caller")
            callers.settle()
            figures.append(_next_person(callers, sizes))
        with people(url, "live") as live:
            figures.append(_live_page(live, sizes))
    return figures


@contextmanager
def _durable_server() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder, start_embedded(Path(folder)) as server:
        yield server.url


def _rate_of(loop: Loop, at: People, together: int, sizes: Sizes) -> Callable[[], float]:
    """The rate of a loop, with enough people ready before the time is taken."""

    def measured() -> float:
        number = int(FASTEST * sizes.seconds) + 10 * sizes.workers * together
        if loop is bare:
            make_jobs(at, number * (4 if together > 1 else 1))
        elif loop is peer:
            make_peer_jobs(at, number)
        else:
            at.be_ready_again(number)
        return rate(loop, at, together, workers=sizes.workers, seconds=sizes.seconds)

    return measured


def _against_bare(short: People, sizes: Sizes) -> Iterator[Figure]:
    """The safe claim against the bare loop, and both one by one and together."""
    one = _rate_of(bare, short, 1, sizes)
    many = _rate_of(bare, short, TOGETHER, sizes)
    safe = _rate_of(ours, short, TOGETHER, sizes)
    note = f"{sizes.workers} workers each, {sizes.short:,} in the queue, every commit flushed"
    yield _figure(
        f"safe claim and finish, {TOGETHER} in a transaction; floor: bare loop, one by one",
        paired(one, safe, sizes.rounds),
        0.7,
        note,
    )
    yield _figure(
        f"the same; floor: bare loop, {TOGETHER} in a transaction",
        paired(many, safe, COMPARED),
    )
    single = _rate_of(ours_ended_singly, short, TOGETHER, sizes)
    yield _figure(
        "the same, each attempt ended in a transaction of its own; floor: bare, one by one",
        paired(one, single, COMPARED),
    )
    yield _figure(
        "everything one by one; floor: bare loop, one by one",
        paired(one, _rate_of(ours, short, 1, sizes), COMPARED),
    )


def _against_peer(short: People, sizes: Sizes) -> Iterator[Figure]:
    """The safe claim against procrastinate, where it is installed."""
    what = "safe claim and finish; floor: procrastinate, its own worker"
    if not INSTALLED:
        yield Figure(ROW, what, "/s", None, 0.0, None, "≥ 1.5", met=True, note="not installed")
        return
    yield _figure(
        what,
        paired(
            _rate_of(peer, short, 1, sizes), _rate_of(ours, short, TOGETHER, sizes), sizes.rounds
        ),
        1.5,
    )


def _by_length(short: People, long: People, sizes: Sizes) -> Figure:
    found = paired(
        _rate_of(ours, short, TOGETHER, sizes), _rate_of(ours, long, TOGETHER, sizes), sizes.rounds
    )
    what = f"safe claim with {sizes.long:,} in the queue; floor: ours with {sizes.short:,}"
    return _figure(what, found, 0.8)


def _beside_snapshot(short: People, sizes: Sizes) -> Figure:
    """Our rate after a minute of claiming beside an open snapshot, against ours without one."""
    before = _rate_of(ours, short, TOGETHER, sizes)()
    with psycopg.connect(short.connection.info.dsn) as reader:
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        reader.execute("SELECT count(*) FROM attempts")
        ends = time.monotonic() + sizes.snapshot_seconds
        while time.monotonic() < ends:
            after = _rate_of(ours, short, TOGETHER, sizes)()
    what = (
        f"safe claim after {sizes.snapshot_seconds:.0f} s of an open snapshot; floor: ours before"
    )
    return _figure(what, (before, after, after / before), 0.5)


def _figure(
    what: str, found: tuple[float, float, float], goal: float | None = None, note: str = ""
) -> Figure:
    floor, rate_of_ours, ratio = found
    met = goal is None or ratio >= goal
    wanted = "none, for comparison" if goal is None else f"≥ {goal}"
    return Figure(ROW, what, "/s", floor, rate_of_ours, ratio, wanted, met, note)


def _next_person(callers: People, sizes: Sizes) -> Figure:
    taken = sorted(next_person(callers, times=20 if sizes is QUICK else 500))
    p99 = quantiles(taken, n=100)[98] * 1e3
    what = f"next person for a caller, p99, {sizes.open_cases:,} open, two in five protected"
    note = f"median {median(taken) * 1e3:.3g} ms"
    return Figure(ROW, what, "ms", None, p99, None, "< 20 ms", p99 < 20, note)


def _live_page(live: People, sizes: Sizes) -> Figure:
    number = 100 if sizes is QUICK else 15_061
    looks = look_at_live_page(live, number, times=5 if sizes is QUICK else 40)
    took = median(looks) * 1e3
    what = f"what the live page shows, median, {number:,} referrals"
    return Figure(ROW, what, "ms", None, took, None, "≤ 20 ms", took <= 20)
