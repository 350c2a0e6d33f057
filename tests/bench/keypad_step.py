"""Row 1: one keypad step, verified and durable, against a static view of the same server."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from figure import Figure
from keypad_process import measure_processes
from keypad_world import (
    Database,
    Server,
    contactbot_web,
    database_of,
    play,
    static_view,
)

from contactbot.database.embedded import start_embedded

ROW = "1"
CALLBACKS_PER_SECOND = 500
# Calls needed, at most, for each second of playing: what the fastest machine yet could play.
CALLS_PER_SECOND = 1500


@dataclass(frozen=True)
class Size:
    """How long and how much is measured."""

    rounds: int
    seconds: float
    few: int
    many: int
    load_seconds: float


FULL = Size(rounds=7, seconds=4, few=10, many=1_000_000, load_seconds=20)
QUICK = Size(rounds=1, seconds=1, few=10, many=1_000, load_seconds=1)


@dataclass(frozen=True)
class Round:
    """One turn each: the floor, ours among many interviews, ours among few."""

    floor: dict[str, Any]
    many: dict[str, Any]
    few: dict[str, Any]


def measure_keypad_step(*, quick: bool) -> list[Figure]:
    """The figures of the row."""
    size = QUICK if quick else FULL
    with _folder() as folder, start_embedded(folder) as server, ExitStack() as stack:
        few = database_of(server, "few", size.few)
        many = database_of(server, "many", size.many)
        for one in (few, many):
            stack.enter_context(closing(one.connection))
        calls = int(size.rounds * (size.seconds + 1) * CALLS_PER_SECOND / 10) + 100
        files = {id(one): one.calls(calls, folder / f"calls{id(one)}") for one in (few, many)}
        load = many.calls(
            int(CALLBACKS_PER_SECOND * (size.load_seconds + 1) / 10) + 100,
            folder / "load",
            reports=True,
        )
        few.settle()
        many.settle()
        floor = stack.enter_context(static_view())
        ours = {
            id(one): stack.enter_context(contactbot_web(one, folder / f"app{id(one)}"))
            for one in (few, many)
        }

        def turn(one: Database) -> dict[str, Any]:
            return _next(one, files[id(one)], ours[id(one)], size.seconds)

        rounds = [
            Round(play(files[id(many)], floor.port, size.seconds, "--again"), turn(many), turn(few))
            for _ in range(size.rounds)
        ]
        mixed = play(
            load,
            ours[id(many)].port,
            size.load_seconds,
            "--callers",
            "64",
            "--rate",
            str(CALLBACKS_PER_SECOND),
        )
        _say(rounds, mixed)
        figures = list(_figures(size, rounds, mixed))
    return [*figures, *measure_processes(quick=quick)]


def _next(database: Database, file: Path, server: Server, seconds: float) -> dict[str, Any]:
    """The next calls of the file, none of them played before."""
    told = play(file, server.port, seconds, "--first", str(database.played[file]))
    database.played[file] += told["taken"]
    return told


def _figures(size: Size, rounds: list[Round], mixed: dict[str, Any]) -> Iterator[Figure]:
    wrong = mixed["wrong"] + sum(one.many["wrong"] + one.few["wrong"] for one in rounds)
    right = "" if not wrong else f"{wrong} wrong answers"
    ratio = median(one.many["rate"] / one.floor["rate"] for one in rounds)
    yield Figure(
        ROW,
        "a keypad step, signed, checked and durable; floor: a static view of Flask",
        "/s",
        median(one.floor["rate"] for one in rounds),
        median(one.many["rate"] for one in rounds),
        ratio,
        "ratio ≥ 0.20",
        ratio >= 0.20 and not wrong,
        right or "8 callers",
    )
    slow = median(one.many["p99"] / one.floor["p99"] for one in rounds)
    yield Figure(
        ROW,
        "its 99th percentile at 8 callers",
        "ms",
        1000 * median(one.floor["p99"] for one in rounds),
        1000 * median(one.many["p99"] for one in rounds),
        slow,
        "ratio ≤ 5",
        slow <= 5 and not wrong,
    )
    flat = median(one.many["rate"] / one.few["rate"] for one in rounds)
    yield Figure(
        ROW,
        f"steps among {size.many:,} interviews; floor: among {size.few}",
        "/s",
        median(one.few["rate"] for one in rounds),
        median(one.many["rate"] for one in rounds),
        flat,
        "ratio ≥ 0.8",
        flat >= 0.8 and not wrong,
    )
    in_time = mixed["p99"] < 0.2 and mixed["rate"] >= 0.95 * CALLBACKS_PER_SECOND
    yield Figure(
        ROW,
        "99th percentile at 500 callbacks a second, steps and reports as in a call",
        "ms",
        None,
        1000 * mixed["p99"],
        None,
        "< 200 ms",
        in_time and not mixed["wrong"],
        f"{mixed['rate']:,.0f} answered a second",
    )


def _say(rounds: list[Round], mixed: dict[str, Any]) -> None:
    for one in rounds:
        told = (
            f"{name} {it['rate']:,.0f}/s p50 {1000 * it['p50']:.2f} p99 {1000 * it['p99']:.2f} ms"
            for name, it in (("floor", one.floor), ("many", one.many), ("few", one.few))
        )
        print("  " + "; ".join(told), file=sys.stderr)
    print(f"  mixed {mixed}", file=sys.stderr, flush=True)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder on a disk, as a database that must be durable needs."""
    folder = Path(tempfile.mkdtemp(prefix="contactbot-bench-"))
    folder.chmod(0o711)  # the server runs as another user where we are root
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
