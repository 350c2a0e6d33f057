"""Work under way, held so that it is neither forgotten nor left behind at the end."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Tasks:
    """Every piece of background work; `failed` hears of the ones that broke."""

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin a piece of work and hold it until it is done."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (broken := task.exception()) is not None:
            self._failed(broken)

    async def stop(self) -> None:
        """Cancel everything and wait for it to end."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
