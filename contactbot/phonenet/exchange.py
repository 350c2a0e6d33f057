"""The exchange: calls wait their turn, ring, are answered or not, and end."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from contactbot.phonenet.callbacks import Callbacks, Telling
from contactbot.phonenet.conversation import Conversation, Outside, Rejected, Visit
from contactbot.phonenet.detection import Verdict
from contactbot.phonenet.forms import dial_form
from contactbot.phonenet.hand import Hand, HungUp
from contactbot.phonenet.handset import Handset
from contactbot.phonenet.moments import now
from contactbot.phonenet.people import Behaviour, Person
from contactbot.phonenet.records import Call, CallStatus, Direction, Wishes
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.signature import Form
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.twiml import Dial
from contactbot.phonenet.webhooks import Webhooks
from contactbot.phonenet.world import World

# SIP's reasons for a call that nobody took (TELEPHONY: 404 unreachable, 486 busy, 487 time-out).
UNREACHABLE, SWITCHED_OFF, BUSY_HERE, GAVE_UP = 404, 480, 486, 487
# Seconds of real life; the tempo shortens them.
BUSY_TONE_AFTER = 1.0
USUAL_TALK = 60.0


@dataclass(frozen=True, slots=True)
class Ending:
    """The last state of a call, and SIP's reason where there is one."""

    status: CallStatus
    sip: int | None = None


OVER = Ending(CallStatus.COMPLETED)
CANCELED = Ending(CallStatus.CANCELED, GAVE_UP)
REJECTIONS = {"busy": Ending(CallStatus.BUSY), "rejected": Ending(CallStatus.NO_ANSWER)}


@dataclass(slots=True)
class Line:
    """A call on the wire: its handset, its running work, and what a request made of it."""

    handset: Handset
    work: asyncio.Task[Ending] | None = None
    carried: asyncio.Task[None] | None = None
    ordered: Ending | None = None
    redirected: Visit | None = None
    new_twiml: str = ""


