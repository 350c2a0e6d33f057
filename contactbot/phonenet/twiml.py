"""TwiML read strictly: the verbs we allow, their attributes, and a reason for refusing the rest."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from xml.parsers import expat

E164 = re.compile(r"\+[1-9]\d{6,14}")
LARGEST_DOCUMENT = 64 * 1024
LONGEST_SAY = 4096
DEFAULT_VOICE = "man"
DEFAULT_LANGUAGE = "en-US"
# Voices we may meet and the language each speaks; Polly.Gwyneth is the only Welsh one.
VOICES: Mapping[str, str] = MappingProxyType(
    {
        "Polly.Gwyneth": "cy-GB",
        "Polly.Geraint": "en-GB-WLS",
        **{
            f"Polly.{name}{grade}": "en-GB"
            for name in ("Amy", "Brian", "Emma")
            for grade in ("", "-Neural")
        },
    }
)
NO_RECORDING = "do-not-record"
MARKUP = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
)
ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Response": frozenset(),
        "Say": frozenset({"voice", "language", "loop"}),
        "Play": frozenset({"loop"}),
        "Pause": frozenset({"length"}),
        "Gather": frozenset(
            {
                *("input", "numDigits", "finishOnKey", "timeout"),
                *("action", "method", "actionOnEmptyResult"),
            }
        ),
        "Redirect": frozenset({"method"}),
        "Hangup": frozenset(),
        "Reject": frozenset({"reason"}),
        "Dial": frozenset(
            {
                *("callerId", "timeout", "timeLimit", "action", "method"),
                *("answerOnBridge", "record"),
            }
        ),
        "Number": frozenset(),
        "Message": frozenset({"to", "from"}),
    }
)
PROMPTS = frozenset({"Say", "Play", "Pause"})
NESTED: Mapping[str, frozenset[str]] = MappingProxyType(
    {"Gather": PROMPTS, "Dial": frozenset({"Number"})}
)
WORDY = frozenset({"Say", "Play", "Redirect", "Message", "Dial", "Number"})


class BadTwiml(Exception):
    """The document cannot be followed; `code` is Twilio's number for the fault."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Say:
    """Words spoken aloud."""

    text: str
    voice: str
    language: str


