"""Windows read off plain tables: a clock by law, a list of holidays, the open minutes of a week.

It shares nothing with the service, not even the zone database and the holidays library: what the
two agree on, they found by different ways.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

Span = tuple[int, int, int]  # weekday from Monday, first minute, minute after the last

MINUTE = timedelta(minutes=1)
DAY = 24 * 60
WEEK = 7 * DAY
FIRST_YEAR, LAST_YEAR = 2024, 2030
BEGIN = datetime(FIRST_YEAR - 1, 12, 1, tzinfo=UTC)
END = datetime(LAST_YEAR + 1, 4, 1, tzinfo=UTC)  # the longest look ahead is two months
HORIZON_DAYS = 60

# Summer time by law: from the last Sunday of March to the last Sunday of October, at 01:00 UTC.
SUMMERS = (
    ("2024-03-31", "2024-10-27"),
    ("2025-03-30", "2025-10-26"),
    ("2026-03-29", "2026-10-25"),
    ("2027-03-28", "2027-10-31"),
    ("2028-03-26", "2028-10-29"),
    ("2029-03-25", "2029-10-28"),
    ("2030-03-31", "2030-10-27"),
    ("2031-03-30", "2031-10-26"),
)
# Bank holidays of Wales with their substitutes. A Christmas that falls on a weekend is kept as well
# as its substitute: nobody is rung on it.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in re.findall(
        r"\S+",
        """
    2023-12-25 2023-12-26
    2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26
    2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
    2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-26
    2026-12-28
    2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-25 2027-12-26
    2027-12-27 2027-12-28
    2028-01-01 2028-01-03 2028-04-14 2028-04-17 2028-05-01 2028-05-29 2028-08-28 2028-12-25
    2028-12-26
    2029-01-01 2029-03-30 2029-04-02 2029-05-07 2029-05-28 2029-08-27 2029-12-25 2029-12-26
    2030-01-01 2030-04-19 2030-04-22 2030-05-06 2030-05-27 2030-08-26 2030-12-25 2030-12-26
    2031-01-01
    """,
    )
)
SHOWN_FROM = datetime(2000, 1, 3)  # noqa: DTZ001 - a Monday by the clock on the wall


def _summer(at: datetime) -> bool:
    edges = [datetime.fromisoformat(f"{day}T01:00+00:00") for year in SUMMERS for day in year]
    return sum(edge <= at for edge in edges) % 2 == 1


def _wall_clock() -> "array[int]":
    """For every minute from BEGIN on, what the wall shows: minutes since SHOWN_FROM."""
    table = array("l")
    at = BEGIN
    while at < END:  # the clock changes on whole hours only
        shows = at.replace(tzinfo=None) + timedelta(hours=_summer(at)) - SHOWN_FROM
        first = shows // MINUTE
        table.extend(range(first, first + 60))
        at += timedelta(hours=1)
    return table


WALL = _wall_clock()
HOURS = [shows // 60 for shows in WALL[::60]]
MIDNIGHTS = [minute for minute in range(0, len(WALL), 60) if WALL[minute] % DAY == 0]
CLOSED_DAYS = frozenset((day - SHOWN_FROM.date()).days for day in HOLIDAYS)


def minute_of(at: datetime) -> int:
    """The number of the minute in which an instant lies, counted from BEGIN."""
    return (at - BEGIN) // MINUTE


def instant(minute: int) -> datetime:
    """The beginning of a minute."""
    return BEGIN + minute * MINUTE


def shown(at: datetime) -> tuple[date, int]:
    """The local date and the minute of the local day."""
    days, minute = divmod(WALL[minute_of(at)], DAY)
    return SHOWN_FROM.date() + timedelta(days=days), minute


class Oracle:
    """One window set over some years: a table of its open minutes, and the edges between them."""

    def __init__(self, spans: Sequence[Span], *, holidays: bool) -> None:
        week = bytearray(WEEK)
        for weekday, start, end in spans:
            first = weekday * DAY
            week[first + start : first + end] = b"\1" * (end - start)
        self.week = bytes(week)
        self.holidays = holidays
        self.open = bytearray()
        hours = [self.week[first : first + 60] for first in range(0, WEEK, 60)]
        for shows in HOURS:
            closed = holidays and shows // 24 in CLOSED_DAYS
            self.open += bytes(60) if closed else hours[shows % 168]
        # From opening to closing, which a local midnight always is.
        self.begins: list[int] = []
        self.ends: list[int] = []
        for begin, end in pairwise([0, *MIDNIGHTS, len(WALL)]):
            self._one_day(begin, end)
        self._lasting: dict[int, list[int]] = {}

    def _one_day(self, begin: int, midnight: int) -> None:
        while (begin := self.open.find(1, begin, midnight)) >= 0:
            closed = self.open.find(0, begin, midnight)
            self.begins.append(begin)
            self.ends.append(midnight if closed < 0 else closed)
            begin = self.ends[-1]

    def is_open(self, at: datetime) -> bool:
        """Whether the minute in which it lies is open."""
        return bool(self.open[minute_of(at)])

    def closing_after(self, at: datetime) -> datetime | None:
        """The first closed minute or local midnight after it; None if it lies outside."""
        if not self.is_open(at):
            return None
        return instant(self.ends[bisect_left(self.ends, minute_of(at) + 1)])

    def next_opening(self, after: datetime) -> datetime | None:
        """Itself, or the next open minute if that comes within sixty local days."""
        if self.is_open(after):
            return after
        return self._next(self.begins, after)

    @staticmethod
    def _next(begins: Sequence[int], after: datetime) -> datetime | None:
        found = bisect_left(begins, minute_of(after))
        if found == len(begins):
            return None
        days = WALL[begins[found]] // DAY - WALL[minute_of(after)] // DAY
        return instant(begins[found]) if days <= HORIZON_DAYS else None

    def first_lasting(self, after: datetime, seconds: int) -> datetime | None:
        """The first instant from which it stays open for so long, within sixty local days."""
        closes = self.closing_after(after)
        if closes is not None and closes - after >= timedelta(seconds=seconds):
            return after
        if seconds not in self._lasting:
            pairs = zip(self.begins, self.ends, strict=False)
            self._lasting[seconds] = [a for a, b in pairs if (b - a) * 60 >= seconds]
        return self._next(self._lasting[seconds], after)

    def stretches(self, year: int) -> Iterator[tuple[int, int, bool]]:
        """The minutes of a year from edge to edge: first, one after the last, whether open."""
        at = minute_of(datetime(year, 1, 1, tzinfo=UTC))
        end = minute_of(datetime(year + 1, 1, 1, tzinfo=UTC))
        edges = sorted({*self.begins, *self.ends, end})
        for edge in edges[bisect_right(edges, at) :]:
            yield at, min(edge, end), bool(self.open[at])
            at = edge
            if at >= end:
                return

    def never(self) -> bool:
        """Whether no minute of the week is open."""
        return not any(self.week)


def both(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The minutes in both, each a span of its own where need be."""
    tables = [bytearray(WEEK + 1) for _ in range(2)]
    for table, spans in zip(tables, (one, other), strict=True):
        for weekday, start, end in spans:
            for minute in range(start, end):
                table[weekday * DAY + minute] = 1
    shared = [a & b for a, b in zip(*tables, strict=True)]
    return [(n // DAY, n % DAY, n % DAY + 1) for n, is_open in enumerate(shared) if is_open]
