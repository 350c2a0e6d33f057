"""Which language somebody asks for, when they answer in words."""

from collections.abc import Collection, Sequence

from rapidfuzz.distance import OSA

from contactbot.scripting.reply_tables import Languages
from contactbot.scripting.reply_text import ReplyText

WELSH, ENGLISH, ANY, OTHER = "lang_cy", "lang_en", "lang_any", "lang_other"
_KEYS = {"1": WELSH, "2": ENGLISH}
_LITTLE = frozenset({"little", "bit", "ychydig", "tipyn", "rusty", "some", "basic"})
_OR_AND = frozenset({"or", "neu", "and", "a", "ac", "both", "either", "gwahaniaeth", "ots", "mind"})
_EITHER = frozenset({"either", "both", "whichever"})
_RATHER = frozenset({"than", "hytrach", "na"})
_POOR = frozenset({"good", "great", "dda", "wych", "strong", "cry", "brilliant"})
_REACH = 5


def language_in(text: ReplyText, tables: Languages, negative: Collection[str]) -> str | None:
    """The language asked for; None where it is not certain."""
    for said in (text.plain, text.bare):
        if said in tables.any:
            return ANY
        if said in _KEYS:
            return _KEYS[said]
    wanted, unwanted = set[str](), set[str]()
    for part in text.parts:
        words = part.split()
        for place, word in enumerate(words):
            if (named := _named(word, tables)) is not None:
                denied = _is_denied(words, place, negative)
                (unwanted if denied else wanted).add(named)
    if not wanted | unwanted and not _EITHER.isdisjoint(text.words):
        return ANY if set(negative).isdisjoint(text.words) else None
    return _choice(wanted, unwanted, text.plain.split())


def _named(word: str, tables: Languages) -> str | None:
    for table, meaning in ((tables.welsh, WELSH), (tables.english, ENGLISH), (tables.other, OTHER)):
        if word in table:
            return meaning
    near = {
        meaning
        for table, meaning in ((tables.welsh, WELSH), (tables.english, ENGLISH))
        for name in table
        if len(name) >= 5 and len(word) >= 4 and OSA.distance(word, name, score_cutoff=1) <= 1
    }
    return near.pop() if len(near) == 1 else None


def _is_denied(words: Sequence[str], place: int, negative: Collection[str]) -> bool:
    before = words[max(0, place - _REACH) : place]
    if any(word in negative for word in before):
        return True
    after = words[place + 1 : place + 1 + _REACH]
    return any(word in negative for word in after) and any(word in _POOR for word in after)


def _choice(wanted: set[str], unwanted: set[str], words: Sequence[str]) -> str | None:
    if not wanted:
        return {frozenset({WELSH}): ENGLISH, frozenset({ENGLISH}): WELSH}.get(frozenset(unwanted))
    if len(wanted) == 1:
        [meaning] = wanted
        return None if not _LITTLE.isdisjoint(words) and not unwanted else meaning
    if wanted == {WELSH, ENGLISH} and not _OR_AND.isdisjoint(words) and _RATHER.isdisjoint(words):
        return ANY
    return None
