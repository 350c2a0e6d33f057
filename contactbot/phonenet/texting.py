"""Text messages: accepted, sent, delivered or not, and the words that stop them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from contactbot.phonenet.callbacks import CALLBACK_FAULTS
from contactbot.phonenet.faults import PLAIN, Doing, Fault, FaultKind
from contactbot.phonenet.forms import text_form, text_status_form
from contactbot.phonenet.moments import now
from contactbot.phonenet.people import Behaviour
from contactbot.phonenet.postbox import Address, Postbox
from contactbot.phonenet.records import Direction, Text
from contactbot.phonenet.segments import segments_of
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.twiml import BadTwiml, Reply, read_twiml
from contactbot.phonenet.webhooks import NoAnswer, Webhooks
from contactbot.phonenet.world import World

# Twilio's own words, English only, and only when they stand alone.
STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"}
)
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
# Seconds of real life; the tempo shortens them.
STEP_TAKES = 1.0
TYPING_TAKES = 3.0
# Real seconds for which a carrier keeps a text for a telephone that is off.
CARRIER_KEEPS = 72 * 3600
UNREACHABLE_HANDSET, EXPIRED = 30003, 30036
UNDELIVERED = frozenset({Behaviour.CARRIER_FAILURE, Behaviour.UNREACHABLE})
WITH_PROVIDER = frozenset({"accepted", "queued"})
ARRIVING = "receiving"
TEXT_FAULTS = frozenset({FaultKind.TEXTS})


class Texting:
    """Carries texts in both directions."""

    def __init__(self, world: World, webhooks: Webhooks, postbox: Postbox, tasks: Tasks) -> None:
        self._world = world
        self._webhooks = webhooks
        self._postbox = postbox
        self._tasks = tasks
        self._faults: dict[str, Fault] = {}

    def start(self) -> None:
        """Go on with what a crash left under way."""
        for text in self._world.texts:
            if text.direction is Direction.OUTBOUND and not text.over:
                self._tasks.start(self._carry(text))
            elif text.status == ARRIVING:
                self._tasks.start(self._arrive_again(text))

    def new(self, direction: Direction, to: str, from_: str, body: str) -> Text:
        """A text that nobody has been told of yet."""
        index = len(self._world.texts)
        segments, encoding = segments_of(body)
        return Text(
            sid=self._world.chance.sid("SM", index),
            index=index,
            account=self._world.options.account,
            direction=direction,
            to=to,
            from_=from_,
            created_at=now(),
            body=body,
            stored_body=body,
            segments=segments,
            encoding=encoding,
        )

    def send(self, text: Text) -> None:
        """Take a text that the application sends; its callbacks follow."""
        take, schedule = self._world.faults.take, self._world.schedule
        held = take(TEXT_FAULTS, Doing.CREATE, text.to)
        self._faults[text.sid] = take(CALLBACK_FAULTS, Doing.CREATE, text.to) or PLAIN
        waits = held.held_seconds if held else STEP_TAKES / self._world.options.tempo
        text.leaves_at = schedule.after(waits)
        text.expires_at = schedule.after(text.validity_seconds)
        self._world.add_text(text)
        self._tasks.start(self._carry(text))

    async def _carry(self, text: Text) -> None:
        """A text in the air counts as pending until nothing more can happen to it."""
        self._world.texts_in_air += 1
        try:
            if text.status in WITH_PROVIDER:
                await self._leave(text)
            if text.status == "sent":
                await self._reach(text)
        finally:
            self._world.texts_in_air -= 1

    async def _leave(self, text: Text) -> None:
        """It leaves the provider, unless its validity ends there first: that bounds no more."""
        at = text.leaves_at or self._world.schedule.now()
        expires = text.expires_at or at
        await self._wait(min(at, expires))
        if text.over:
            return
        if expires < at:
            self._move(text, "failed", EXPIRED)
            return
        text.kept_until = self._world.schedule.after(CARRIER_KEEPS)
        self._move(text, "sent")

    async def _reach(self, text: Text) -> None:
        """It reaches the handset, once that is on, if the carrier has not given up by then."""
        await asyncio.sleep(STEP_TAKES / self._world.options.tempo)
        schedule = self._world.schedule
        while (off_until := self._world.off_until(text.to)) is not None:
            given_up = text.kept_until or off_until
            if schedule.now() >= given_up:
                self._move(text, "undelivered", UNREACHABLE_HANDSET)
                return
            with self._waiting():
                left = (min(off_until, given_up) - schedule.now()).total_seconds()
                await schedule.next_change(left)
        error = self._error_at(text.to)
        self._move(text, "undelivered" if error else "delivered", error)
        if not error:
            self._answer(text)

    def _error_at(self, number: str) -> int | None:
        person = self._world.people.at(number)
        lost = UNREACHABLE_HANDSET if person.behaviour in UNDELIVERED else None
        return person.text_error or lost

    async def _wait(self, due: datetime) -> None:
        if (due - self._world.schedule.now()).total_seconds() <= STEP_TAKES:
            await self._world.schedule.until(due)
            return
        with self._waiting():
            await self._world.schedule.until(due)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self._world.texts_waiting += 1
        try:
            yield
        finally:
            self._world.texts_waiting -= 1

    def _move(self, text: Text, status: str, error: int | None = None) -> None:
        text.status, text.error_code, text.updated_at = status, error, now()
        if status == "delivered":
            text.delivered_at = text.updated_at
        fault = self._faults.get(text.sid, PLAIN)
        if text.over:
            self._faults.pop(text.sid, None)
        with self._world.journal.together():
            self._world.note_text(text)
            if text.status_url and status not in fault.drop:
                address = Address(text.sid, "POST", text.status_url)
                self._postbox.put(address, text_status_form(text), fault)

    def _answer(self, text: Text) -> None:
        """Whoever has the handset writes back, if they were told to."""
        replies = self._world.people.at(text.to).replies or ()
        got = sum(1 for t in self._world.texts if t.to == text.to and t.delivered_at)
        if 0 < got <= len(replies) and self._world.options.text_url:
            self._tasks.start(self._write_back(text, replies[got - 1]))

    async def _write_back(self, text: Text, body: str) -> None:
        await asyncio.sleep(TYPING_TAKES / self._world.options.tempo)
        reply = self.new(Direction.INBOUND, text.from_, text.to, body)
        await self.receive(reply, self._world.options.text_url)

    async def receive(self, text: Text, url: str) -> str:
        """A person texts the application: the reply it gave, or "" for none."""
        text.status, text.status_url, text.delivered_at = ARRIVING, url, now()
        with self._world.journal.together():
            self._world.add_text(text)
            word = text.body.strip().upper()
            if word in STOP_WORDS | START_WORDS:
                self._world.opt_out(text.from_, text.to, out=word in STOP_WORDS)
        return await self._arrive(text)

    async def _arrive_again(self, text: Text) -> None:
        await self._arrive(text)

    async def _arrive(self, text: Text) -> str:
        form = [
            *text_form(text),
            ("Body", text.body),
            ("NumMedia", "0"),
            ("NumSegments", str(text.segments)),
            ("SmsMessageSid", text.sid),
            ("SmsStatus", "received"),
        ]
        words = self._reply(text, await self._post(text, form))
        text.status = "received"
        self._world.note_text(text)
        return words

    def _reply(self, text: Text, body: bytes) -> str:
        if not body:
            return ""
        try:
            verbs = read_twiml(body)
        except BadTwiml as wrong:
            self._world.webhook_failed(text.sid, text.status_url, wrong.code, str(wrong))
            return ""
        words = "\n".join(verb.text for verb in verbs if isinstance(verb, Reply))
        if words:
            answer = self.new(Direction.OUTBOUND, text.from_, text.to, words)
            answer.status, answer.delivered_at = "delivered", now()
            self._world.add_text(answer)
        return words

    async def _post(self, text: Text, form: list[tuple[str, str]]) -> bytes:
        url = text.status_url
        try:
            answer = await self._webhooks.send(text.sid, "POST", url, form)
        except NoAnswer as failure:
            self._world.webhook_failed(text.sid, url, failure.code, str(failure))
            return b""
        if not 200 <= answer.status < 300:
            self._world.webhook_failed(text.sid, url, 11200, f"answered {answer.status}")
            return b""
        return answer.body
