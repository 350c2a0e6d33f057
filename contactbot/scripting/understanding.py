"""What a reply in words means: risk first, then exact tables, then one slip, else ask again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from contactbot.scripting.reply_language import language_in
from contactbot.scripting.reply_numbers import VAGUE, number_in
from contactbot.scripting.reply_scale import point_in
from contactbot.scripting.reply_tables import ReplyTables
from contactbot.scripting.reply_text import ReplyText, read_text
from contactbot.scripting.reply_yes_no import yes_or_no

UNCLEAR: Final = "unclear"
ABOUT_STOPPING: Final = "about_stopping"
_CERTAIN, _BY_RULE, _BY_SLIP, _UNKNOWN = 1.0, 0.95, 0.8, 0.0
_SHORTEST_SLIP = 5
# What is longer tells a story; a person reads it.
_LONGEST_ANSWER = 200


class Question(StrEnum):
    """The kinds of question; `yn_…` by the verb with which the Welsh question opens."""

    YDW = "yn_ydw"
    OES = "yn_oes"
    YDY = "yn_ydy"
    DO = "yn_do"
    IE = "yn_ie"
    OEDD = "yn_oedd"
    BYDD = "yn_bydd"
    HOFFWN = "yn_hoffwn"
    GALLAF = "yn_gallaf"
    GWNAF = "yn_gwnaf"
    CAF = "yn_caf"
    YES_NO = "yn_any"
    CONSENT = "consent"
    OFFER = "offer"
    SAFE_NOW = "safe_now"
    SCALE5 = "scale5"
    SCALE7 = "scale7"
    RATING = "num0_10"
    COUNT = "count"
    LANGUAGE = "language"
    NONE_OPEN = "sms_free"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood: a meaning, how sure (0–1), and the rule that found it."""

    meaning: str
    confidence: float
    rule: str


NOT_UNDERSTOOD: Final = Understood(UNCLEAR, _UNKNOWN, "none")
# Questions to which “OK” and its like are an answer.
_AGREEING: Final = frozenset(
    {
        *(Question.CONSENT, Question.OFFER, Question.SAFE_NOW, Question.CAF, Question.GWNAF),
        *(Question.HOFFWN, Question.GALLAF, Question.YES_NO, Question.ANY, Question.BYDD),
    }
)
_SCALES: Final = frozenset({Question.SCALE5, Question.SCALE7})
_NUMBERS: Final = frozenset({Question.RATING, Question.COUNT})


def understand(given: str, question: Question, language: str, tables: ReplyTables) -> Understood:
    """The meaning of a reply; total. `language` is `cy`, `en`, `mix` or blank: that of the talk.

    Danger, distress, a listener and a third person outrank any answer to any question.
    """
    text = read_text(given, tables.padding)
    if not text.plain:
        return NOT_UNDERSTOOD
    readers: Iterable[Reader] = (_risk, _stopping, *_READERS[question], _slip)
    if len(text.bare) > _LONGEST_ANSWER:
        readers = (_risk, _stopping, _wrong_number)
    for reader in readers:
        if (found := reader(text, question, language, tables)) is not None:
            return found
    return NOT_UNDERSTOOD


Reader = Callable[[ReplyText, Question, str, ReplyTables], Understood | None]


