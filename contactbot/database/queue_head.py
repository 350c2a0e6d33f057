"""How far the front of the queue has been worked off, so that no claim begins at its very top.

What has left the queue stays at the front of the index until PostgreSQL may sweep it up, and that
must wait for the oldest open snapshot: a report or a backup of a minute would make every claim
step over all that was claimed in that minute.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# How long somebody more urgent who has just become due may have to wait for the next full look.
LOOK_FROM_TOP_SECONDS = 1.0


@dataclass(slots=True)
class QueueHead:
    """The place of the last referral taken, and when the queue was last looked at from the top.

    Each process has its own and may lose it: it says where to begin looking, never who is due.
    """

    _place: dict[str, Any] | None = None
    _seen_at: float = float("-inf")

    def beyond(self) -> dict[str, Any] | None:
        """Where to begin; None = at the top, as whenever that has not been done for a while."""
        recent = time.monotonic() - self._seen_at < LOOK_FROM_TOP_SECONDS
        return self._place if recent else None

    def seen_from_top(self) -> None:
        """The queue was looked at from its top just now."""
        self._seen_at = time.monotonic()

    def reached(self, breach_at: datetime | None, risk: int, referred_at: datetime) -> None:
        """The last referral taken; behind one without a deadline there is no place to name."""
        place = {"breach_at": breach_at, "risk": risk, "referred_at": referred_at}
        self._place = None if breach_at is None else place
