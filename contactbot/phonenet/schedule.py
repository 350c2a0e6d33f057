"""What is due later: late callbacks and texts that wait, and how tests bring them forward."""

import asyncio
from datetime import datetime, timedelta

from contactbot.phonenet.moments import now


class Schedule:
    """Real time, plus what a test has skipped: things come due earlier, dates stay true.

    So a callback thirty days late, or a text for a telephone that is off for three, need not be
    waited for.
    """

    def __init__(self) -> None:
        self.skipped = timedelta()
        self._changed = asyncio.Event()

    def now(self) -> datetime:
        """The moment that decides what is due."""
        return now() + self.skipped

    def after(self, seconds: float) -> datetime:
        """The moment so many real seconds from now."""
        return self.now() + timedelta(seconds=seconds)

    def skip(self, seconds: float) -> None:
        """Let everything come due so much earlier."""
        self.skipped += timedelta(seconds=seconds)
        self.changed()

    def changed(self) -> None:
        """Wake whoever waits: a moment they wait for may be another one now."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def until(self, due: datetime) -> None:
        """Wait for a moment; one that is past costs no time."""
        while (left := (due - self.now()).total_seconds()) > 0:
            await self.next_change(left)

    async def next_change(self, seconds: float) -> None:
        """Wait so long, or less if something was skipped or changed meanwhile."""
        try:
            await asyncio.wait_for(self._changed.wait(), seconds)
        except TimeoutError:
            return
