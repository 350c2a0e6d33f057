"""Compare windows with the oracle: `python -m windows [--seed N] [--sets N] [--write]`."""

import argparse
import sys
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import monotonic

from windows.compare import Findings, compare_set
from windows.oracle import FIRST_YEAR, LAST_YEAR
from windows.window_sets import HOW_MANY, window_sets

PAGE = Path(__file__).resolve().parents[2] / "docs" / "windows.md"
TABLE = """# Windows against an oracle: what was compared, and what differed

Written by `make windows`. The oracle (`tests/windows/oracle.py`) reads windows off plain tables: \
summer time as the law has it, a written list of the bank holidays of Wales, the open minutes of a \
week. It shares nothing with the service. Of each instant it is asked: is it open, when does it \
close, when does it open next, and what does the gate answer: its reasons, its closing, and that \
it looks again neither too early nor after a moment at which a call could have begun. In the year \
the gate is asked for the machine (inside the outer hours, never on a bank holiday), at the edges \
also for a call by hand (on any day).

| what | instants | questions | differences |
|---|---|---|---|
| calendar, every minute of {year}, {sets} window sets | {calendar.instants:,} \
| {calendar.questions:,} | **{calendar.differences}** |
| calendar and gate, {gate_every} of {year}, {sets} window sets | {gate.instants:,} \
| {gate.questions:,} | **{gate.differences}** |
| calendar and gate, every edge of {first}–{last} with the minute and the second on either side, \
{sets} window sets | {edges.instants:,} | {edges.questions:,} | **{edges.differences}** |

`{command}` · {seconds:.0f} seconds on {processes} processes · {first}–{last} holds {changes} \
nights on which the clocks change. The sets: {names}.
"""


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Compare, say what was found, and write the page if that was asked."""
    asked = argparse.ArgumentParser(prog="make windows", description=__doc__)
    asked.add_argument("--seed", type=int, default=2026)
    asked.add_argument("--year", type=int, default=2026, help="2024 to 2030")
    asked.add_argument("--sets", type=int, default=HOW_MANY, help="how many of the fifty")
    asked.add_argument("--gate-every", type=int, default=1, help="ask the gate every N minutes")
    asked.add_argument("--first", type=int, default=1, help="the number of the set to begin with")
    asked.add_argument("--minutes", type=float, default=600.0, help="stop after so long")
    asked.add_argument("--processes", type=int, default=2)
    asked.add_argument("--write", action="store_true", help="write docs/windows.md")
    choice = asked.parse_args()
    sets = window_sets(choice.seed)[choice.first - 1 :][: choice.sets]
    done: list[str] = []
    calendar, gate, edges, began = Findings(), Findings(), Findings(), monotonic()
    work = partial(compare_set, choice.year, choice.gate_every)
    with get_context("spawn").Pool(choice.processes) as pool:
        for name, *found in pool.imap_unordered(work, sets):
            for whole, part in zip((calendar, gate, edges), found, strict=True):
                whole.add(part)
            differ = sum(part.differences for part in found)
            done.append(name)
            say(f"{monotonic() - began:6.0f} s  {differ} differences  {name}")
            if monotonic() - began > choice.minutes * 60:
                break
    often = choice.gate_every
    page = TABLE.format(
        year=choice.year,
        sets=len(done),
        calendar=calendar,
        gate=gate,
        gate_every="every minute"
        if often == 1
        else f"every {often}th minute and every minute of the days around both changes",
        edges=edges,
        first=FIRST_YEAR,
        last=LAST_YEAR,
        command=f"python -m windows --seed {choice.seed} --gate-every {often}",
        names=", ".join(done),
        processes=choice.processes,
        seconds=monotonic() - began,
        changes=2 * (LAST_YEAR - FIRST_YEAR + 1),
    )
    say("\n".join((page, *calendar.examples, *gate.examples, *edges.examples)))
    if choice.write:
        PAGE.write_text(page, encoding="utf-8")
    sys.exit(bool(calendar.differences + gate.differences + edges.differences))


if __name__ == "__main__":
    main()
