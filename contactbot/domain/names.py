"""Names and homes folded for comparison, so that one person’s spellings meet.

Folding is for comparing only: what a source wrote is kept and shown as it was written.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that have no decomposition in Unicode but are commonly typed without their stroke.
_STROKED: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
# Written apart, joined or hyphenated as the clerk pleases: “ap Rhys”, “Ap-Rhys”, “ApRhys”.
_PARTICLES: Final = frozenset(
    {"ap", "ab", "ferch", "verch", "merch", "o", "mac", "mc", "ni", "nic", "ui"}
)
_APOSTROPHES: Final = re.compile("['\u2018\u2019\u201b\u02bc\u02b9`\u00b4]")
_HOUSE: Final = re.compile(r"\d+[a-z]?")


@lru_cache(maxsize=2048)
def fold(name: str) -> str:
    """Lower case, no accents, no apostrophes, particles joined: `Ó Néill` is `oneill`."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", name)).casefold().translate(_STROKED)
    letters = "".join(
        character if character.isalnum() else " "
        for character in bare
        if not unicodedata.combining(character)
    )
    return _joined(letters.split())


def fold_home(address: str, postcode: str) -> str | None:
    """Postcode with house number, or `None` where either is missing.

    The first number of the address is taken as the house; `Flat 2, 14 High Street` is `2`, which
    keeps neighbours of one block apart as long as they are all written that way.
    """
    code = postcode.casefold().replace(" ", "")
    if not code.isalnum():
        code = "".join(character for character in code if character.isalnum())
    house = _HOUSE.search(address.casefold())
    return f"{code} {house[0]}" if code and house else None


def is_damaged(name: str) -> bool:
    """Whether letters were lost or garbled on the way: `D?r`, a replacement mark, `SiÃ¢n`."""
    return "?" in name or "\ufffd" in name or _is_garbled(name)


def _is_garbled(name: str) -> bool:
    """UTF-8 that was read as cp1252; real names never happen to be valid UTF-8 that way."""
    if name.isascii():
        return False
    try:
        return name.encode("cp1252").decode("utf-8") != name
    except UnicodeError:
        return False


def _joined(words: list[str]) -> str:
    parts: list[str] = []
    for word in words:
        if parts and parts[-1] in _PARTICLES:
            parts[-1] += word
        else:
            parts.append(word)
    return " ".join(parts)
