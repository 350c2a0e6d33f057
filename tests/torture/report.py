"""The page of a torture: every figure from the run itself, with its seed and what it ran on."""

import platform
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from os import cpu_count
from pathlib import Path

from torture.outcome import Outcome

from contactbot.database.server_place import installed_postgres

METHOD = Path(__file__).with_name("method.md")
PACKAGES = ("sqlalchemy", "psycopg", "twilio", "requests", "apscheduler", "flask", "werkzeug")
PROMISES = (
    ("rung_twice", "people rung twice"),
    ("texted_twice", "people texted twice"),
    ("unknown", "calls or texts unknown to us after reconciling"),
    ("denied", "calls of attempts that say they were not placed"),
    ("answers_lost", "answers lost"),
    ("never_ended", "attempts that never ended"),
    ("violations", "other invariants broken"),
)
OURS = {
    "kills": "SIGKILL at points and instants, two web servers, two workers, ten dispatchers",
    "stalls": "SIGSTOP at every step, past the deadline, while others go on",
    "fenced": "everybody stalls between intent and call, is given up, called by others, wakes",
    "syscalls": "SIGKILL at every system call of one dispatch (strace)",
    "fall_of_database": "PostgreSQL crashes and recovers, under the same kills",
    "fall_of_network": "the phone network is killed and comes back on its journal, as above",
    "case_store": "the kills with a case store across HTTP that loses its own answers",
    "lost_commits": "commits that are done and never confirmed (a proxy cuts the connection)",
}
COLUMNS = {
    "at": "killed at it",
    "inside": "killed later, inside",
    "outside": "killed later, outside",
    "stalled": "stalled at it",
}
NAIVE = {
    "A": "call, then record",
    "B": "record “sending”, call, and call again when the reply is lost",
    "unfenced": "ours without the deadline: whoever wakes up calls",
}


@dataclass
class Run:
    """What was run, when, on what."""

    seed: int
    began: datetime
    command: str
    root: Path
    seconds: float = 0.0
    commit: str = field(init=False)

    def __post_init__(self) -> None:
        found = _git(self.root, "rev-parse", "--short=12", "HEAD")
        changed = _git(self.root, "status", "--porcelain", "--", "contactbot", "tests/torture")
        self.commit = f"{found}{' with uncommitted changes' if changed else ''}"


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def page(run: Run, outcomes: Mapping[str, Outcome]) -> str:
    """The whole page."""
    return "\n".join(
        [
            *_head(run),
            "",
            "## What came of it",
            "",
            *_ours(outcomes),
            "",
            "## The same harness on the orders of others",
            "",
            *_naive(outcomes),
            "",
            "## Where the kills and stalls fell",
            "",
            *_points(outcomes),
            "",
            *_syscalls(outcomes),
            *_broken(outcomes),
            METHOD.read_text("utf-8"),
            *_late(outcomes),
        ]
    )


