"""Windows of the week and working days, as wall-clock time in Europe/London."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
DAY_MINUTES = 24 * 60
MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SATURDAY = 5

Interval = tuple[int, int]
DayIsClosed = Callable[[date], bool]

_PART = re.compile(
    r"(?P<first>[a-z]{3})(?:\s*-\s*(?P<last>[a-z]{3}))?\s+"
    r"(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})"
)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """For each weekday from Monday, intervals in minutes after local midnight, end excluded."""

    days: tuple[tuple[Interval, ...], ...]

    def text(self) -> str:
        """The hours as `parse_hours` reads them."""
        return "; ".join(
            f"{day} {_clock(start)}-{_clock(end)}"
            for day, intervals in zip(DAYS, self.days, strict=True)
            for start, end in intervals
        )


@lru_cache(maxsize=4096)
def parse_hours(text: str) -> WeeklyHours:
    """Read `mon-fri 09:00-12:00; sat 10:00-12:00`; ValueError says what is wrong, plainly."""
    days: list[list[Interval]] = [[] for _ in DAYS]
    for part in filter(None, (part.strip() for part in text.lower().split(";"))):
        found = _PART.fullmatch(part)
        if found is None:
            raise ValueError("hours are written like mon-fri 09:00-12:00; sat 10:00-12:00")
        start, end = _minutes(found["from"]), _minutes(found["to"])
        if start >= end:
            raise ValueError("hours must end after they start, within one day")
        for day in _days(found["first"], found["last"] or found["first"]):
            days[day].append((start, end))
    if not any(days):
        raise ValueError("no hours are given")
    return WeeklyHours(tuple(_joined(intervals) for intervals in days))


def _joined(intervals: list[Interval]) -> tuple[Interval, ...]:
    """Intervals that touch or overlap are one, so that no window seems to close inside itself."""
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _days(first: str, last: str) -> range:
    if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
        raise ValueError("days are mon tue wed thu fri sat sun, the earlier first")
    return range(DAYS.index(first), DAYS.index(last) + 1)


def _minutes(text: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    total = hour * 60 + minute
    if minute > 59 or total > DAY_MINUTES:
        raise ValueError("times run from 00:00 to 24:00")
    return total


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=4096)
def overlap(one: WeeklyHours, other: WeeklyHours) -> WeeklyHours:
    """The hours that lie in both."""
    return WeeklyHours(
        tuple(
            tuple(
                (max(a, c), min(b, d)) for a, b in mine for c, d in theirs if max(a, c) < min(b, d)
            )
            for mine, theirs in zip(one.days, other.days, strict=True)
        )
    )


@lru_cache(maxsize=64)
def bank_holidays_wales(year: int) -> frozenset[date]:
    """The bank holidays of Wales in one year (source: the holidays library, GB/WLS)."""
    return frozenset(holidays.country_holidays("GB", subdiv="WLS", years=year))


def is_bank_holiday(day: date) -> bool:
    """Whether the day is a bank holiday in Wales."""
    return day in bank_holidays_wales(day.year)


def never_closed(day: date) -> bool:
    """For hours that hold on bank holidays too."""
    del day
    return False


def is_open(hours: WeeklyHours, at: datetime, closed: DayIsClosed = is_bank_holiday) -> bool:
    """Whether an aware instant lies inside the hours by the clock on the wall.

    The hour that the spring change leaves out never happens, so it is closed; the hour that the
    autumn change repeats is open or closed alike both times.
    """
    return _interval(hours, at, closed) is not None


def closing_after(
    hours: WeeklyHours, at: datetime, closed: DayIsClosed = is_bank_holiday
) -> datetime | None:
    """The end (UTC) of the interval in which `at` lies; None if it lies in none."""
    interval = _interval(hours, at, closed)
    if interval is None:
        return None
    day = at.astimezone(LONDON).date()
    if _changes(day):
        midnight = _instants(day, DAY_MINUTES)[0]
        minutes = _every_minute(at, midnight)
        return next((end for end in minutes if not is_open(hours, end, closed)), midnight)
    return _instants(day, interval[1])[0]


def next_opening(
    hours: WeeklyHours,
    after: datetime,
    closed: DayIsClosed = is_bank_holiday,
    *,
    horizon_days: int = 60,
) -> datetime | None:
    """The first instant (UTC) not before `after` that is open; None within the horizon."""
    first = after.astimezone(LONDON).date()
    for offset in range(horizon_days + 1):
        day = first + timedelta(days=offset)
        if not closed(day):
            for start, end in hours.days[day.weekday()]:
                opening = _first_open(hours, after, closed, (day, start, end))
                if opening is not None:
                    return opening
    return None


def _first_open(
    hours: WeeklyHours, after: datetime, closed: DayIsClosed, span: tuple[date, int, int]
) -> datetime | None:
    """The first open instant of one interval; on change nights the minutes are tried singly."""
    day, start, end = span
    begin, finish = max(after, _instants(day, start)[0]), _instants(day, end)[-1]
    if begin >= finish:
        return None
    if _changes(day):
        return next((at for at in _every_minute(begin, finish) if is_open(hours, at, closed)), None)
    return begin.astimezone(UTC)


@lru_cache(maxsize=512)
def _changes(day: date) -> bool:
    """Whether the clocks change on that day."""
    midnight, next_midnight = (_instants(day + timedelta(days=n), 0)[0] for n in (0, 1))
    return next_midnight - midnight != timedelta(days=1)


def _every_minute(begin: datetime, finish: datetime) -> Iterator[datetime]:
    """The beginning itself, then every whole minute before the finish (UTC)."""
    at = begin.astimezone(UTC)
    while at < finish:
        yield at
        at = at.replace(second=0, microsecond=0) + MINUTE


def _interval(hours: WeeklyHours, at: datetime, closed: DayIsClosed) -> Interval | None:
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    local = at.astimezone(LONDON)
    if closed(local.date()):
        return None
    minute = local.hour * 60 + local.minute
    for start, end in hours.days[local.weekday()]:
        if start <= minute < end:
            return start, end
    return None


@lru_cache(maxsize=4096)
def _instants(day: date, minutes: int) -> tuple[datetime, ...]:
    """When the wall clock shows this: once, or twice on the night the clocks go back."""
    shown = datetime.combine(day, time()) + timedelta(minutes=minutes)
    both = {shown.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(both))


class DayPart(StrEnum):
    """Parts of the day over which tries are spread (local time)."""

    MORNING = "morning"  # before 12:00
    AFTERNOON = "afternoon"  # 12:00–17:00
    EVENING = "evening"  # from 17:00


def day_part(at: datetime) -> DayPart:
    """The part of the local day in which an aware instant lies."""
    hour = at.astimezone(LONDON).hour
    if hour < 12:
        return DayPart.MORNING
    return DayPart.AFTERNOON if hour < 17 else DayPart.EVENING


def is_working_day(day: date) -> bool:
    """Monday to Friday, bank holidays of Wales excepted."""
    return day.weekday() < SATURDAY and not is_bank_holiday(day)


def add_working_days(start: datetime, days: int) -> datetime:
    """The end of the local day that lies so many working days after `start` (UTC)."""
    day = start.astimezone(LONDON).date()
    while days > 0:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return _instants(day + timedelta(days=1), 0)[0]
