"""Words of satisfaction as a point of a five- or seven-point scale."""

import re
from collections.abc import Collection

from contactbot.scripting.reply_tables import Scale

NEITHER = "neither"
_POINTS = {
    (True, "complete"): "completely_satisfied",
    (True, "strong"): "very_satisfied",
    (True, "mild"): "fairly_satisfied",
    (False, "complete"): "completely_dissatisfied",
    (False, "strong"): "very_dissatisfied",
    (False, "mild"): "fairly_dissatisfied",
}


def point_in(words: str, scale: Scale, negative: Collection[str], *, seven: bool) -> str | None:
    """The point of the scale that was said; None where it is not certain.

    Two opposite words, a doubled negative or praise with a “but” are not certain.
    """
    if words in scale.neither or words.split()[:1] == ["neither"]:
        return NEITHER
    for table, point in (
        (scale.best, "very_satisfied"),
        (scale.worst, "very_dissatisfied"),
        (scale.good, "fairly_satisfied"),
        (scale.bad, "fairly_dissatisfied"),
    ):
        if words in table:
            return point
    first, _, rest = words.partition(" ")
    if first in scale.complete | scale.strong and rest in scale.best | scale.worst:
        return "very_satisfied" if rest in scale.best else "very_dissatisfied"
    return _from_words(words, scale, negative, seven=seven)


def _from_words(words: str, scale: Scale, negative: Collection[str], *, seven: bool) -> str | None:
    said = words.split()
    pleased = [word for word in said if word in scale.pleased]
    displeased = [word for word in said if word in scale.displeased]
    if len(pleased) + len(displeased) != 1 or _is_mixed(said, scale):
        return None
    denied = sum(word in negative for word in said)
    if (denied and displeased) or denied > 1:
        return None
    degree = _degree(words, scale)
    if denied:
        at_all = _has(words, scale.at_all)
        return _POINTS[False, "strong" if at_all else "mild"]
    if degree == "complete" and not seven:
        degree = "strong"
    return _POINTS[bool(pleased), degree]


def _is_mixed(said: Collection[str], scale: Scale) -> bool:
    """Whether something else in the reply may take the word back."""
    others = {"but", "ond", "although", "though", "however", "except", "nor", "nac", "or", "neu"}
    others |= {"between", "rhwng", "some", "part", "parts", "bits", "rhai", "rhannau"}
    praise = scale.best | scale.good | scale.bad | scale.worst
    return any(word in others or word in praise for word in said)


def _degree(words: str, scale: Scale) -> str:
    for degree, table in (("complete", scale.complete), ("mild", scale.mild)):
        if _has(words, table):
            return degree
    return "strong" if _has(words, scale.strong) else "mild"


def _has(words: str, table: Collection[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", words) for phrase in table)
