"""Makes the status callbacks: in turn, or late, or in copies, and over a crash at least once."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contactbot.phonenet.faults import Fault
from contactbot.phonenet.notices import Notice
from contactbot.phonenet.signature import Form
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.webhooks import NoAnswer, Webhooks
from contactbot.phonenet.world import World


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a callback is about, and where it goes."""

    sid: str
    method: str
    url: str


class Postbox:
    """Takes callbacks and sees to it that each is made."""

    def __init__(self, world: World, webhooks: Webhooks, tasks: Tasks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._tasks = tasks
        self._last: dict[str, asyncio.Task[None]] = {}
        self._then: dict[int, Callable[[], None]] = {}

    def start(self) -> None:
        """Make what a crash left unmade, perhaps for the second time."""
        for notice in self._world.notices.waiting():
            if notice.due_at is not None:
                self._launch(notice)

    def put(
        self,
        address: Address,
        form: Form,
        fault: Fault,
        *,
        held: bool = False,
        then: Callable[[], None] | None = None,
    ) -> Notice:
        """Take one in; a fault decides when and how often it is made."""
        schedule = self._world.schedule
        held = held or fault.burst
        notice = self._world.notices.add(
            Notice(
                id=0,
                sid=address.sid,
                method=address.method,
                url=address.url,
                form=form,
                due_at=None if held else schedule.after(fault.late_seconds),
                copies=1 + fault.duplicate,
                # A late callback waits for nothing else: all of a call's are equally late.
                in_turn=not fault.late_seconds and not fault.burst,
                burst=fault.burst,
            )
        )
        if then is not None:
            self._then[notice.id] = then
        if not held:
            self._launch(notice)
        return notice

    def let_go(self, notice: Notice) -> None:
        """What was held back is due now."""
        self._world.notices.change(notice, self._world.schedule.now())
        self._launch(notice)

    def let_all_go(self) -> int:
        """A burst: everything held back or far away comes now; how much that is."""
        at = self._world.schedule.now()
        waiting = [n for n in self._world.notices.waiting() if n.due_at is None or n.due_at > at]
        for notice in waiting:
            held = notice.due_at is None
            self._world.notices.change(notice, at)
            if held:
                self._launch(notice)
        self._world.schedule.changed()
        return len(waiting)

    def _launch(self, notice: Notice) -> None:
        before = self._last.get(notice.sid) if notice.in_turn else None
        task = self._tasks.start(self._make(notice, before))
        if notice.in_turn:
            self._last[notice.sid] = task
            task.add_done_callback(lambda done: self._forget(notice.sid, done))

    def _forget(self, sid: str, done: asyncio.Task[None]) -> None:
        if self._last.get(sid) is done:
            del self._last[sid]

    async def _make(self, notice: Notice, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await asyncio.wait({before})
        await self._until_due(notice)
        for _ in range(notice.copies):
            await self._post(notice)
        self._world.notices.made(notice)
        then = self._then.pop(notice.id, None)
        if then is not None:
            then()

    async def _until_due(self, notice: Notice) -> None:
        schedule = self._world.schedule
        while (left := seconds_until(notice.due_at, schedule.now())) > 0:
            await schedule.next_change(left)

    async def _post(self, notice: Notice) -> None:
        try:
            answer = await self._webhooks.send(notice.sid, notice.method, notice.url, notice.form)
        except NoAnswer as failure:
            self._world.webhook_failed(notice.sid, notice.url, failure.code, str(failure))
            return
        if not 200 <= answer.status < 300:
            reason = f"status callback answered {answer.status}"
            self._world.webhook_failed(notice.sid, notice.url, 11200, reason)


def seconds_until(due: datetime | None, at: datetime) -> float:
    """How long until a moment; 0 if it is past, or there is none."""
    return 0.0 if due is None else (due - at).total_seconds()
