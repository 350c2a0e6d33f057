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
        if words in _KEYS:
            return Polarity(_KEYS[words], "key")
        if words in tables.unclear:
            return Polarity(None, "neither_yes_nor_no")
        for table, meaning in ((tables.whole_yes, "yes"), (tables.whole_no, "no")):
            if words in table:
                return Polarity(meaning, "whole_reply")
        if words in tables.agree:
            return Polarity("yes" if agreeing else None, "agreement")
    return _from_head(text, tables, welsh=welsh) or _from_clause(text.words, tables)


def _from_head(text: ReplyText, tables: YesNo, *, welsh: bool) -> Polarity | None:
    first, *others = text.bare_parts
    words = first.split()
    if len(words) > 1 and words[0] in _OPENING:
        words = words[1:]
    yes = tables.yes | tables.welsh_only_yes if welsh else tables.yes
    head = _head(words, tables.no)
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
    if _WELSH_NEGATIVE.search(" ".join(words)):
        return Polarity("no", "negative_clause")
    if len(words) < 2 or words[0] not in tables.who:
        return None
    denied = [word for word in words if word in tables.negative or _SHORT_NOT.fullmatch(word)]
    if denied:
        return Polarity("no", "negative_clause") if len(denied) == 1 else None
    kept = [word for word in words if word not in tables.adverbs]
    return Polarity("yes", "clause") if len(kept) == 2 and kept[1] in tables.verbs else None


_SHORT_NOT = re.compile(
    r"(?:do|does|did|is|was|are|were|have|has|had|ca|could|wo|would|should|ai)nt"
)
# ddim in a short clause, and the short forms of south and north.
_WELSH_NEGATIVE = re.compile(
    r"(?<!pam )\bddim\b(?! (?:problem|yn ddrwg|yn bad|yn broblem))"
    r"|^(?:does|doedd|fydd|sdim|doedd na|does na) ?dim\b(?! (?:problem|ots|gwahaniaeth))"
    r"|^(?:sa i|sai|sain|smo fi|smo|so i)\b"
    r"|^(?:ches|chefais|welais|wnes|wnaethon|chawson) .*\bmo\b"
)
_DENIED_VERB = re.compile(r"(?:(?:i|e|o|hi|fe|fo|ni|nhw|chi) )?ddim(?: (?:wir|o gwbl|eto))?")