@dataclass(frozen=True, slots=True)
class Play:
    """A recording played."""

    url: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence, in seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Gather:
    """Keys awaited; `digits` None means until the finish key or the time-out (seconds)."""

    prompts: tuple[Say | Play | Pause, ...]
    digits: int | None
    finish_on_key: str
    timeout: float
    action: str
    method: str
    action_on_empty_result: bool


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on with another document."""

    url: str
    method: str


@dataclass(frozen=True, slots=True)
class Dial:
    """A second telephone is rung and connected; times in seconds, `caller_id` "" for ours."""

    number: str = field(repr=False)
    caller_id: str = field(repr=False)
    timeout: int
    time_limit: int
    action: str
    method: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """The call ends."""


@dataclass(frozen=True, slots=True)
class Reject:
    """An inbound call is refused unanswered; `reason` is `rejected` or `busy`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A text message sent in answer to a text message."""

    text: str


Prompt = Say | Play | Pause
Verb = Say | Play | Pause | Gather | Dial | Redirect | Hangup | Reject | Reply


@dataclass(slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    children: list["_Element"] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


def _tree(body: bytes) -> _Element:
    """The elements of the document; a document type, and so an entity, is refused unread."""
    root = _Element("", {})
    open_elements = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if name in MARKUP and open_elements[-1].name == "Say":
            open_elements.append(open_elements[-1])
            return
        element = _Element(name, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def refuse(*_: object) -> None:
        raise BadTwiml(12100, "a document type declaration is not allowed")

    def words(text: str) -> None:
        open_elements[-1].text.append(text)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: open_elements.pop()
    parser.CharacterDataHandler = words
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as wrong:
        raise BadTwiml(12100, f"not XML: {wrong}") from wrong
    return root.children[0]


def read_twiml(body: bytes, *, dial: bool = False) -> tuple[Verb, ...]:
    """The verbs of a document in order; BadTwiml if any part of it is not allowed.

    `dial` allows Dial: an application that never connects anybody must not start to unnoticed.
    """
    if len(body) > LARGEST_DOCUMENT:
        raise BadTwiml(11750, "the document is larger than 64 kB")
    if not body.strip():
        raise BadTwiml(12100, "the document is empty")
    root = _tree(body)
    if root.name != "Response":
        raise BadTwiml(12200, f"the document is a {root.name}, not a Response")
    _check(root, dial=dial)
    return tuple(_verb(element) for element in root.children)


def _check(element: _Element, *, dial: bool) -> None:
    name = element.name
    if name == "Record" or element.attributes.get("record", NO_RECORDING) != NO_RECORDING:
        raise BadTwiml(12200, "Record is forbidden: no call is ever recorded")
    allowed = ATTRIBUTES.get(name)
    if allowed is None or (name == "Dial" and not dial):
        raise BadTwiml(12200, f"{name} is not a verb this network follows")
    unknown = set(element.attributes) - allowed
    if unknown:
        raise BadTwiml(12200, f"{name} has no attribute {', '.join(sorted(unknown))}")
    if name not in WORDY and element.words:
        raise BadTwiml(12200, f"{name} holds words of its own")
    for child in element.children:
        may_stand = name == "Response" and child.name != "Number"
        if not may_stand and child.name not in NESTED.get(name, frozenset()):
            raise BadTwiml(13320, f"{child.name} may not stand inside {name}")
        _check(child, dial=dial)


def _verb(element: _Element) -> Verb:
    match element.name:
        case "Gather":
            return _gather(element)
        case "Redirect":
            return Redirect(element.words, element.attributes.get("method", "POST"))
        case "Dial":
            return _dial(element)
        case "Reject":
            return Reject(element.attributes.get("reason", "rejected"))
        case "Message":
            return Reply(element.words)
        case name:
            return Hangup() if name == "Hangup" else _prompt(element)


def _prompt(element: _Element) -> Say | Play | Pause:
    match element.name:
        case "Play":
            return Play(element.words)
        case "Pause":
            return Pause(_number(element, "length", "1"))
        case _:
            return _say(element)


def _say(element: _Element) -> Say:
    voice = element.attributes.get("voice", DEFAULT_VOICE)
    language = element.attributes.get("language", VOICES.get(voice, DEFAULT_LANGUAGE))
    if voice not in VOICES:
        raise BadTwiml(13512, f"the voice {voice} speaks neither Welsh nor British English")
    if VOICES[voice] != language:
        raise BadTwiml(13512, f"the voice {voice} does not speak {language}")
    words = element.words
    if not words or len(words) > LONGEST_SAY:
        raise BadTwiml(13520 if not words else 13521, "Say has no words, or too many")
    return Say(words, voice, language)


def _gather(element: _Element) -> Gather:
    attributes = element.attributes
    if attributes.get("input", "dtmf") != "dtmf":
        raise BadTwiml(12200, "Gather takes keys only: nothing understands spoken Welsh")
    return Gather(
        prompts=tuple(_prompt(child) for child in element.children),
        digits=int(_number(element, "numDigits", "0")) or None,
        finish_on_key=attributes.get("finishOnKey", "#"),
        timeout=_number(element, "timeout", "5"),
        action=attributes.get("action", ""),
        method=attributes.get("method", "POST"),
        action_on_empty_result=attributes.get("actionOnEmptyResult", "false") == "true",
    )


def _dial(element: _Element) -> Dial:
    attributes = element.attributes
    number = element.children[0].words if element.children else element.words
    if len(element.children) > 1 or not E164.fullmatch(number):
        raise BadTwiml(13224, "Dial holds no number of the form +44…")
    return Dial(
        number=number,
        caller_id=attributes.get("callerId", ""),
        timeout=int(_number(element, "timeout", "30")),
        time_limit=int(_number(element, "timeLimit", "14400")),
        action=attributes.get("action", ""),
        method=attributes.get("method", "POST"),
    )


def _number(element: _Element, name: str, default: str) -> float:
    try:
        return float(element.attributes.get(name, default))
    except ValueError as wrong:
        raise BadTwiml(12200, f"{name} of {element.name} is not a number") from wrong
