"""The machine’s own clocks, read here only."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Real time of this machine, and a count that never jumps."""

    def real_now(self) -> datetime:
        """Wall-clock time in UTC; used only to measure skew against the database."""
        return datetime.now(UTC)

    def boot_seconds(self) -> float:
        """Seconds since the machine started, counting on while it sleeps where it can."""
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if clock is None else time.clock_gettime(clock)

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(seconds)
