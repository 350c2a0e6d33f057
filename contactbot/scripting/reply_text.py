"""A reply as it is compared: small letters, no accents or punctuation, padding taken off."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

# Longer than any text message; what lies beyond is kept as given and not read.
LONGEST: Final = 1600
_APOSTROPHES: Final = "'’‘`\u00b4\u02bc"
_STOPS: Final = re.compile(r"[.,;:!?…–—]+")
_NOT_WORDS: Final = re.compile(r"[^\w%]+")
# Welsh writes “dwi’n” and “dwin”, “sy’n” and “syn”: one form for both.
_JOINED: Final = re.compile(
    r"\b(dwi|dw i|rwy|rwi|fi|chi|nhw|sy|hyn|hynny|hynna|popeth|mae (?:o|e|fo|fe|hi))n\b"
)
_RUNS: Final = re.compile(r"([^\W\d])\1{2,}")


@dataclass(frozen=True, slots=True)
class ReplyText:
    """One reply. `plain` are its words; `parts` the same, split where the writer paused.

    `bare` and `bare_parts` are without padding such as “please” at either end.
    """

    given: str
    plain: str
    bare: str
    parts: tuple[str, ...]
    bare_parts: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The words without padding."""
        return tuple(self.bare.split())


def read_text(given: str, padding: Collection[str]) -> ReplyText:
    """The reply ready to be compared; total, whatever was typed."""
    whole = fold(given[:LONGEST])
    parts = tuple(filter(None, (_words(part) for part in _STOPS.split(whole))))
    plain = _words(" ".join(parts))
    bare_parts = tuple(strip(part, padding) for part in parts if part not in padding) or parts
    return ReplyText(given, plain, strip(plain, padding), parts, bare_parts)


def fold(text: str) -> str:
    """Small letters without accents and apostrophes; a letter held down counts once."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(
        letter
        for letter in letters
        if not unicodedata.combining(letter) and letter not in _APOSTROPHES
    )
    return _RUNS.sub(r"\1", bare)


def plain(text: str) -> str:
    """An entry of a table in the form in which replies are compared."""
    return _words(fold(text))


def _words(text: str) -> str:
    words = _JOINED.sub(r"\1 n", _NOT_WORDS.sub(" ", text).replace("_", " ")).split()
    return " ".join(
        word
        for word, before in zip(words, ["", *words], strict=False)
        if word != before or word.isdigit()
    )


def strip(words: str, padding: Collection[str]) -> str:
    """Without padding at either end, unless padding is all there is."""
    kept = words.split()
    while len(kept) > 1 and (drop := _padded(kept, padding)):
        kept = kept[drop:] if drop > 0 else kept[:drop]
    return " ".join(kept)


def _padded(words: Sequence[str], padding: Collection[str]) -> int:
    """How many words at the start (positive) or the end (negative) are padding; 0 = none."""
    for length in range(min(5, len(words) - 1), 0, -1):
        if " ".join(words[:length]) in padding:
            return length
        if " ".join(words[-length:]) in padding:
            return -length
    return 0
