"""Kill contactbot over and over: `make torture`; `--short` is what runs before a change lands."""

import argparse
import os
import pickle
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Self

from torture.comparisons import Compared
from torture.outcome import Outcome, joined
from torture.report import OURS, Run, page
from torture.stage import stage

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "torture.md"
LONG = {
    "A": 300,
    "B": 300,
    "unfenced": 40,
    "fenced": 40,
    "syscalls": 1,
    "lost_commits": 4,
    "fall_of_database": 25,
    "fall_of_network": 10,
    "case_store": 300,
    "stalls": 1000,
    "late": 20,
    "kills": 10_000,
}
SHORT = {
    "A": 40,
    "B": 40,
    "unfenced": 10,
    "fenced": 10,
    "syscalls": 6,
    "lost_commits": 2,
    "fall_of_database": 2,
    "fall_of_network": 1,
    "case_store": 40,
    "stalls": 40,
    "kills": 250,
}
DEFAULT_SEED = 20_260_323
# A judge works alone: while one round is judged, others kill.
SIDE_BY_SIDE = 3


def say(words: str) -> None:
    """Progress."""
    print(words, flush=True)


def campaigns(torture: Compared) -> dict[str, Callable[[int], Outcome]]:
    return {
        "A": torture.call_then_record,
        "B": torture.record_then_call_again,
        "unfenced": torture.without_fence,
        "fenced": torture.with_fence,
        "syscalls": torture.syscalls,
        "lost_commits": torture.lost_commits,
        "fall_of_database": torture.fall_of_database,
        "fall_of_network": torture.fall_of_network,
        "case_store": torture.case_store,
        "stalls": torture.stall,
        "kills": torture.kill,
        "late": torture.late,
    }


def shortfalls(outcomes: dict[str, Outcome], wanted: dict[str, int]) -> list[str]:
    """Why this run proves nothing, or something bad; empty if it proves what it should."""
    found = [
        f"{name}: {line}" for name in OURS if name in outcomes for line in outcomes[name].broken
    ]
    reached = {"kills": "kills", "stalls": "stalled"}
    for name, figure in reached.items():
        if name in outcomes and getattr(outcomes[name], figure) < wanted[name]:
            found.append(f"{name}: only {getattr(outcomes[name], figure)} of {wanted[name]}")
    for name in outcomes.keys() & {"A", "B"}:
        figures = outcomes[name].figures
        if figures["rung_twice"] + figures["unknown"] < wanted[name] / 4:
            found.append(f"{name}: a naive order looked well, so this harness cannot see")
    kills = outcomes.get("kills")
    if kills is not None and kills.kills >= 100 and not kills.figures["consents_heard"]:
        found.append("kills: no consent was heard, so this harness cannot see answers")
    if "unfenced" in outcomes and outcomes["unfenced"].figures["rung_twice"] < wanted["unfenced"]:
        found.append("unfenced: not everybody was rung twice, so this harness cannot see")
    return found