def _risk(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    for risk in tables.risk:
        if risk.expression.search(text.plain):
            return Understood(risk.meaning, _BY_RULE, "risk_words")
    return None


def _stopping(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del language
    stopping = tables.stopping
    said = {text.plain, text.bare, text.plain.replace(" ", "")}
    if said & stopping.whole and not (question in _NUMBERS and said & stopping.counts):
        return Understood("optout", _CERTAIN, "stop_words")
    if stopping.sentence.match(text.bare) or stopping.sentence.match(text.plain):
        return Understood("optout", _BY_RULE, "stop_sentence")
    if _nearly_stop(text, stopping.not_stop):
        return Understood("optout", _BY_SLIP, "stop_misspelt")
    if question is Question.NONE_OPEN and stopping.mention.search(text.plain):
        return Understood(UNCLEAR, _UNKNOWN, ABOUT_STOPPING)
    return None


def _nearly_stop(text: ReplyText, not_stop: frozenset[str]) -> bool:
    """One slip away from STOP, alone."""
    word = text.bare.replace(" ", "")
    near = 3 <= len(word) <= 5 and OSA.distance(word, "stop", score_cutoff=1) <= 1
    return near and set(word) >= set("st") and word not in not_stop


def _asked_for(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    for table, meaning in ((tables.instead.optin, "optin"), (tables.instead.help, "help")):
        if text.plain in table or text.bare in table:
            return Understood(meaning, _CERTAIN, "keyword")
    return None


def _wrong_number(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    table = tables.instead.wrong_number
    if text.bare in table or any(_holds(text.plain, entry) for entry in table if " " in entry):
        return Understood("wrong_number", _BY_RULE, "wrong_number")
    if tables.instead.complaining.search(text.plain):
        return Understood("complaint", _BY_RULE, "complaint")
    return None


def _instead_of_answer(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del language
    instead = tables.instead
    kinds = {
        "unsure": instead.unsure,
        "refuse": instead.refuse,
        "repeat": instead.repeat,
        "who_is_this": instead.who_is_this,
        "help": instead.what_is_this,
    }
    if question is Question.NONE_OPEN:
        kinds = {"who_is_this": instead.who_is_this, "help": instead.what_is_this}
    for meaning, table in kinds.items():
        if text.plain in table or text.bare in table:
            return Understood(meaning, _CERTAIN, "instead_of_an_answer")
    for meaning, table in kinds.items():
        if any(_mostly(text, entry, tables) for entry in table):
            return Understood(meaning, _BY_RULE, "instead_of_an_answer")
    return None


def _mostly(text: ReplyText, entry: str, tables: ReplyTables) -> bool:
    """Whether the reply is this phrase with little around it, and does not open with an answer."""
    length = entry.count(" ") + 1
    if length < 2 or len(text.words) > length + 3 or not _holds(text.bare, entry):
        return False
    # “I’m not saying I’m not” says something else.
    if text.words[-1] in tables.yes_no.negative and not entry.endswith(text.words[-1]):
        return False
    return text.words[0] not in tables.yes_no.yes | tables.yes_no.no


def _holds(words: str, phrase: str) -> bool:
    return f" {phrase} " in f" {words} "


def _later(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    later = tables.instead.later
    if later.search(text.bare) or later.search(text.plain):
        return Understood("callback", _BY_RULE, "another_time")
    return None


def _safe_now(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    if {text.plain, text.bare} & tables.safe_now.yes:
        return Understood("yes", _CERTAIN, "safe_now")
    doubt = tables.yes_no.contrast | tables.yes_no.negative
    said = any(_holds(text.plain, entry) for entry in tables.safe_now.yes if entry.count(" ") > 1)
    if said and doubt.isdisjoint(text.words):
        return Understood("yes", _BY_RULE, "safe_now")
    return None


def _offer(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    offer = tables.offer
    for words in (text.plain, text.bare):
        for table, meaning in ((offer.unclear, UNCLEAR), (offer.no, "no"), (offer.yes, "yes")):
            if words in table:
                return Understood(meaning, _CERTAIN, "offer")
    return None


def _yes_no(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    welsh = language in {"cy", "mix"} or (question is Question.DO and language != "en")
    found = yes_or_no(text, tables.yes_no, welsh=welsh, agreeing=question in _AGREEING)
    if found is None:
        return None
    return Understood(found.meaning or UNCLEAR, _BY_RULE if found.meaning else 0.0, found.rule)


def _scale(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del language
    for words in (text.plain, text.bare):
        seven = question is Question.SCALE7
        if point := point_in(words, tables.scale, tables.yes_no.negative, seven=seven):
            return Understood(point, _BY_RULE, "scale_words")
    return None


def _number(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del language, tables
    number = number_in(text.given, text.plain)
    if number is None:
        number = number_in(text.given, text.bare)
    if number is None or (question is Question.RATING and text.bare in VAGUE):
        return None
    if question is Question.RATING and number > 10:
        return Understood("out_of_range", _BY_RULE, "number")
    return Understood(f"num:{number}", _BY_RULE, "number")


def _language(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    del question, language
    found = language_in(text, tables.language, tables.yes_no.negative)
    return Understood(found, _BY_RULE, "language_named") if found else None


def _slip(
    text: ReplyText, question: Question, language: str, tables: ReplyTables
) -> Understood | None:
    """One slip of the finger away from a table entry, if all near entries mean the same."""
    del language
    said = text.bare
    if len(said) < _SHORTEST_SLIP:
        return None
    entries = tables.slips[_kind(question)]
    found = process.extract(said, entries.words, scorer=OSA.distance, score_cutoff=1, limit=None)
    near = {entries.meanings[place] for _, _, place in found}
    if len(near) != 1:
        return None
    [meaning] = near
    if question is Question.RATING and meaning.startswith("num:") and int(meaning[4:]) > 10:
        meaning = "out_of_range"
    return Understood(meaning, _BY_SLIP, "slip")


def _kind(question: Question) -> str:
    if question in _SCALES:
        return "scale"
    if question in _NUMBERS:
        return "number"
    return str(question) if question in {Question.LANGUAGE, Question.NONE_OPEN} else "yes_no"


_BEFORE_ANSWERS: Final = (_wrong_number, _instead_of_answer)
_READERS: Final[Mapping[Question, tuple[Reader, ...]]] = MappingProxyType(
    dict.fromkeys(Question, (*_BEFORE_ANSWERS, _yes_no, _later))
    | dict.fromkeys(_SCALES, (_wrong_number, _scale, _instead_of_answer, _later))
    | dict.fromkeys(_NUMBERS, (*_BEFORE_ANSWERS, _number, _later))
    | {
        Question.NONE_OPEN: (_asked_for, *_BEFORE_ANSWERS, _later),
        Question.LANGUAGE: (_wrong_number, _language, _instead_of_answer, _later),
        Question.SAFE_NOW: (_wrong_number, _later, _safe_now, _instead_of_answer, _yes_no),
        Question.HOFFWN: (_wrong_number, _offer, _instead_of_answer, _yes_no, _later),
        Question.OFFER: (_wrong_number, _offer, _instead_of_answer, _yes_no, _later),
    }
)
