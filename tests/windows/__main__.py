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
PROCESSES = 2
TABLE = """# Windows against an oracle: what was compared, and what differed

Written by `make windows`. The oracle (`tests/windows/oracle.py`) reads windows off plain tables: \
summer time as the law has it, a written list of the bank holidays of Wales, the open minutes of a \
week. It shares nothing with the service. Of each instant it is asked: is it open, when does it \
close, when does it open next, and what does the gate answer: its reasons, its closing, and that \
it looks again neither too early nor after a moment at which a call could have begun. At every \
minute the gate is asked for the machine (inside the outer hours, never on a bank holiday), at \
every edge also for a call by hand (on any day).

| what | instants | questions | differences |
|---|---|---|---|
| every minute of {year}, {sets} window sets | {minutes.instants:,} | {minutes.questions:,} \
| **{minutes.differences}** |
| every edge of {first}–{last}, with the minute and the second on either side, {sets} window sets \
| {edges.instants:,} | {edges.questions:,} | **{edges.differences}** |

Seed {seed} (of {sets} sets {by_hand} are written by hand and {seeded} are made by the seed) · \
{processes} processes · {seconds:.0f} seconds · {first}–{last} holds {changes} nights on which the \
clocks change.
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
    asked.add_argument("--write", action="store_true", help="write docs/windows.md")
    choice = asked.parse_args()
    sets = window_sets(choice.seed)[: choice.sets]
    minutes, edges, began = Findings(), Findings(), monotonic()
    with get_context("spawn").Pool(PROCESSES) as pool:
        for name, of_year, at_edges in pool.imap_unordered(partial(compare_set, choice.year), sets):
            minutes.add(of_year)
            edges.add(at_edges)
            differ = of_year.differences + at_edges.differences
            say(f"{monotonic() - began:6.0f} s  {differ} differences  {name}")
    page = TABLE.format(
        year=choice.year,
        sets=len(sets),
        minutes=minutes,
        edges=edges,
        first=FIRST_YEAR,
        last=LAST_YEAR,
        seed=choice.seed,
        by_hand=sum(not each.seeded for each in sets),
        seeded=sum(each.seeded for each in sets),
        processes=PROCESSES,
        seconds=monotonic() - began,
        changes=2 * (LAST_YEAR - FIRST_YEAR + 1),
    )
    say("\n".join((page, *minutes.examples, *edges.examples)))
    if choice.write:
        PAGE.write_text(page, encoding="utf-8")
    sys.exit(bool(minutes.differences + edges.differences))


if __name__ == "__main__":
    main()
