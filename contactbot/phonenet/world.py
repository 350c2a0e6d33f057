"""Everything the network knows: calls, texts, people, orders for trouble, and what went wrong."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.detection import Detection
from contactbot.phonenet.faults import Faults
from contactbot.phonenet.hand import Hand
from contactbot.phonenet.journal import Journal
from contactbot.phonenet.moments import as_iso, now
from contactbot.phonenet.notices import Notices
from contactbot.phonenet.people import People, Person
from contactbot.phonenet.records import (
    Call,
    CallStatus,
    Direction,
    KeyPress,
    Text,
    Utterance,
    Wishes,
)
from contactbot.phonenet.schedule import Schedule

# Twilio cancels what has waited a day for its turn.
LONGEST_QUEUE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Options:
    """How this network was started.

    `tokens` are newest first; the first signs. `calls_per_second` paces dialling in real time;
    `tempo` is how much faster than life the handsets ring, listen and press. `reach` is a public
    origin and the origin on this machine that stands for it: signed as the one, sent to the other.
    `voice_url` and `text_url` are told of calls and texts to the application's own numbers.
    `dial` lets its TwiML connect a second telephone. `detection` is how often machine detection
    takes one kind of answer for another.
    """

    account: str
    tokens: tuple[str, ...] = field(repr=False)
    seed: int
    calls_per_second: float = 1.0
    tempo: float = 1.0
    journal: Path | None = None
    cast: dict[str, Person] = field(default_factory=dict, repr=False)
    reach: tuple[str, str] | None = None
    voice_url: str = ""
    text_url: str = ""
    dial: bool = False
    detection: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unexpected:
    """Something that a well-behaved application would not have done."""

    at: str
    sid: str
    url: str
    code: int
    reason: str


class World:
    """The state of the network, kept in memory and, if asked, in a journal."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.chance = Chance(options.seed)
        self.schedule = Schedule()
        self.journal = Journal(options.journal)
        self.faults = Faults(self.chance, self.journal.write)
        self.people = People(options.cast, self.journal.write)
        self.notices = Notices(self.journal)
        self.detection = Detection(self.chance, self.journal.write, options.detection)
        self.calls: list[Call] = []
        self.texts: list[Text] = []
        self.unexpected: list[Unexpected] = []
        self.opted_out: set[tuple[str, str]] = set()
        self.phones_off: dict[str, datetime] = {}
        self.texts_in_air = 0
        self.texts_waiting = 0
        self.webhook_errors = 0
        self._call_by_sid: dict[str, Call] = {}
        self._calls_to: defaultdict[str, list[Call]] = defaultdict(list)
        self._text_by_sid: dict[str, Text] = {}
        self._live: set[str] = set()
        self._hands: dict[str, Hand] = {}

    def new_call(
        self,
        direction: Direction,
        to: str,
        from_: str,
        wishes: Wishes,
        *,
        parent: str | None = None,
    ) -> Call:
        """Note a call before anything happens to it."""
        index = len(self.calls)
        call = Call(
            sid=self.chance.sid("CA", index),
            index=index,
            account=self.options.account,
            direction=direction,
            to=to,
            from_=from_,
            created_at=now(),
            wishes=wishes,
            parent=parent,
            queued_until=self.schedule.after(LONGEST_QUEUE_SECONDS),
        )
        self.keep_call(call)
        self.note_call(call)
        return call

    def keep_call(self, call: Call) -> None:
        """Hold a call, new or recalled."""
        self.calls.append(call)
        self._call_by_sid[call.sid] = call
        self._calls_to[call.to].append(call)
        if not call.over:
            self._live.add(call.sid)

    def hand_for(self, call: Call) -> Hand:
        """The hand that holds the handset during a call."""
        return self._hands.setdefault(call.sid, Hand())

    def call(self, sid: str) -> Call | None:
        """The call of that identifier."""
        return self._call_by_sid.get(sid)

    def calls_to(self, number: str) -> list[Call]:
        """Every call to a number, oldest first."""
        return self._calls_to.get(number, [])

    def earlier_dials(self, call: Call) -> int:
        """How often the handset rang before this call."""
        return sum(1 for other in self.calls_to(call.to) if other.dialled_at and other is not call)

    def note_call(self, call: Call) -> None:
        """Keep what has changed about a call."""
        if call.over:
            self._live.discard(call.sid)
            self._hands.pop(call.sid, None)
        if self.journal.kept:
            self.journal.write("call", call.as_json())

    def move(self, call: Call, status: CallStatus) -> None:
        """Give a call its next state, with the time at which it got there."""
        call.status = status
        if call.over:
            call.ended_at = now()
        elif status is CallStatus.IN_PROGRESS:
            call.answered_at = now()
        self.note_call(call)

    def heard(self, call: Call, text: str, language: str, voice: str) -> None:
        """The handset hears words."""
        utterance = Utterance(str(as_iso(now())), text, language, voice)
        call.utterances.append(utterance)
        if self.journal.kept:
            self.journal.write("heard", {"sid": call.sid, **asdict(utterance)})

    def pressed(self, call: Call, digits: str) -> None:
        """The owner of the handset presses keys."""
        press = KeyPress(str(as_iso(now())), digits)
        call.keys.append(press)
        if self.journal.kept:
            self.journal.write("pressed", {"sid": call.sid, **asdict(press)})

    @property
    def in_flight(self) -> int:
        """How many calls have not ended, queued ones included."""
        return len(self._live)

    def live_calls(self) -> list[Call]:
        """The calls that have not ended, oldest first."""
        return sorted((self._call_by_sid[sid] for sid in self._live), key=lambda call: call.index)

    def hand_at(self, number: str) -> Hand | None:
        """The hand that holds the handset of a number, during a call that has not ended."""
        for call in self.live_calls():
            if call.sid in self._hands and number in {call.to, call.from_}:
                return self._hands[call.sid]
        return None

    def add_text(self, text: Text) -> Text:
        """Note a text message."""
        self.keep_text(text)
        self.note_text(text)
        return text

    def keep_text(self, text: Text) -> None:
        """Hold a text, new, changed or recalled."""
        known = self._text_by_sid.get(text.sid)
        if known is None:
            self.texts.append(text)
        else:
            self.texts[known.index] = text
        self._text_by_sid[text.sid] = text

    def note_text(self, text: Text) -> None:
        """Keep what has changed about a text."""
        if self.journal.kept:
            self.journal.write("text", text.as_json())

    def text(self, sid: str) -> Text | None:
        """The text of that identifier."""
        return self._text_by_sid.get(sid)

    def opt_out(self, person: str, sender: str, *, out: bool) -> None:
        """STOP or START from a person: the network stops or takes up texts from that sender."""
        self.set_opted_out((person, sender), out=out)
        self.journal.write("opted_out", {"person": person, "sender": sender, "out": out})

    def set_opted_out(self, pair: tuple[str, str], *, out: bool) -> None:
        """Hold who wants no texts from whom."""
        (self.opted_out.add if out else self.opted_out.discard)(pair)

    def turn_off(self, number: str, seconds: float) -> None:
        """A telephone is off for so long (0: it is on again), and nobody can reach it."""
        self.phones_off[number] = self.schedule.after(seconds)
        self.journal.write("phone_off", {"number": number, "until": as_iso(self.off_until(number))})
        self.schedule.changed()

    def off_until(self, number: str) -> datetime | None:
        """Until when a telephone is off; None if it is on."""
        until = self.phones_off.get(number)
        return until if until is not None and until > self.schedule.now() else None

    def skip(self, seconds: float) -> None:
        """Let everything that is due later come due so much earlier."""
        self.schedule.skip(seconds)
        self.journal.write("skipped", {"seconds": self.schedule.skipped.total_seconds()})

    @property
    def callbacks_pending(self) -> int:
        """How many callbacks are still to come, those of texts on their way included."""
        return len(self.notices) + self.texts_in_air

    @property
    def callbacks_later(self) -> int:
        """How many of those nothing but time, or a test, will bring."""
        return self.notices.later(self.schedule.now()) + self.texts_waiting

    def webhook_failed(self, sid: str, url: str, code: int, reason: str) -> None:
        """A request to the application about a call or a text went wrong."""
        self.webhook_errors += 1
        call = self.call(sid)
        if call is not None:
            call.webhook_errors += 1
            self.note_call(call)
        self.surprised(code, reason, sid=sid, url=url)

    def broke(self, failure: BaseException | None, sid: str = "") -> None:
        """Note that the network itself is at fault."""
        self.surprised(0, f"the network itself failed: {failure!r}", sid=sid)

    def surprised(self, code: int, reason: str, *, sid: str = "", url: str = "") -> None:
        """Note something unexpected; tests fail on it."""
        surprise = Unexpected(str(as_iso(now())), sid, url, code, reason)
        self.unexpected.append(surprise)
        self.journal.write("surprise", asdict(surprise))

    def forgive(self) -> None:
        """Forget what was unexpected: a test has seen what it provoked."""
        self.unexpected.clear()
        self.journal.write("forgiven", {})