class Exchange:
    """Carries every call of the network, many at once, dialling at the permitted rate."""

    def __init__(
        self, world: World, webhooks: Webhooks, callbacks: Callbacks, tasks: Tasks
    ) -> None:
        self._world = world
        self._webhooks = webhooks
        self._tasks = tasks
        self._callbacks = callbacks
        self._queue: asyncio.Queue[Call] = asyncio.Queue()
        self._lines: dict[str, Line] = {}

    def start(self) -> None:
        """Begin to dial; calls found in the journal go on, or end as the crash left them."""
        for call in self._world.live_calls():
            self._take_up(call)
        self._tasks.start(self._dial_in_turn())

    def _take_up(self, call: Call) -> None:
        match call.status:
            case CallStatus.QUEUED if call.direction is Direction.OUTBOUND:
                self._queue.put_nowait(call)
            case CallStatus.IN_PROGRESS:
                self._finish(call, OVER)
            case _:
                self._finish(call, Ending(CallStatus.FAILED, UNREACHABLE))

    def place(self, to: str, from_: str, wishes: Wishes) -> tuple[Call, Telling]:
        """Queue an outbound call."""
        with self._world.journal.together():
            call = self._world.new_call(Direction.OUTBOUND, to, from_, wishes)
            telling = self._callbacks.expect(call)
        self._queue.put_nowait(call)
        return call, telling

    def ring_in(self, caller: str, to: str, wishes: Wishes, person: Person) -> Call:
        """Somebody rings the application's number."""
        with self._world.journal.together():
            call = self._world.new_call(Direction.INBOUND, to, caller, wishes)
            self._callbacks.expect(call)
            self._connect(call, person)
        return call

    async def _dial_in_turn(self) -> None:
        loop = asyncio.get_running_loop()
        turn = loop.time()
        while True:
            call = await self._queue.get()
            turn = max(loop.time(), turn)
            await asyncio.sleep(turn - loop.time())
            if waited_too_long(call, self._world.schedule.now()):
                self.cancel(call)
            if not call.over:
                turn += 1 / self._world.options.calls_per_second
                self._connect(call, self._world.people.answering(call.to))

    def _connect(self, call: Call, person: Person) -> None:
        handset = self._handset(call, person)
        call.dialled_at = now()
        call.voicemail = person.behaviour is Behaviour.VOICEMAIL
        with self._world.journal.together():
            self._callbacks.report(call, CallStatus.INITIATED)
            self._move(call, CallStatus.RINGING)
        line = self._lines[call.sid] = Line(handset)
        line.carried = self._tasks.start(self._carry(call, line))

    def _handset(self, call: Call, person: Person) -> Handset:
        earlier = self._world.earlier_dials(call)
        hand = self._world.hand_for(call) if person.behaviour is Behaviour.BY_HAND else None
        return Handset(person, self._world.chance, f"{call.to} {earlier}", earlier, hand)

    async def _carry(self, call: Call, line: Line) -> None:
        """From ringing to the end; a redirect from outside starts the conversation again."""
        again = True
        while again and line.ordered is None:
            line.work = asyncio.create_task(self._progress(call, line))
            await asyncio.wait({line.work})
            again = line.redirected is not None
        self._finish(call, self._ending(call, line))
        del self._lines[call.sid]

    def _ending(self, call: Call, line: Line) -> Ending:
        if line.ordered is not None:
            return line.ordered
        if line.work is None or line.work.cancelled():
            return Ending(CallStatus.FAILED)
        if line.work.exception() is not None:
            self._world.broke(line.work.exception(), call.sid)
            return Ending(CallStatus.FAILED)
        return line.work.result()

    async def _progress(self, call: Call, line: Line) -> Ending:
        if call.direction is Direction.OUTBOUND and call.answered_at is None:
            unanswered = await self._ring(call, line.handset)
            if unanswered is not None:
                return unanswered
        visit = line.redirected or Visit(call.wishes.url, call.wishes.method)
        twiml = line.new_twiml or ("" if line.redirected else call.wishes.twiml)
        line.redirected, line.new_twiml = None, ""
        return await self._converse(call, line.handset, visit, twiml)

    async def _ring(self, call: Call, handset: Handset) -> Ending | None:
        """None once somebody, or a machine, has picked up."""
        behaviour = handset.person.behaviour
        if behaviour is Behaviour.CARRIER_FAILURE:
            return Ending(CallStatus.FAILED, UNREACHABLE)
        if self._world.off_until(call.to) is not None:
            return Ending(CallStatus.NO_ANSWER, SWITCHED_OFF)
        if behaviour is Behaviour.BUSY:
            await self._live_through(BUSY_TONE_AFTER)
            return Ending(CallStatus.BUSY, BUSY_HERE)
        patience = call.wishes.ring_timeout
        if handset.hand is not None:
            return await self._ring_in_hand(call, handset.hand)
        if not handset.answers or handset.rings_for >= patience:
            await self._live_through(patience)
            return Ending(CallStatus.NO_ANSWER, GAVE_UP)
        await self._live_through(handset.rings_for)
        self._move(call, CallStatus.IN_PROGRESS)
        return None

    async def _ring_in_hand(self, call: Call, hand: Hand) -> Ending | None:
        try:
            answered = await hand.answers_within(call.wishes.ring_timeout)
        except HungUp:
            return Ending(CallStatus.BUSY, BUSY_HERE)
        if not answered:
            return Ending(CallStatus.NO_ANSWER, GAVE_UP)
        self._move(call, CallStatus.IN_PROGRESS)
        return None

    async def _converse(self, call: Call, handset: Handset, visit: Visit, twiml: str) -> Ending:
        """Talk until somebody hangs up or the time allowed is over."""
        outside = Outside(self._webhooks, self._callbacks, self._bridge)
        limit = min(call.wishes.time_limit, handset.person.hang_up_after or call.wishes.time_limit)
        talk = Conversation(self._world, outside, call, handset, limit)
        try:
            async with asyncio.timeout(limit if handset.hand is not None else None):
                await self._detect(call, handset, talk)
                await talk.hold(visit, twiml)
        except (HungUp, TimeoutError):
            return OVER
        except Rejected as rejected:
            return REJECTIONS[str(rejected)]
        return OVER

    async def _bridge(self, parent: Call, dial: Dial) -> Form:
        """Ring a second telephone and connect it; the fields that say what came of it.

        Two people who talk say nothing that a handset shows; they talk until one of them ends it.
        """
        ours = parent.to if parent.direction is Direction.INBOUND else parent.from_
        wishes = Wishes(ring_timeout=dial.timeout, time_limit=dial.time_limit)
        with self._world.journal.together():
            child = self._world.new_call(
                Direction.DIALLED, dial.number, dial.caller_id or ours, wishes, parent=parent.sid
            )
            handset = self._handset(child, self._world.people.answering(dial.number))
            child.dialled_at = now()
            self._move(child, CallStatus.RINGING)
        ending = CANCELED
        try:
            ending = await self._ring(child, handset) or await self._talk(child, handset)
        finally:
            self._finish(child, OVER if child.answered_at is not None else ending)
        return dial_form(child)

    async def _talk(self, child: Call, handset: Handset) -> Ending:
        seconds = handset.person.hang_up_after or USUAL_TALK
        seconds = min(seconds, child.wishes.time_limit)
        if handset.hand is None:
            await self._live_through(seconds)
            return OVER
        with suppress(HungUp):
            await handset.hand.holds_for(child.wishes.time_limit)
        return OVER

    async def _detect(self, call: Call, handset: Handset, talk: Conversation) -> None:
        """Say who answered, before the first word or while it is spoken; once a call."""
        wishes = call.wishes
        if not wishes.detection or call.detection_ms is not None:
            return
        call.detection_ms = 0
        verdict = self._world.detection.verdict(call, handset.person)
        if wishes.async_detection:
            self._tasks.start(self._detect_meanwhile(call, verdict))
            return
        await talk.wait(verdict.seconds)
        call.answered_by, call.detection_ms = verdict.answered_by, verdict.milliseconds
        self._world.note_call(call)

    async def _detect_meanwhile(self, call: Call, verdict: Verdict) -> None:
        await self._live_through(verdict.seconds)
        if not call.over:
            call.answered_by, call.detection_ms = verdict.answered_by, verdict.milliseconds
            with self._world.journal.together():
                self._world.note_call(call)
                self._callbacks.report_detection(call)

    def _move(self, call: Call, status: CallStatus) -> None:
        with self._world.journal.together():
            self._world.move(call, status)
            self._callbacks.report(call, status)

    def _finish(self, call: Call, ending: Ending) -> None:
        call.sip = ending.sip
        self._move(call, ending.status)
        after = self._world.people.at(call.to).rings_back_after
        if after is not None and missed(call) and self._world.options.voice_url:
            self._tasks.start(self._ring_back(call, after))

    async def _ring_back(self, call: Call, after: float) -> None:
        """Whoever missed the call rings the number that it showed."""
        await self._live_through(after)
        person = self._world.people.at(call.to)
        self.ring_in(call.to, call.from_, Wishes(url=self._world.options.voice_url), person)

    def cancel(self, call: Call) -> None:
        """Take back a call that is queued or ringing; one that was answered goes on."""
        if call.status is CallStatus.QUEUED:
            call.canceled_before_dial = True
            self._finish(call, Ending(CallStatus.CANCELED))
        elif call.status is CallStatus.RINGING:
            self._order(call, CANCELED)

    def hang_up(self, call: Call) -> None:
        """End a call whatever its state; one that nobody has answered yet is canceled."""
        if call.status is CallStatus.IN_PROGRESS:
            self._order(call, OVER)
        else:
            self.cancel(call)

    def redirect(self, call: Call, visit: Visit, twiml: str) -> None:
        """Give an answered call another document to follow."""
        line = self._lines.get(call.sid)
        if line is None or line.work is None or call.status is not CallStatus.IN_PROGRESS:
            raise Refusal(21220)
        line.redirected, line.new_twiml = visit, twiml
        line.work.cancel()

    def _order(self, call: Call, ending: Ending) -> None:
        line = self._lines.get(call.sid)
        if line is not None and line.ordered is None:
            line.ordered = ending
            if line.work is not None:
                line.work.cancel()

    async def settled(self, call: Call) -> None:
        """Wait until what was ordered of a call has happened."""
        line = self._lines.get(call.sid)
        if line is not None and line.ordered is not None and line.carried is not None:
            await asyncio.wait({line.carried})

    async def _live_through(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._world.options.tempo)


def missed(call: Call) -> bool:
    """Whether the handset rang and nobody took the call."""
    return call.direction is Direction.OUTBOUND and call.status is CallStatus.NO_ANSWER


def waited_too_long(call: Call, at: datetime) -> bool:
    """Whether a call has waited for its turn longer than Twilio lets it."""
    return call.queued_until is not None and at > call.queued_until
