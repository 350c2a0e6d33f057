"""Everything the network knows: calls, texts, people, orders for trouble, and what went wrong."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.faults import Faults
from contactbot.phonenet.hand import Hand
from contactbot.phonenet.journal import Journal
from contactbot.phonenet.moments import as_iso, now
from contactbot.phonenet.people import People, Person
from contactbot.phonenet.records import (
    Call,
    CallStatus,
    Direction,
    KeyPress,
    Text,
    Utterance,
    Wishes,
    call_from_json,
    text_from_json,
)


@dataclass(frozen=True, slots=True)
class Options:
    """How this network was started.

    `tokens` are newest first; the first signs. `calls_per_second` paces dialling in real time;
    `tempo` is how much faster than life the handsets ring, listen and press. `reach` is a public
    origin and the origin on this machine that stands for it: signed as the one, sent to the other.
    `voice_url` and `text_url` are told of calls and texts to the application's own numbers.
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
        self.faults = Faults(self.chance)
        self.people = People(options.cast)
        self.journal = Journal(options.journal)
        self.calls: list[Call] = []
        self.texts: list[Text] = []
        self.unexpected: list[Unexpected] = []
        self.opted_out: set[tuple[str, str]] = set()
        self.callbacks_pending = 0
        self.webhook_errors = 0
        self._call_by_sid: dict[str, Call] = {}
        self._calls_to: defaultdict[str, list[Call]] = defaultdict(list)
        self._text_by_sid: dict[str, Text] = {}
        self._live: set[str] = set()
        self._hands: dict[str, Hand] = {}

    def recall(self) -> None:
        """Read the journal back, then go on writing it."""
        calls: dict[str, dict[str, Any]] = {}
        for line in self.journal.read():
            self._recall_line(dict(line), calls)
        for kept in calls.values():
            self._keep_call(call_from_json(kept))
        self.journal.open()

    def _recall_line(self, line: dict[str, Any], calls: dict[str, dict[str, Any]]) -> None:
        match line.pop("kind"):
            case "call":
                calls[line["sid"]] = line
            case "heard":
                calls[line.pop("sid")]["utterances"].append(line)
            case "pressed":
                calls[line.pop("sid")]["keys"].append(line)
            case "text":
                self._keep_text(text_from_json(line))
            case "opted_out":
                self._set_opted_out((line["person"], line["sender"]), out=line["out"])
            case unknown:
                raise ValueError(f"the journal holds a line of kind {unknown}")

    def new_call(self, direction: Direction, to: str, from_: str, wishes: Wishes) -> Call:
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
        )
        self._keep_call(call)
        self.note_call(call)
        return call

    def _keep_call(self, call: Call) -> None:
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
        if self.options.journal is not None:
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
        if self.options.journal is not None:
            self.journal.write("heard", {"sid": call.sid, **asdict(utterance)})

    def pressed(self, call: Call, digits: str) -> None:
        """The owner of the handset presses keys."""
        press = KeyPress(str(as_iso(now())), digits)
        call.keys.append(press)
        if self.options.journal is not None:
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
        self._keep_text(text)
        self.note_text(text)
        return text

    def _keep_text(self, text: Text) -> None:
        known = self._text_by_sid.get(text.sid)
        if known is None:
            self.texts.append(text)
        else:
            self.texts[known.index] = text
        self._text_by_sid[text.sid] = text

    def note_text(self, text: Text) -> None:
        """Keep what has changed about a text."""
        if self.options.journal is not None:
            self.journal.write("text", text.as_json())

    def text(self, sid: str) -> Text | None:
        """The text of that identifier."""
        return self._text_by_sid.get(sid)

    def opt_out(self, person: str, sender: str, *, out: bool) -> None:
        """STOP or START from a person: the network stops or takes up texts from that sender."""
        self._set_opted_out((person, sender), out=out)
        self.journal.write("opted_out", {"person": person, "sender": sender, "out": out})

    def _set_opted_out(self, pair: tuple[str, str], *, out: bool) -> None:
        (self.opted_out.add if out else self.opted_out.discard)(pair)

    def broke(self, failure: BaseException | None, sid: str = "") -> None:
        """Note that the network itself is at fault."""
        self.surprised(0, f"the network itself failed: {failure!r}", sid=sid)

    def surprised(self, code: int, reason: str, *, sid: str = "", url: str = "") -> None:
        """Note something unexpected; tests fail on it."""
        self.unexpected.append(Unexpected(str(as_iso(now())), sid, url, code, reason))
