"""Attempts as a file for other people’s tools: a row an attempt, safe in a spreadsheet."""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime
from io import StringIO

from contactbot.ports.figures import AttemptLine

COLUMNS = tuple(field.name for field in fields(AttemptLine))
# A spreadsheet takes a cell that begins so for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_csv(attempts: Iterable[AttemptLine]) -> Iterator[str]:
    """The attempts as CSV with a header, line by line; blank = there is none."""
    yield _csv_line(COLUMNS)
    for attempt in attempts:
        yield _csv_line([_cell(getattr(attempt, name)) for name in COLUMNS])


def as_json(attempts: Iterable[AttemptLine]) -> Iterator[str]:
    """The attempts as one JSON array, an object a line; null = there is none."""
    before = "[\n"
    for attempt in attempts:
        values = {name: _plain(getattr(attempt, name)) for name in COLUMNS}
        yield before + json.dumps(values, ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def without_formula(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would calculate it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def _plain(value: object) -> object:
    """A value as it is written: a time in UTC, to the second."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    return value


def _cell(value: object) -> str:
    return "" if value is None else without_formula(str(_plain(value)))


def _csv_line(cells: Iterable[str]) -> str:
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