def main() -> None:
    """Run every campaign, tell what came of it, write the page if asked."""
    choice = asked()
    wanted = campaigns_wanted(choice)
    clock = time.monotonic()
    run = Run(choice.seed, datetime.fromtimestamp(time.time_ns() / 1e9, UTC), command(), ROOT)
    with ExitStack() as stack:
        others: list[Other] = []
        if not (choice.short or choice.only):
            # The kills need a processor, all the rest mostly waits: side by side they take turns.
            kills = wanted.pop("kills")
            share = -(-kills // SIDE_BY_SIDE)
            seeds = range(choice.seed + 1, choice.seed + 1 + SIDE_BY_SIDE)
            others = [stack.enter_context(Other(choice, seed, share)) for seed in seeds]
        outcomes = campaign(choice, wanted, others)
        if others:
            outcomes["kills"] = joined([other.outcome() for other in others])
            wanted["kills"] = kills
    run.seconds = time.monotonic() - clock
    if choice.keep:
        choice.keep.write_bytes(pickle.dumps(outcomes))
        return
    if choice.write:
        PAGE.write_text(page(run, outcomes), "utf-8")
        say(f"Written: {PAGE}")
    found = shortfalls(outcomes, wanted)
    for line in found[:50]:
        say(f"NOT AS PROMISED  {line}")
    say(f"{len(found)} promises broken in {run.seconds:.0f} s")
    sys.exit(1 if found else 0)


class Other:
    """A part of a long run: kills, with a database and a network of their own."""

    def __init__(self, choice: argparse.Namespace, seed: int, kills: int) -> None:
        self._kept = Path(tempfile.mkdtemp(prefix="torture-")) / "kills"
        words = [f"kills={kills}", "--seed", str(seed), "--keep", str(self._kept)]
        words += ["--minutes", str(choice.minutes)]
        self._process = subprocess.Popen([sys.executable, "-m", "torture", *words])

    def end(self) -> None:
        """Let it kill no more, and tell."""
        self._process.terminate()

    def outcome(self) -> Outcome:
        self._process.wait()
        found: dict[str, Outcome] = pickle.loads(self._kept.read_bytes())
        return found["kills"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


def campaign(
    choice: argparse.Namespace, wanted: dict[str, int], others: Sequence[Other]
) -> dict[str, Outcome]:
    """What is wanted, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    say(f"Seed {choice.seed}; processes write to {folder}")
    with logs_apart(folder / "processes.log"), stage(folder) as place:
        people = (400, 200) if choice.short else (1200, 500)
        torture = Compared(place, Random(choice.seed), say, *people)
        torture.ends_by = time.monotonic() + choice.minutes * 60
        end_when_asked(torture, others)
        return run_all(torture, wanted)


def asked() -> argparse.Namespace:
    """The command line."""
    options = argparse.ArgumentParser(prog="make torture", description=__doc__)
    options.add_argument("only", nargs="*", help="campaigns, perhaps with a number: kills=500")
    options.add_argument("--short", action="store_true", help="a few minutes of everything")
    options.add_argument("--seed", type=int, default=DEFAULT_SEED)
    options.add_argument("--minutes", type=float, default=600.0, help="end the kills by then")
    options.add_argument("--keep", type=Path, help="no page, but the figures, for another process")
    options.add_argument("--write", action="store_true", help="write docs/torture.md")
    return options.parse_args()


def campaigns_wanted(choice: argparse.Namespace) -> dict[str, int]:
    """Each campaign with its number."""
    usual = SHORT if choice.short else LONG
    given = dict(word.partition("=")[::2] for word in choice.only)
    return {name: int(given[name] or usual[name]) for name in given} or dict(usual)


@contextmanager
def logs_apart(path: Path) -> Iterator[None]:
    """What processes log goes to a file, not between the lines of progress."""
    apart = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    errors = os.dup(2)
    os.dup2(apart, 2)
    try:
        yield
    finally:
        os.dup2(errors, 2)


def end_when_asked(torture: Compared, others: Sequence[Other]) -> None:
    """SIGTERM and Ctrl-C end the kills where they are; what was found is told all the same."""

    def end(number: int, frame: object) -> None:
        torture.ends_by = 0.0
        for other in others:
            other.end()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def run_all(torture: Compared, wanted: dict[str, int]) -> dict[str, Outcome]:
    """One campaign after the other."""
    torture.prepare()
    outcomes: dict[str, Outcome] = {}
    for name, number in wanted.items():
        say(f"{name} ({number}) …")
        one = outcomes[name] = campaigns(torture)[name](number)
        say(f"  {summary(one)}")
    return outcomes


def command() -> str:
    words = [word for word in sys.argv[1:] if word != "--write"]
    return shlex.join(["make", "torture", *([f"ARGUMENTS={shlex.join(words)}"] if words else [])])


def summary(one: Outcome) -> str:
    """One line for whoever watches."""
    figures = one.figures
    return (
        f"{one.kills} kills inside, {one.stalled} stalls, {figures['calls']} calls,"
        f" {figures['rung_twice']} second calls, {figures['unknown']} unknown,"
        f" {figures['answers_lost']} answers lost, {figures['violations']} other violations,"
        f" {one.seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
