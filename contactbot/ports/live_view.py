"""What the live page of a demonstration reads: counts and moments, nobody’s personal data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Share:
    """How many referrals are in one state on one route."""

    state: str
    route: str
    referrals: int


@dataclass(frozen=True, slots=True)
class Departures:
    """The referrals that left the machine’s queue up to `at`, since the point before."""

    at: datetime
    contacted: int
    to_caller: int
    over: int


@dataclass(frozen=True, slots=True)
class RecentAttempt:
    """One attempt: `at` is when it was decided, `number_ends` the last three digits or blank."""

    at: datetime
    number_ends: str
    channel: str
    by: str
    state: str
    disposition: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A reason for which referrals are not contacted, and when one was last withheld for it."""

    reason: str
    referrals: int
    latest_at: datetime


@dataclass(frozen=True, slots=True)
class CallersShare:
    """The referrals of one tier that wait for a caller."""

    tier: str
    referrals: int
    enhanced: int
    overdue: int
    oldest_referred_at: datetime


@dataclass(frozen=True, slots=True)
class LiveView:
    """The service at one moment of the calendar, `calendar` (UTC).

    `departures` are in order of time, from `clock_began` to `calendar`; `to_try` is what the
    machine will still try. `withheld` and `attempts` have the newest first.
    """

    calendar: datetime
    clock_began: datetime
    shares: tuple[Share, ...]
    departures: tuple[Departures, ...]
    to_try: int
    attempts: tuple[RecentAttempt, ...]
    attempts_made: int
    in_flight: int
    withheld: tuple[Withheld, ...]
    for_callers: tuple[CallersShare, ...]
    call_backs: int
    outbox: Mapping[str, int]


class LiveViews(Protocol):
    """Reads the live view."""

    def look(self) -> LiveView:
        """Everything, from one snapshot, so that the figures agree with each other.

        The snapshot may be a second old: `calendar` says of which moment it is.
        The definitions are those of `contactbot.ports.figures`, where both count the same thing.
        """
        ...