def _head(run: Run) -> Iterator[str]:
    postgres = subprocess.run(
        [installed_postgres() / "bin" / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    yield "# The attempt protocol, proved by killing it"
    yield ""
    yield f"Written by `{run.command}`; no figure here was written by hand."
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| seed | {run.seed} (the kills of a long run: the three that follow) |"
    yield f"| commit | {run.commit} |"
    yield f"| began | {run.began:%Y-%m-%d %H:%M} UTC |"
    yield f"| took | {run.seconds:.0f} s |"
    yield f"| machine | {cpu_count()} cores, {platform.system()} {platform.release()} |"
    yield f"| versions | Python {platform.python_version()}, {postgres}, {packages} |"


def _ours(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    names = [name for name in OURS if name in outcomes]
    yield "| | " + " | ".join(names) + " |"
    yield "|---|" + "---|" * len(names)

    def row(title: str, cells: Sequence[object]) -> str:
        return f"| {title} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"

    every = [outcomes[name] for name in names]
    yield row("kills inside the critical section of a call", [one.kills for one in every])
    yield row("kills inside that of a text", [one.text_kills for one in every])
    yield row("kills elsewhere", [sum(one.outside.values()) for one in every])
    yield row("stalls past the deadline", [one.stalled for one in every])
    yield row("falls of what it stands on", [one.figures["falls"] for one in every])
    yield row("attempts", [one.figures["attempts"] for one in every])
    yield row("calls the network saw", [one.figures["calls"] for one in every])
    yield row("texts the network saw", [one.figures["texts"] for one in every])
    yield row("keys answered", [one.figures["answers_heard"] for one in every])
    yield row("consents answered", [one.figures["consents_heard"] for one in every])
    yield row("facts for the case store", [one.figures["told"] for one in every])
    yield row(
        "calls the provider ended with its own apology", [one.figures["apologies"] for one in every]
    )
    for name, title in PROMISES:
        yield row(f"**{title}**", [one.figures[name] for one in every])
    yield row("rounds", [one.rounds for one in every])
    yield row("processes born", [one.born for one in every])
    yield row("processes that failed by themselves", [one.accidents for one in every])
    yield row("seconds", [round(one.seconds) for one in every])
    yield ""
    for name in names:
        yield f"- **{name}**: {OURS[name]}."
    stalls = outcomes.get("stalls")
    if stalls is not None and stalls.stalled:
        yield (
            f"- The stalls lasted {stalls.shortest_stall:.1f} to {stalls.longest_stall:.1f} s;"
            " the deadline is 3 s, and the reconciler gives an intent up 2 s later."
        )


def _naive(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    yield "| order | kills | stalls | calls | second calls | calls unknown to us |"
    yield "|---|---|---|---|---|---|"
    for name, title in NAIVE.items():
        if name in outcomes:
            one = outcomes[name]
            killed = sum(one.inside.values()) + sum(one.outside.values())
            cells = (
                killed,
                one.stalled,
                *(one.figures[n] for n in ("calls", "rung_twice", "unknown")),
            )
            yield f"| {name}: {title} | " + " | ".join(f"{cell:,}" for cell in cells) + " |"
    fenced = outcomes.get("fenced")
    if fenced is not None:
        figures = fenced.figures
        yield (
            f"| ours, under the stalls of the row above | 0 | {fenced.stalled} |"
            f" {figures['calls']:,} | {figures['rung_twice']:,} | {figures['unknown']:,} |"
        )


def _points(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    columns = ("process", "last point passed", *COLUMNS.values())
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    rows: dict[tuple[str, str], Counter[str]] = {}
    for name in OURS:
        one = outcomes.get(name)
        if one is None:
            continue
        for kind, deaths in (("inside", one.inside), ("outside", one.outside)):
            for words, number in deaths.items():
                role, how, point = words.split(" ")
                column = "at" if how == "point" else kind
                rows.setdefault((role, point), Counter())[column] += number
        for place, number in one.stalls.items():
            role, point = place.split(" ")
            rows.setdefault((role, point), Counter())["stalled"] += number
    for (role, point), counts in sorted(rows.items()):
        cells = " | ".join(f"{counts[n]:,}" for n in COLUMNS)
        yield f"| {role} | {point} | {cells} |"


def _syscalls(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    one = outcomes.get("syscalls")
    if one is None:
        return
    yield "## Killed at every system call of one dispatch"
    yield ""
    yield "| system call | killed at so many of them |"
    yield "|---|---|"
    for name, number in sorted(one.figures.items()):
        if name.startswith("syscall "):
            yield f"| {name.removeprefix('syscall ')} | {number} |"
    yield ""


def _broken(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    broken = [line for name in OURS if name in outcomes for line in outcomes[name].broken]
    if broken:
        yield "## Promises broken"
        yield ""
        yield from (f"- {line}" for line in broken[:200])
        yield ""


def _late(outcomes: Mapping[str, Outcome]) -> Iterator[str]:
    late = outcomes.get("late")
    if late is not None:
        figures = late.figures
        yield (
            f"- Measured: {late.stalled} dispatchers stood still at that step while half an hour"
            f" passed for the protocol. {figures['denied']} calls were then placed that had been"
            f" given up; {figures['denied_answered']} of them were answered before they could be"
            " ended, and heard the neutral goodbye; nobody else had called meanwhile."
        )


__all__ = ["NAIVE", "OURS", "PROMISES", "Run", "page"]
