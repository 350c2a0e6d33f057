"""Real time as the phone network writes it."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime


def now() -> datetime:
    """The real time in UTC; the network never follows a simulated calendar."""
    return datetime.fromtimestamp(time.time_ns() / 1e9, UTC)


def as_rfc2822(at: datetime | None) -> str | None:
    """The form of Twilio's resources and callbacks, `Sun, 22 Nov 2026 05:41:06 +0000`."""
    return None if at is None else format_datetime(at)


def as_iso(at: datetime | None) -> str | None:
    """The form of the ground truth: ISO 8601, UTC, to the microsecond."""
    return None if at is None else at.isoformat(timespec="microseconds")


def from_iso(text: str | None) -> datetime | None:
    """The reverse of `as_iso`."""
    return None if text is None else datetime.fromisoformat(text)
