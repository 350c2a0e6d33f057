"""Days and weekly hours as a page writes them, in either language."""

from datetime import date, time
from itertools import groupby

from babel.dates import format_date, get_day_names

from contactbot.domain.calendar import WeeklyHours, parse_hours

_DAY = "d MMMM y"


def day_words(day: str | None, language: str) -> str:
    """An ISO date in words; "" for none."""
    return format_date(date.fromisoformat(day), _DAY, locale=language) if day else ""


def hours_words(written: str | None, language: str) -> str:
    """Weekly hours with their days’ names, equal neighbours together; "" for none."""
    if not written:
        return ""
    names = get_day_names("abbreviated", locale=language)
    spans = [
        f"{_between(names[days[0]], names[days[-1]], same=len(days) == 1)} {times}"
        for times, days in _spans(parse_hours(written))
    ]
    return "; ".join(spans)


def _spans(hours: WeeklyHours) -> list[tuple[str, list[int]]]:
    lines = [
        ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in intervals)
        for intervals in hours.days
    ]
    grouped = groupby(range(7), key=lines.__getitem__)
    return [(times, list(days)) for times, days in grouped if times]


def _between(first: str, last: str, *, same: bool) -> str:
    return first if same else f"{first}–{last}"


def _clock(minutes: int) -> str:
    return "24:00" if minutes == 24 * 60 else time(minutes // 60, minutes % 60).strftime("%H:%M")
