"""Checks the words of a script, English and Welsh, and knows a text by its hash."""

import hashlib
import string
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

from contactbot.scripting.errors import Fault
from contactbot.scripting.model import QUESTIONS, STAR_STEP, Language, Script, SpokenText
from contactbot.scripting.neutral import telling_words

# The Welsh of each text by its address and its English.
Catalogue = Mapping[tuple[str, str], str]

LONGEST_TEXT = 600  # characters: about 40 seconds of speech
REQUIRED_VALUES: Mapping[str, frozenset[str]] = MappingProxyType(
    {"choice": frozenset({"key", "slot"}), "none_of_these": frozenset({"key"})}
)
# Values that disclose by themselves, so they stand only where the step may disclose.
DISCLOSING_VALUES = frozenset({"service"})


class Worded(Protocol):
    """A file of words that need Welsh: a script, or the messages."""

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        ...

    @property
    def lines(self) -> Mapping[str, int]:
        """Where each step or message stands."""
        ...

    def texts(self) -> tuple[SpokenText, ...]:
        """Every text, in order."""
        ...


def text_hash(context: str, english: str, welsh: str) -> str:
    """What a reviewer signs: address, English and Welsh together; "" if never said in Welsh."""
    return hashlib.sha256("\0".join((context, english, welsh)).encode()).hexdigest()


def unreviewed(script: Worded, catalogue: Catalogue, reviews: Collection[str]) -> list[SpokenText]:
    """The texts no person has approved as they now stand: drafts, refused with live calls."""
    return [
        text
        for text in script.texts()
        if text_hash(text.context, text.message, _welsh_of(text, catalogue) or "") not in reviews
    ]


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces, in order. ValueError if the braces do not match."""
    return tuple(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def word_faults(script: Script, file: str = "") -> Iterator[Fault]:
    """What is wrong with the English of a script."""
    if not script.star_menu and any(isinstance(step, QUESTIONS) for step in script.steps.values()):
        remedy = 'Add star_menu = "…" at the top.'
        yield Fault(file, 1, STAR_STEP, "star_menu", "Nothing says what * offers.", remedy)
    for text in script.texts():
        for words in _english_faults(text):
            yield _fault(script, file, text, *words)


def catalogue_faults(script: Script, catalogue: Catalogue, file: str = "") -> Iterator[Fault]:
    """What is wrong with the Welsh of a script: missing, different in shape, or telling."""
    for text in script.texts():
        if Language.WELSH in text.languages:
            for words in welsh_faults(text, _welsh_of(text, catalogue)):
                yield _fault(script, file, text, *words)


def welsh_faults(text: SpokenText, welsh: str | None) -> Iterator[tuple[str, str, str]]:
    """Rule, message and remedy for each fault of one Welsh text."""
    if not welsh:
        yield ("welsh_missing", f"{text.key} has no Welsh.", "Have it translated.")
        return
    if welsh == text.message:
        yield ("welsh_is_english", f"The Welsh of {text.key} is English.", "Have it translated.")
    try:
        same = sorted(placeholders(welsh)) == sorted(placeholders(text.message))
    except ValueError:
        same = False
    if not same:
        message = f"The Welsh of {text.key} has other values in braces than the English."
        yield ("welsh_placeholder", message, "Use the same names in braces in both.")
    yield from _telling(text, welsh, Language.WELSH)
    yield from _apostrophe(text, welsh)


def _english_faults(text: SpokenText) -> Iterator[tuple[str, str, str]]:
    if len(text.message) > LONGEST_TEXT:
        yield ("length", f"{text.key} is too long to listen to.", "Say less, or in two steps.")
    yield from _telling(text, text.message, Language.ENGLISH)
    yield from _apostrophe(text, text.message)
    try:
        used = frozenset(placeholders(text.message))
    except ValueError:
        yield ("placeholder", f"The braces of {text.key} do not match.", "Mend the braces.")
        return
    required = REQUIRED_VALUES.get(text.key, frozenset())
    allowed = required | (DISCLOSING_VALUES if text.discloses else frozenset())
    if used - allowed or required - used:
        wanted = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "no braces"
        yield ("placeholder", f"{text.key} has the wrong values in braces.", f"Use {wanted}.")


def _telling(text: SpokenText, words: str, language: Language) -> Iterator[tuple[str, str, str]]:
    found = () if text.discloses else telling_words(words, language.value)
    if found:
        message = f"{text.key} may be heard by anybody and says {', '.join(found)}."
        yield ("neutral", message, "Say it without these words, or only after the privacy step.")


def _apostrophe(text: SpokenText, words: str) -> Iterator[tuple[str, str, str]]:
    if "'" in words:
        yield ("apostrophe", f"{text.key} has a straight apostrophe.", "Write ’ instead.")


def _welsh_of(text: SpokenText, catalogue: Catalogue) -> str | None:
    if Language.WELSH not in text.languages:
        return None
    return catalogue.get((text.context, text.message))


def _fault(script: Script, file: str, text: SpokenText, *words: str) -> Fault:
    rule, message, remedy = words
    return Fault(file, script.lines.get(text.step, 1), text.step, rule, message, remedy)
