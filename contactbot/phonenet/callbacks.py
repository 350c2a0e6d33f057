"""Status callbacks: told in order unless a test asked for drops, copies, delays or disorder."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from contactbot.phonenet.faults import PLAIN, Doing, Fault, FaultKind
from contactbot.phonenet.forms import detection_form, status_form
from contactbot.phonenet.notices import Notice
from contactbot.phonenet.postbox import Address, Postbox
from contactbot.phonenet.records import ENDED, Call, CallStatus
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
    reached: asyncio.Event = field(default_factory=asyncio.Event)


class Callbacks:
    """Tells the application what happens to its calls."""

    def __init__(self, world: World, postbox: Postbox) -> None:
        self._world = world
        self._postbox = postbox
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
            self._let_go(call, telling)
            telling.reached.set()
            del self._tellings[call.sid]

    def report_detection(self, call: Call) -> None:
        """Say who answered, if the application wants to hear of it during the call."""
        wishes = call.wishes
        if wishes.detection_url:
            fault = self._tellings[call.sid].fault if call.sid in self._tellings else PLAIN
            address = Address(call.sid, wishes.detection_method, wishes.detection_url)
            self._postbox.put(address, detection_form(call), fault)

    def _tell(self, call: Call, telling: Telling, status: CallStatus) -> None:
        form = status_form(call, status)
        call.sequence += 1
        if status in telling.fault.drop:
            return
        wishes = call.wishes
        self._postbox.put(
            Address(call.sid, wishes.status_method, wishes.status_url),
            form,
            telling.fault,
            held=telling.fault.reverse or telling.fault.shuffle,
            then=telling.reached.set,
        )

    def _let_go(self, call: Call, telling: Telling) -> None:
        """What was held back for disorder comes once the call is over."""
        held = self._world.notices.held_about(call.sid)
        if held:
            for notice in self._disordered(call, telling, held):
                self._postbox.let_go(notice)

    def _disordered(self, call: Call, telling: Telling, held: Sequence[Notice]) -> Sequence[Notice]:
        if not telling.fault.shuffle:
            return held[::-1]
        fraction = self._world.chance.fraction
        places = sorted(
            range(len(held)), key=lambda place: fraction(f"shuffle {call.index} {place}")
        )
        return [held[place] for place in places]
