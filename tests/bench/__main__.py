"""Measure speed against floors in the same run: `python tests/bench [row ...] [--quick]`."""

import argparse
import sys
from pathlib import Path

from claiming import measure_claiming
from figure import as_json, as_table
from importing import measure_importing
from keypad_step import measure_keypad_step

ROWS = {"1": measure_keypad_step, "2": measure_claiming, "3": measure_importing}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- table: make bench -->", "<!-- end of table -->"


def main() -> None:
    """Measure the rows asked for, say what was found, and write the page if that was asked."""
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument("rows", nargs="*", choices=[[], *ROWS], help="rows; none = all")
    asked.add_argument("--quick", action="store_true", help="small sizes: does it run at all?")
    asked.add_argument("--json", action="store_true", help="figures as JSON on standard output")
    asked.add_argument("--write", action="store_true", help="write docs/performance.md")
    choice = asked.parse_args()
    figures = []
    for row in choice.rows or ROWS:
        print(f"Row {row} ...", file=sys.stderr, flush=True)
        figures += ROWS[row](quick=choice.quick)
    print(as_json(figures) if choice.json else as_table(figures))
    if choice.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n{as_table(figures)}\n{END}{after}", "utf-8")
    sys.exit(0 if all(figure.met for figure in figures) else 1)


if __name__ == "__main__":
    main()
