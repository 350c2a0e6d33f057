"""Yes or no, in both languages: whole replies first, then the first word and what follows it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from contactbot.scripting.reply_tables import YesNo
from contactbot.scripting.reply_text import ReplyText

_KEYS = {"1": "yes", "2": "no"}
# Affirmative particles: `mi fydda i`.
_OPENING = frozenset({"mi", "fe"})
_LONGEST_HEAD = 3
_LONGEST_CLAUSE = 8
_LONGEST_TAIL = 6


@dataclass(frozen=True, slots=True)
class Polarity:
    """Yes, no or neither (None), and the rule that said so."""

    meaning: str | None
    rule: str


def yes_or_no(text: ReplyText, tables: YesNo, *, welsh: bool, agreeing: bool) -> Polarity | None:
    """The polarity of a reply; `meaning` None = certainly neither; None = no rule applies.

    `welsh`: the Welsh `do` counts. `agreeing`: “OK” is an answer to this question.
    """
    for words in (text.plain, text.bare):
        if (found := _whole(words, tables, agreeing=agreeing)) is not None:
            return found
    if agreeing and set(text.bare_parts) <= tables.agree | tables.whole_yes:
        return Polarity("yes", "agreement")
    found = _from_head(text, tables, welsh=welsh) or _from_clause(text.words, tables)
    if found is not None and found.meaning == "yes" and _asks_back(text):
        return Polarity(None, "asks_back")
    return found


def _whole(words: str, tables: YesNo, *, agreeing: bool) -> Polarity | None:
    """A reply that stands in a table as it is."""
    if words in _KEYS:
        return Polarity(_KEYS[words], "key")
    if words in tables.unclear:
        return Polarity(None, "neither_yes_nor_no")
    for table, meaning in ((tables.whole_yes, "yes"), (tables.whole_no, "no")):
        if words in table:
            return Polarity(meaning, "whole_reply")
    if words in tables.agree:
        return Polarity("yes" if agreeing else None, "agreement")
    return None


def _from_head(text: ReplyText, tables: YesNo, *, welsh: bool) -> Polarity | None:
    first, *others = text.bare_parts
    words = first.split()
    if len(words) > 1 and words[0] in _OPENING:
        words = words[1:]
    yes = tables.yes | tables.welsh_only_yes if welsh else tables.yes
    head = _head(words, tables.no)
    if not head and len(words) > 1 and words[0] in _NEGATING:
        head = int(words[1] in yes - tables.plain_yes)
    meaning = "no" if head else "yes"
    head = head or _head(words, yes)
    if not head:
        return None
    # `nac ydw` holds a yes form and is a no; across a pause, “na, ydw”, it is neither.
    if head == 1 and words[0] in tables.particles and len(words) > 1:
        head += words[1] in yes - tables.plain_yes
    rest = [*words[head:], *chain.from_iterable(part.split() for part in others)]
    if meaning == "no":
        return _no_and(rest, others, tables, yes)
    return _yes_and(rest, others, tables)


def _asks_back(text: ReplyText) -> bool:
    """“Oes rhaid i fi?”, “ydi o’n saff”: the verb of a question, not of an answer."""
    asked = text.given.rstrip().endswith("?") and len(text.words) > 1
    return asked or _QUESTION.match(text.bare) is not None


def _head(words: Sequence[str], table: frozenset[str]) -> int:
    """How many words at the start stand in the table together; the longest entry counts."""
    longest = range(min(_LONGEST_HEAD, len(words)), 0, -1)
    return next((length for length in longest if " ".join(words[:length]) in table), 0)


def _no_and(
    rest: Sequence[str], others: Sequence[str], tables: YesNo, yes: frozenset[str]
) -> Polarity:
    said = {" ".join(rest), *others}
    if said & (tables.unclear | tables.plain_yes) or not tables.contrast_after_no.isdisjoint(rest):
        return Polarity(None, "no_taken_back")
    if said & (tables.whole_yes | tables.agree) and " ".join(rest) in tables.taken_for_yes:
        return Polarity("yes", "no_problem")
    for place, word in enumerate(rest):
        before = rest[place - 1] if place else ""
        if word in yes and before not in tables.negative and word not in tables.weak_yes:
            return Polarity(None, "yes_and_no")
    return Polarity("no", "first_word")


def _yes_and(rest: Sequence[str], others: Sequence[str], tables: YesNo) -> Polarity:
    said = " ".join(rest)
    if _PARTLY.search(said) or _SHORT_WELSH_NOT.match(said):
        return Polarity(None, "yes_taken_back")
    if _DENIED_VERB.fullmatch(said):
        return Polarity("no", "negative_clause")
    if said in tables.whole_yes or said in tables.agree:
        return Polarity("yes", "first_word")
    if said in tables.unclear or set(others) & tables.unclear:
        return Polarity(None, "yes_taken_back")
    if not (tables.contrast | tables.negative | tables.no).isdisjoint(rest):
        return Polarity(None, "yes_taken_back")
    return Polarity("yes", "first_word")


def _from_clause(words: Sequence[str], tables: YesNo) -> Polarity | None:
    """An answer that is a clause: `dw i ddim`, `fydda i ddim`, “they did”, “I haven’t”."""
    if not tables.contrast_after_no.isdisjoint(words) or len(words) > _LONGEST_CLAUSE:
        return None
    said = " ".join(words)
    if _NOT_DENIED.search(said):
        return Polarity(None, "no_plain_denial")
    if said.endswith((" so no", " felly na")):
        return Polarity("no", "last_word")
    if _WELSH_NEGATIVE.search(said):
        twice = not _NEGATING.isdisjoint(words[1:])
        return Polarity(None, "double_negative") if twice else Polarity("no", "negative_clause")
    if _ENGLISH_NEGATIVE.fullmatch(said):
        return Polarity("no" if _denied(words, tables) <= 1 else None, "negative_clause")
    return _from_verb(words, tables) if len(words) > 1 else None


def _from_verb(words: Sequence[str], tables: YesNo) -> Polarity | None:
    """English: who, and the verb, denied or not; a “yes” may follow."""
    denied = _denied(words, tables)
    if words[-1] in tables.plain_yes and not denied:
        certain = words[0] in tables.who | tables.verbs and len(words) <= _LONGEST_TAIL
        return Polarity("yes", "last_word") if certain else None
    if denied == 2 and words[-1] in _LAST_NO and words[-2] not in {"or", "say", "said"}:
        return Polarity("no", "last_word")
    if words[0] not in tables.who or denied > 1:
        return None
    if denied:
        return Polarity("no", "negative_clause")
    kept = [word for word in words if word not in tables.adverbs]
    return Polarity("yes", "clause") if len(kept) == 2 and kept[1] in tables.verbs else None


def _denied(words: Sequence[str], tables: YesNo) -> int:
    return sum(word in tables.negative or bool(_SHORT_NOT.fullmatch(word)) for word in words)


_LAST_NO = frozenset({"no", "nope", "na"})
_NEGATING = frozenset({"nac", "nag", "nad"})
# The verb of a question in front of its subject, and “must I”.
_QUESTION = re.compile(
    r"(?:oes|fydd|bydd) (?:rhaid|modd)\b|ydw in\b"
    r"|(?:ydy|ydi|yw|odi) (?:on|en|fon|fen|hin|nhwn?)\b"
)
# “Faswn i’m”: the m denies; in front of an English word it may be “I’m”.
_SHORT_WELSH_NOT = re.compile(r"(?:im|om|em|him|nim|nhwm)\b(?! (?:alone|ok|fine|sure|safe|happy))")
_PARTLY = re.compile(r"\b(?:some|part|half|bits?|most) of\b|\brhan o\b|\brhai o\b")
_NOT_DENIED = re.compile(
    r"\bddim (?:yn )?(?:anghytuno|anfodlon|anhapus|gwrthod|gwrthwynebu)\b"
    r"|\b(?:dont|not|didnt|wouldnt|cant|wasnt|werent|isnt|arent|havent) (?:\w+ )?"
    r"(?:disagree|object|mind|refuse|unhappy|unwilling|against|opposed|deny|bad|sure|certain|not)\b"
    # Talk about answering is no answer; nor is “not always”.
    r"|\b(?:answer\w*|tell\w*|say|saying|ateb|dweud|deud|gweud)\b"
    r"|\b(?:bob tro|bob amser|every time|and|or|ac|neu)\b"
    r"|\bnot (?:too bad|that bad|bad|clear|simple|easy|certain|everything|always|only)\b"
)
_ENGLISH_NEGATIVE = re.compile(
    r"(?:nobody|no ?one|none of (?:them|us|it))"
    r" (?:did|has|have|was|is|does|will|would|can|could|ever)\b.*"
    r"|(?:its|thats|it is|that is|it was|that was) not(?: (?:true|right|correct|the case))?"
    r"|(?:havent|hasnt|hadnt|didnt|werent|wasnt)(?: (?!it$|i$|he$|she$|they$|you$)\w+){1,4}"
    r"|(?:dont|do not) (?:share|pass|give|tell|send|use|record|store|keep|hand|mention)\b.*"
    r"|(?:peidiwch|paid) a (?:rhannu|dweud|deud|rhoi|pasio|anfon|danfon|defnyddio|cadw)\b.*"
)
_SHORT_NOT = re.compile(
    r"(?:do|does|did|is|was|are|were|have|has|had|ca|could|wo|would|should|ai)nt"
)
# ddim in a short clause, and the short forms of south and north.
_WELSH_NEGATIVE = re.compile(
    r"(?<!pam )\bddim\b(?! (?:problem|yn ddrwg|yn bad|yn broblem))"
    r"|^(?:does|doedd|fydd|sdim|doedd na|does na) ?dim\b(?! (?:problem|ots|gwahaniaeth))"
    r"|^(?:sa i|sai|sain|smo fi|smo|so i)\b"
    r"|^(?:dwim|dw im|wn im|(?:ches|nes|alla|fedra|fydda|faswn|oeddwn) im)\b"
    r"|^dim yn (?:hapus|fodlon|cytuno|gyfforddus)\b|^sa in (?:hapus|fodlon|cytuno)\b"
    r"|^(?:ches|chefais|welais|wnes|wnaethon|chawson) .*\bmo\b"
)
_DENIED_VERB = re.compile(
    r"(?:(?:i|e|o|hi|fe|fo|ni|nhw|chi) )?ddim"
    r"(?: (?:wir|o gwbl|eto|yn (?:fodlon|hapus|cytuno|gyfforddus)))?"
)
