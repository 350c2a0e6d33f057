"""How many contacts may be on their way, without counting them each time."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class InFlight:
    """The last count, and when it was made.

    All processes together keep the pace, so no more can have been added since than it allows.
    While even so many leave room, nobody needs to count: an open snapshot makes counting slow.
    """

    _count: int = 0
    _at: float = float("-inf")

    def room(self, wanted: int, per_second: float, most: int) -> int | None:
        """How many may surely be added now, as many as wanted or more; None = count first."""
        added = (time.monotonic() - self._at) * per_second
        room = most - self._count - added - 1
        return int(room) if room >= wanted else None

    def counted(self, count: int, most: int) -> int:
        """How many may be added, now that they have been counted."""
        self._count, self._at = count, time.monotonic()
        return most - count
