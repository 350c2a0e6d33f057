"""The machine’s own clocks, read here only."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def wall() -> datetime:
    """What the machine's wall clock shows."""
    return datetime.now(UTC)


def boot() -> float:
    """Seconds since the machine started, counting on while it sleeps where it can."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class SystemClock:
    """Real time of this machine as it began, and a count that never jumps."""

    def __init__(
        self, wall: Callable[[], datetime] = wall, boot: Callable[[], float] = boot
    ) -> None:
        self._boot = boot
        self._began, self._boot_began = wall(), boot()

    def real_now(self) -> datetime:
        """Wall-clock time in UTC as of the start, counted on; for measuring skew only.

        Where the database runs on this machine, setting the wall clock sets both alike, and two
        days' calls could come within an hour. Counted on, it shows as skew: nobody is called until
        somebody has looked and started the process again.
        """
        return self._began + timedelta(seconds=self._boot() - self._boot_began)

    def boot_seconds(self) -> float:
        """Seconds since the machine started, counting on while it sleeps where it can."""
        return self._boot()

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(seconds)
