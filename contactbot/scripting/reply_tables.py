"""The tables by which replies are understood, read from a service manager's file."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from contactbot.scripting.reply_numbers import NUMBERS
from contactbot.scripting.reply_text import plain

MAX_BYTES = 262_144
SLIP_LENGTH = 5
_BEFORE_STOP = "(?:no|nope|nah|na|yes|yeah|ydw|ok|and|just|jyst|look|plis|please)"


@dataclass(frozen=True, slots=True)
class Entries:
    """Table entries in a row, and what each means."""

    words: tuple[str, ...]
    meanings: tuple[str, ...]


class ReplyTablesFault(Exception):
    """The file of replies cannot be used; the text names every place that is wrong."""


def _phrases(entries: Any) -> Any:
    if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
        return frozenset(map(plain, entries))
    return entries


def _expression(entries: Any) -> Any:
    if isinstance(entries, list) and all(isinstance(entry, str) for entry in entries):
        try:
            return [re.compile(entry) for entry in entries]
        except re.error as fault:
            raise ValueError(f"{fault.pattern!r} is no expression: {fault.msg}") from fault
    return entries


Phrases = Annotated[frozenset[str], BeforeValidator(_phrases)]
Expressions = Annotated[list[re.Pattern[str]], BeforeValidator(_expression)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Risk(_Table):
    """Words that outrank any answer, wherever they stand."""

    meaning: str
    any: Expressions

    @cached_property
    def expression(self) -> re.Pattern[str]:
        """All of them as one."""
        return _either(self.any)


class Stopping(_Table):
    """Words that stop every channel, and words after which only a person can tell."""

    whole: Phrases
    sentences: Expressions
    about: Expressions
    not_stop: Phrases
    counts: Phrases

    @cached_property
    def sentence(self) -> re.Pattern[str]:
        """Any of the sentences, as a whole reply; a yes or a no may stand before it."""
        return re.compile(rf"^(?:{_BEFORE_STOP} )*(?:{_joined(self.sentences)})$")

    @cached_property
    def mention(self) -> re.Pattern[str]:
        """Any word about stopping."""
        return _either(self.about)


class Instead(_Table):
    """What people say instead of an answer."""

    unsure: Phrases
    refuse: Phrases
    repeat: Phrases
    who_is_this: Phrases
    wrong_number: Phrases
    complaint: Expressions
    callback: Expressions
    what_is_this: Phrases
    help: Phrases
    optin: Phrases

    @cached_property
    def complaining(self) -> re.Pattern[str]:
        """Any of the expressions for a complaint."""
        return _either(self.complaint)

    @cached_property
    def later(self) -> re.Pattern[str]:
        """Any of the expressions for another time."""
        return _either(self.callback)


class YesNo(_Table):
    """Yes and no in both languages, and what is neither."""

    yes: Phrases
    welsh_only_yes: Phrases
    no: Phrases
    whole_yes: Phrases
    whole_no: Phrases
    agree: Phrases
    unclear: Phrases
    contrast: Phrases
    contrast_after_no: Phrases
    taken_for_yes: Phrases
    plain_yes: Phrases
    weak_yes: Phrases
    negative: Phrases
    particles: Phrases
    who: Phrases
    verbs: Phrases
    adverbs: Phrases


class Offer(_Table):
    """Answers to an offer: “I’m fine” declines it."""

    yes: Phrases
    no: Phrases
    unclear: Phrases


class SafeNow(_Table):
    """Ways to say that one can talk."""

    yes: Phrases


class Scale(_Table):
    """Words of satisfaction."""

    pleased: Phrases
    displeased: Phrases
    strong: Phrases
    complete: Phrases
    mild: Phrases
    at_all: Phrases
    neither: Phrases
    best: Phrases
    good: Phrases
    bad: Phrases
    worst: Phrases


class Languages(_Table):
    """Names of languages."""

    welsh: Phrases
    english: Phrases
    any: Phrases
    other: Phrases


class ReplyTables(_Table):
    """All tables of the file."""

    version: str
    padding: Phrases
    risk: tuple[Risk, ...]
    stopping: Stopping
    instead: Instead
    yes_no: YesNo
    offer: Offer
    safe_now: SafeNow
    scale: Scale
    language: Languages

    @cached_property
    def slips(self) -> Mapping[str, Entries]:
        """For each kind of question, the entries a reply may miss by one slip, with meanings."""
        instead = [
            (self.instead.unsure, "unsure"),
            (self.instead.refuse, "refuse"),
            (self.instead.repeat, "repeat"),
            (self.instead.who_is_this, "who_is_this"),
            (self.instead.wrong_number, "wrong_number"),
            (self.instead.what_is_this, "help"),
            (self.stopping.whole, "optout"),
        ]
        answers = [
            (self.yes_no.yes | self.yes_no.whole_yes, "yes"),
            (self.yes_no.no | self.yes_no.whole_no, "no"),
            (self.yes_no.unclear | self.yes_no.agree, "unclear"),
        ]
        scale = [
            (_with(self.scale.pleased, self.scale.strong), "very_satisfied"),
            (self.scale.pleased | _with(self.scale.pleased, self.scale.mild), "fairly_satisfied"),
            (_with(self.scale.displeased, self.scale.strong), "very_dissatisfied"),
            (
                self.scale.displeased | _with(self.scale.displeased, self.scale.mild),
                "fairly_dissatisfied",
            ),
            (self.scale.neither, "neither"),
            (self.scale.best, "very_satisfied"),
            (self.scale.worst, "very_dissatisfied"),
        ]
        numbers = [(frozenset({words}), f"num:{value}") for words, value in NUMBERS.items()]
        keywords = [(self.instead.help, "help"), (self.instead.optin, "optin")]
        return MappingProxyType(
            {
                "yes_no": _entries(*answers, *instead),
                "scale": _entries(*scale, *instead),
                "number": _entries(*numbers, *instead),
                "language": _entries(*instead),
                "sms_free": _entries(*keywords, *instead[3:]),
            }
        )


def load_replies(text: str) -> ReplyTables:
    """The tables; `ReplyTablesFault` with every place that is wrong."""
    if len(text.encode()) > MAX_BYTES:
        raise ReplyTablesFault(f"The file is larger than {MAX_BYTES} bytes.")
    try:
        return ReplyTables.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise ReplyTablesFault(f"The file is no TOML: {fault}.") from fault
    except ValidationError as fault:
        raise ReplyTablesFault("\n".join(map(_said, fault.errors()))) from fault


def _said(error: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def _joined(expressions: Sequence[re.Pattern[str]]) -> str:
    return "|".join(f"(?:{expression.pattern})" for expression in expressions)


def _either(expressions: Sequence[re.Pattern[str]]) -> re.Pattern[str]:
    """Any of these, as whole words."""
    return re.compile(rf"(?<!\w)(?:{_joined(expressions)})(?!\w)")


def _entries(*tables: tuple[frozenset[str], str]) -> Entries:
    """Entries long enough that one slip leaves them what they are."""
    pairs = [
        (words, meaning)
        for table, meaning in tables
        for words in sorted(table)
        if len(words) >= SLIP_LENGTH
    ]
    return Entries(tuple(words for words, _ in pairs), tuple(meaning for _, meaning in pairs))


def _with(words: frozenset[str], degrees: frozenset[str]) -> frozenset[str]:
    """Each word with each degree, before it as in English or after it as in Welsh."""
    pairs = {(degree, word) for degree in degrees for word in words}
    return frozenset(f"{a} {b}" for a, b in pairs) | frozenset(f"{b} {a}" for a, b in pairs)
