"""Time as the core sees it: the calendar of the rules, and the real time of the machine."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks: `calendar` rules windows and due dates, `real` rules deadlines.

    Both are the database's, aware and in UTC; they are the same unless time is simulated.
    """

    calendar: datetime
    real: datetime


class Clock(Protocol):
    """The machine's own clocks, used to guard the last step before a dial."""

    def real_now(self) -> datetime:
        """Wall-clock time, for measuring skew against the database."""
        ...

    def boot_seconds(self) -> float:
        """A steady count that goes on while the machine sleeps."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        ...
