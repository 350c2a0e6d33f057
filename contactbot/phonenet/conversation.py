"""One answered call: documents fetched and followed, words heard, keys pressed, until it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from contactbot.phonenet.callbacks import Callbacks
from contactbot.phonenet.forms import call_form, gather_form
from contactbot.phonenet.hand import Hand, HungUp
from contactbot.phonenet.handset import Handset
from contactbot.phonenet.moments import now
from contactbot.phonenet.records import Call, CallStatus
from contactbot.phonenet.signature import Form
from contactbot.phonenet.twiml import (
    DEFAULT_LANGUAGE,
    DEFAULT_VOICE,
    BadTwiml,
    Dial,
    Gather,
    Hangup,
    Pause,
    Prompt,
    Redirect,
    Reject,
    Reply,
    Say,
    Verb,
    read_twiml,
)
from contactbot.phonenet.webhooks import Answer, NoAnswer, Webhooks
from contactbot.phonenet.world import World

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."
XML_TYPES = frozenset({"text/xml", "application/xml"})
# Seconds of real life; the tempo shortens them. Nobody listens longer to one prompt than this.
SECONDS_A_WORD = 0.35
LONGEST_LISTENING = 2.5
SECONDS_A_KEY = 0.25
MOST_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """A document to be fetched, and the fields that go with the request."""

    url: str
    method: str
    form: Form = ()


@dataclass(frozen=True, slots=True)
class Outside:
    """What a conversation needs beyond its handset; `bridge` connects a second one."""

    webhooks: Webhooks
    callbacks: Callbacks
    bridge: Callable[[Call, Dial], Awaitable[Form]]


class Rejected(Exception):
    """The application refused an inbound call; the reason is `rejected` or `busy`."""


class Conversation:
    """Follows the application's TwiML on behalf of one handset."""

    def __init__(
        self, world: World, outside: Outside, call: Call, handset: Handset, limit: float
    ) -> None:
        """`limit` is how long it may last, in seconds of life; waiting for us is real time."""
        self._left = self._limit = limit
        self._world = world
        self._webhooks = outside.webhooks
        self._callbacks = outside.callbacks
        self._bridge = outside.bridge
        self._call = call
        self._handset = handset
        self._fallback_left = bool(call.wishes.fallback_url)

    async def hold(self, visit: Visit, twiml: str = "") -> None:
        """Talk until either side hangs up; `twiml`, if given, stands for the first document.

        Raises `HungUp` or `Rejected`, or `TimeoutError` when the time allowed is over; returning
        means that the application ended the call.
        """
        self._beeps()
        inline = twiml
        for _ in range(MOST_DOCUMENTS):
            try:
                verbs = self._read(inline.encode()) if inline else await self._fetch(visit)
                self._answered(verbs)
                following = await self._follow(verbs, visit.url)
            except (NoAnswer, BadTwiml) as failure:
                following = self._failed(visit, failure.code, str(failure))
            inline = ""
            if following is None:
                return
            visit = following
        self._world.surprised(12200, "the documents never end", sid=self._call.sid, url=visit.url)

    def _answered(self, verbs: Sequence[Verb]) -> None:
        """An inbound call rings until its first document answers it, or rejects it."""
        if self._call.status is CallStatus.RINGING and not (verbs and isinstance(verbs[0], Reject)):
            with self._world.journal.together():
                self._world.move(self._call, CallStatus.IN_PROGRESS)
                self._callbacks.report(self._call, CallStatus.IN_PROGRESS)

    async def _fetch(self, visit: Visit) -> Sequence[Verb]:
        call = self._call
        form = [*call_form(call), *visit.form]
        answer = await self._ask(visit, form)
        if self._callbacks.asks_twice(call):
            answer = await self._ask(visit, form)
        self._callbacks.asked(call)
        if answer.status != 200:
            raise BadTwiml(11200, f"answered with HTTP {answer.status}")
        if answer.content_type == "text/plain":
            return self._read_out(answer, visit)
        if answer.content_type not in XML_TYPES:
            raise BadTwiml(12300, f"content type {answer.content_type}")
        return self._read(answer.body)

    async def _ask(self, visit: Visit, form: Form) -> Answer:
        """The application takes real time, however fast life is: a slow machine is no long call."""
        began = time.monotonic()
        try:
            return await self._webhooks.send(self._call.sid, visit.method, visit.url, form)
        finally:
            self._left -= time.monotonic() - began

    def _read(self, body: bytes) -> Sequence[Verb]:
        return read_twiml(body, dial=self._world.options.dial)

    def _read_out(self, answer: Answer, visit: Visit) -> Sequence[Verb]:
        """Twilio reads plain text aloud to whoever answered; so do we, and say so to the tests."""
        self._note(visit, 12300, "plain text was read out to the handset")
        return (Say(answer.body.decode(errors="replace"), DEFAULT_VOICE, DEFAULT_LANGUAGE),)

    def _failed(self, visit: Visit, code: int, reason: str) -> Visit | None:
        self._note(visit, code, reason)
        if self._fallback_left:
            self._fallback_left = False
            wishes = self._call.wishes
            error = [("ErrorCode", str(code)), ("ErrorUrl", visit.url)]
            return Visit(wishes.fallback_url, wishes.fallback_method, error)
        self._world.heard(self._call, APPLICATION_ERROR, DEFAULT_LANGUAGE, DEFAULT_VOICE)
        return None

    def _note(self, visit: Visit, code: int, reason: str) -> None:
        self._world.webhook_failed(self._call.sid, visit.url, code, reason)

    async def _follow(self, verbs: Sequence[Verb], base: str) -> Visit | None:
        """The next document to fetch, or None if the call is over."""
        heard: list[str] = []
        for verb in verbs:
            if isinstance(verb, Prompt):
                await self._listen(verb, heard)
            elif isinstance(verb, Gather | Dial):
                following = await self._gather_or_dial(verb, heard, base)
                if following is not None:
                    return following
            else:
                return _last_verb(verb, base)
        return None

    async def _gather_or_dial(
        self, verb: Gather | Dial, heard: list[str], base: str
    ) -> Visit | None:
        if isinstance(verb, Gather):
            return await self._gather(verb, heard, base)
        form = await self._bridge(self._call, verb)
        return Visit(urljoin(base, verb.action), verb.method, form) if verb.action else None

    async def _listen(self, prompt: Prompt, heard: list[str]) -> None:
        if isinstance(prompt, Pause):
            await self._live_through(prompt.seconds)
            return
        said = prompt if isinstance(prompt, Say) else Say(f"[{prompt.url}]", "recording", "")
        words = said.text
        self._world.heard(self._call, words, said.language, said.voice)
        heard.append(words)
        seconds = len(words.split()) * SECONDS_A_WORD
        await self._live_through(seconds if self._handset.hand else min(seconds, LONGEST_LISTENING))

    async def _gather(self, gather: Gather, heard: list[str], base: str) -> Visit | None:
        for prompt in gather.prompts:
            await self._listen(prompt, heard)
        if self._handset.hand is not None:
            digits, finished_on = await self._keyed_by(self._handset.hand, gather)
        else:
            digits, finished_on = await self._decided(gather, heard)
        heard.clear()
        if not digits and not gather.action_on_empty_result:
            return None
        return Visit(
            urljoin(base, gather.action) if gather.action else base,
            gather.method,
            gather_form(digits, finished_on),
        )

    async def _keyed_by(self, hand: Hand, gather: Gather) -> tuple[str, str]:
        digits, finished_on = await hand.keys_for(gather)
        if digits or finished_on:
            self._world.pressed(self._call, digits + finished_on)
        return digits, finished_on

    async def _decided(self, gather: Gather, heard: list[str]) -> tuple[str, str]:
        pressed = self._handset.press(" ".join(heard), gather)
        if pressed.hangs_up:
            await self._live_through(self._handset.thinks_for)
            raise HungUp
        digits, finished_on, waits = keys_taken(pressed.keys, gather)
        typing = self._handset.thinks_for + SECONDS_A_KEY * len(pressed.keys)
        if pressed.keys:
            await self._live_through(min(typing, gather.timeout))
            self._world.pressed(self._call, pressed.keys)
        if waits:
            await self._live_through(gather.timeout)
        return digits, finished_on

    async def wait(self, seconds: float) -> None:
        """Silence on the line, for so many seconds of life."""
        await self._live_through(seconds)

    async def _live_through(self, seconds: float) -> None:
        if self._handset.hand is not None:
            await self._handset.hand.listen(seconds)
            return
        lived = max(0.0, min(seconds, self._left))
        await asyncio.sleep(lived / self._world.options.tempo)
        self._left -= lived
        self._beeps()
        if self._left <= 0:
            raise TimeoutError

    def _beeps(self) -> None:
        """A machine has spoken its greeting, and keeps what it hears from here on."""
        call, greeting = self._call, self._handset.person.greeting
        if call.voicemail and call.beep_at is None and self._limit - self._left >= greeting:
            call.beep_at = now()
            self._world.note_call(call)


def _last_verb(verb: Redirect | Hangup | Reject | Reply, base: str) -> Visit | None:
    """What comes of a verb after which no other is followed."""
    match verb:
        case Redirect():
            return Visit(urljoin(base, verb.url), verb.method)
        case Hangup():
            return None
        case Reject():
            raise Rejected(verb.reason)
        case Reply():
            raise BadTwiml(12200, "Message has no place in a call")


def keys_taken(keys: str, gather: Gather) -> tuple[str, str, bool]:
    """What a Gather makes of `keys`: digits, the finishing key, and whether it waits on in vain."""
    digits = ""
    for key in keys:
        if gather.finish_on_key and key in gather.finish_on_key:
            return digits, key, False
        digits += key
        if gather.digits is not None and len(digits) == gather.digits:
            return digits, "", False
    return digits, "", True
