"""What those who watch the service see: whether it can work, and its gauges at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contactbot.ports.heartbeats import Beat


@dataclass(frozen=True, slots=True)
class Gauges:
    """Counts and ages that were all true at one moment, `as_at` (calendar, UTC); no ids.

    - `referrals`: by state; `attempts`: by state and disposition (blank while there is none).
    - `denials`: by reason, the referrals whose latest decision is a Deny with that reason.
    - `in_flight`: attempts that are not over; `due`: referrals due for an automatic call now, the
      longest for `oldest_due_seconds` (calendar).
    - `outbox`: records for the case store by state, the oldest waiting one’s age in seconds.
    - `counters`: everything refused or not understood since the database was made, by name.
    """

    as_at: datetime
    referrals: Mapping[str, int]
    attempts: Mapping[tuple[str, str], int]
    denials: Mapping[str, int]
    in_flight: int
    due: int
    oldest_due_seconds: float
    outbox: Mapping[str, int]
    outbox_oldest_seconds: float
    counters: Mapping[str, int]
    beats: Sequence[Beat]


@dataclass(frozen=True, slots=True)
class Life:
    """Every last sign of life, at one moment of the calendar, `as_at` (UTC)."""

    as_at: datetime
    beats: Sequence[Beat]


class NotReadable(Exception):
    """The gauges cannot be read now, or not in the time a monitor may take."""


class WatchRecords(Protocol):
    """Where they are read."""

    def fault(self) -> str | None:
        """A sentence saying why no work can be done, or None."""
        ...

    def life(self) -> Life:
        """The signs of life alone, for pages that are asked for often; `NotReadable`."""
        ...

    def gauges(self) -> Gauges:
        """All gauges, in one short snapshot; `NotReadable`."""
        ...
