"""The oracle for calling hours: written apart from the gate, so that both cannot err alike."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from contactbot.database.invariant_scene import Scene

WALL_CLOCK = ZoneInfo("Europe/London")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_PROFILES = """
    SELECT a.id, p.safe_call, p.safe_hours
      FROM attempts a
      LEFT JOIN LATERAL (
           SELECT * FROM contact_profiles c
            WHERE c.person_id = a.person_id AND c.recorded_at <= a.decided_at
            ORDER BY version DESC LIMIT 1) p ON p.voided_at IS NULL OR p.voided_at > a.decided_at
"""


def called_outside_hours(scene: Scene) -> Iterator[tuple[str, str]]:
    """Calls that began or stopped ringing outside the person's hours, on the wall's clock."""
    profiles = {row.id: row for row in scene.rows(_PROFILES)}
    default = open_minutes(scene.policy.hours.default.text())
    outer = open_minutes(scene.policy.hours.outer.text())
    for call in scene.calls:
        profile = profiles.get(call.attempt_id)
        if not call.outbound or call.dialled_shows is None or profile is None:
            continue
        hours = outer & hours_of(profile.safe_call, profile.safe_hours, default)
        for name, at in (("dialled", call.dialled_shows), ("rang until", call.ring_ended_shows)):
            if at is not None and not inside(hours, at):
                yield call.sid, f"{name} outside the hours, at {at.astimezone(WALL_CLOCK)}"


def hours_of(said: str | None, written: str | None, default: frozenset[int]) -> frozenset[int]:
    """A person’s minutes of the week: their own, the default, or none after a `no` or nothing."""
    if said not in {"yes", "blank"}:
        return frozenset()
    return open_minutes(written) if said == "yes" and written else default


@lru_cache(maxsize=4096)
def open_minutes(written: str) -> frozenset[int]:
    """The minutes of a week, from Monday 00:00, that hours like `mon-fri 09:00-12:00` name."""
    minutes: set[int] = set()
    for days, opens, closes in re.findall(r"([a-z-]+) +([\d:]+) *- *([\d:]+)", written.lower()):
        first, _, last = days.partition("-")
        for day in range(WEEK.index(first), WEEK.index(last or first) + 1):
            midnight = day * 24 * 60
            minutes.update(range(midnight + _minute(opens), midnight + _minute(closes)))
    return frozenset(minutes)


def inside(hours: frozenset[int], at: datetime) -> bool:
    """Whether an instant is one of these minutes, and no bank holiday of Wales."""
    wall = at.astimezone(WALL_CLOCK)
    minute = wall.weekday() * 24 * 60 + wall.hour * 60 + wall.minute
    return minute in hours and wall.date() not in _bank_holidays(wall.year)


def _minute(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


@lru_cache(maxsize=16)
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("GB", subdiv="WLS", years=year))
