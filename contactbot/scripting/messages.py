"""The closed set of text messages: read from its file, and proved fit for any eyes at any hour."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from contactbot.domain.segments import count_segments
from contactbot.scripting.errors import Fault, ScriptFaults
from contactbot.scripting.model import Language, SpokenText
from contactbot.scripting.neutral import telling_words
from contactbot.scripting.words import Catalogue

NAME = "messages"
BOTH = "both"
"""The form of a message for somebody whose language is not known: Welsh first, then English."""

FIELDS = {"id": str, "english": str, "max": int, "max_both": int}
STOP = "STOP"
_ID = re.compile(r"[a-z][a-z_]{0,39}")
_HEADING = re.compile(r"^\s*\[\[\s*message\s*\]\]")
# A digit may be a case number or a code, a dot inside a word an address, a brace a value.
_SAYS_TOO_MUCH = re.compile(r"\d|https?:|www|\w\.\w|[/@#{}]")


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One message; `most` and `most_both` bound its segments in one language and in both."""

    id: str
    english: str
    most: int
    most_both: int

    @property
    def context(self) -> str:
        """Its address in the catalogue."""
        return f"{NAME}.{self.id}"

    def forms(self, welsh: str) -> Mapping[str, str]:
        """The body by language (`cy`, `en`, or `both` where it is not known)."""
        return {"cy": welsh, "en": self.english, BOTH: f"{welsh}\n{self.english}"}


@dataclass(frozen=True, slots=True)
class Messages:
    """All messages there are; nothing else is ever sent."""

    all: tuple[TextMessage, ...]
    lines: Mapping[str, int]
    hash: str
    name: str = NAME
    version: str = "1"

    def message(self, message_id: str) -> TextMessage:
        """The message of this id; `KeyError` if there is none."""
        return {message.id: message for message in self.all}[message_id]

    def texts(self) -> tuple[SpokenText, ...]:
        """Every text a translator has to write, as scripts give theirs."""
        both = (Language.WELSH, Language.ENGLISH)
        return tuple(
            SpokenText(one.id, "english", one.context, one.english, both, discloses=False)
            for one in self.all
        )


def load_messages(text: str, file: str = f"{NAME}.toml") -> Messages:
    """The messages; raises `ScriptFaults` with every fault of the file and its English."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScriptFaults(
            [Fault(file, 0, "", "syntax", f"This is not TOML: {error}.", "Mend the line.")]
        ) from error
    rows = table.get("message")
    rows = rows if isinstance(rows, list) else []
    lines = [number for number, line in enumerate(text.splitlines(), 1) if _HEADING.match(line)]
    faults = [*_shape_faults(table, rows, lines, file)]
    if faults:
        raise ScriptFaults(faults)
    found = tuple(
        TextMessage(row["id"], row["english"], row["max"], row["max_both"]) for row in rows
    )
    places = dict(zip((message.id for message in found), lines, strict=True))
    messages = Messages(found, places, sha256(text.encode()).hexdigest())
    faults = [*_english_faults(messages, file)]
    if faults:
        raise ScriptFaults(faults)
    return messages


def welsh_text_faults(
    messages: Messages, catalogue: Catalogue, file: str = f"{NAME}.toml"
) -> Iterator[Fault]:
    """What is wrong with the Welsh of the messages, and with the two languages together."""
    for message in messages.all:
        welsh = catalogue.get((message.context, message.english))
        if not welsh:
            words = ("welsh_missing", f"{message.id} has no Welsh.", "Have it translated.")
            yield _fault(messages, file, message, *words)
            continue
        for words in _wording_faults(message, welsh, "cy", message.most):
            yield _fault(messages, file, message, *words)
        for words in _too_long(message, message.forms(welsh)[BOTH], BOTH, message.most_both):
            yield _fault(messages, file, message, *words)


def _shape_faults(
    table: Mapping[str, Any], rows: Sequence[Any], lines: Sequence[int], file: str
) -> Iterator[Fault]:
    if set(table) != {"message"} or not rows or len(lines) != len(rows):
        remedy = "Write [[message]] tables and nothing else."
        yield Fault(file, 0, "", "shape", "This file holds messages only.", remedy)
        return
    known: set[str] = set()
    for row, line in zip(rows, lines, strict=True):
        wrong = {name for name, kind in FIELDS.items() if type(row.get(name)) is not kind}
        if wrong or set(row) != set(FIELDS) or not _ID.fullmatch(row["id"]):
            remedy = "Give id (small letters), english, max and max_both, and no more."
            yield Fault(file, line, "", "fields", "A message has other fields.", remedy)
        elif row["id"] in known:
            yield Fault(file, line, row["id"], "twice", "Two messages have one id.", "Rename one.")
        known.add(str(row.get("id")))


def _english_faults(messages: Messages, file: str) -> Iterator[Fault]:
    for message in messages.all:
        for words in _wording_faults(message, message.english, "en", message.most):
            yield _fault(messages, file, message, *words)


def _wording_faults(
    message: TextMessage, body: str, language: str, most: int
) -> Iterator[tuple[str, str, str]]:
    if told := telling_words(body, language):
        words = f"{message.id} may be read by anybody and says {', '.join(told)}."
        yield ("neutral", words, "Say it without these words.")
    if _SAYS_TOO_MUCH.search(body):
        words = f"{message.id} holds a digit, a value or something like an address."
        yield ("neutral", words, "A message bears no name, number, code or link.")
    if STOP not in body.split():
        yield ("stop", f"{message.id} does not say STOP.", "Say how to stop, with the word STOP.")
    yield from _too_long(message, body, language, most)


def _too_long(
    message: TextMessage, body: str, form: str, most: int
) -> Iterator[tuple[str, str, str]]:
    size = count_segments(body)
    if size.number > most:
        dear = f" because of {' '.join(size.outside_gsm)}" if size.outside_gsm else ""
        words = f"{message.id} ({form}) takes {size.number} segments{dear}; {most} is the most."
        yield ("segments", words, "Reword it; never drop an accent.")


def _fault(messages: Messages, file: str, message: TextMessage, *words: str) -> Fault:
    rule, said, remedy = words
    return Fault(file, messages.lines[message.id], message.id, rule, said, remedy)
