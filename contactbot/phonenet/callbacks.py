"""Status callbacks: told in order unless a test asked for drops, copies, delays or disorder."""

import asyncio
from dataclasses import dataclass, field

from contactbot.phonenet.faults import PLAIN, Doing, Fault, FaultKind
from contactbot.phonenet.forms import status_form
from contactbot.phonenet.records import ENDED, Call, CallStatus
from contactbot.phonenet.signature import Form
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.webhooks import NoAnswer, Webhooks
from contactbot.phonenet.world import World

EVENT_OF = {
    CallStatus.INITIATED: "initiated",
    CallStatus.RINGING: "ringing",
    CallStatus.IN_PROGRESS: "answered",
}
CALLBACK_FAULTS = frozenset({FaultKind.CALLBACKS})


@dataclass(slots=True)
class Telling:
    """How the application is told about one call."""

    fault: Fault
    held: list[Form] = field(default_factory=list)
    last: asyncio.Task[None] | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)


class Callbacks:
    """Tells the application what happens to its calls."""

    def __init__(self, world: World, webhooks: Webhooks, tasks: Tasks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._tasks = tasks
        self._tellings: dict[str, Telling] = {}

    def expect(self, call: Call) -> Telling:
        """Settle at creation how this call will be told about."""
        fault = self._world.faults.take(CALLBACK_FAULTS, Doing.CREATE, call.to) or PLAIN
        telling = self._tellings[call.sid] = Telling(fault)
        return telling

    def asked(self, call: Call) -> None:
        """The application has just been asked for TwiML about this call."""
        if call.sid in self._tellings:
            self._tellings[call.sid].reached.set()

    def asks_twice(self, call: Call) -> bool:
        """Whether each TwiML document of this call is asked for again."""
        return call.sid in self._tellings and self._tellings[call.sid].fault.documents_twice

    def report(self, call: Call, status: CallStatus) -> None:
        """Tell the application of a state, if it asked to be told of that event."""
        telling = self._tellings.setdefault(call.sid, Telling(PLAIN))
        event = EVENT_OF.get(status, "completed")
        if call.wishes.status_url and event in call.wishes.events:
            self._tell(call, telling, status)
        if status in ENDED:
            telling.reached.set()
            del self._tellings[call.sid]

    def _tell(self, call: Call, telling: Telling, status: CallStatus) -> None:
        form = status_form(call, status)
        call.sequence += 1
        telling.held.insert(0, form)
        if telling.fault.reverse and status not in ENDED:
            return
        for each in telling.held:
            if dict(each)["CallStatus"] not in telling.fault.drop:
                self._launch(call, telling, each)
        telling.held.clear()

    def _launch(self, call: Call, telling: Telling, form: Form) -> None:
        self._world.callbacks_pending += 1
        # A late callback waits for nothing else, so that all of a call's are equally late.
        before = None if telling.fault.late_seconds else telling.last
        telling.last = self._tasks.start(self._deliver(call, telling, form, before))

    async def _deliver(
        self, call: Call, telling: Telling, form: Form, before: asyncio.Task[None] | None
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait({before})
            await asyncio.sleep(telling.fault.late_seconds)
            for _ in range(1 + telling.fault.duplicate):
                await self._post(call, form)
            telling.reached.set()
        finally:
            self._world.callbacks_pending -= 1

    async def _post(self, call: Call, form: Form) -> None:
        wishes = call.wishes
        try:
            answer = await self._webhooks.send(
                call.sid, wishes.status_method, wishes.status_url, form
            )
        except NoAnswer as failure:
            self._failed(call, failure.code, str(failure))
            return
        if not 200 <= answer.status < 300:
            self._failed(call, 11200, f"status callback answered {answer.status}")

    def _failed(self, call: Call, code: int, reason: str) -> None:
        call.webhook_errors += 1
        self._world.webhook_errors += 1
        self._world.surprised(code, reason, sid=call.sid, url=call.wishes.status_url)
