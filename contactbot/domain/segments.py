"""How many segments a text message takes: the letters it holds decide, as at the provider."""

import unicodedata
from dataclasses import dataclass
from typing import Final

# GSM 03.38, the default alphabet. Of the Welsh letters with accents it holds à è é ì ò ù in lower
# case only; â ê î ô û ŵ ŷ, á í ó ú, ï and the curly apostrophe are in neither table.
BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Letters of the extension table: each is sent as two.
EXTENDED: Final = frozenset("^{}\\[~]|€\f")
# One segment, and each of several: the joined ones lose room to the header that joins them.
GSM_ROOM: Final = (160, 153)
UCS2_ROOM: Final = (70, 67)


@dataclass(frozen=True, slots=True)
class Segments:
    """The size of a text: how many segments, and the letters that made it the dear alphabet."""

    number: int
    units: int
    outside_gsm: tuple[str, ...]

    @property
    def is_gsm(self) -> bool:
        """Whether every letter stands in the cheap alphabet."""
        return not self.outside_gsm


def count_segments(text: str) -> Segments:
    """The segments of a text, as Twilio’s own calculator counts them (without Smart Encoding).

    The text is composed first (w and a circumflex are one ŵ). No letter is ever split between two
    segments, so a letter of two units may leave one unit of the segment before it empty.
    """
    composed = unicodedata.normalize("NFC", text)
    outside = tuple(dict.fromkeys(c for c in composed if c not in BASIC and c not in EXTENDED))
    if outside:
        sizes = [len(letter.encode("utf-16-le")) // 2 for letter in composed]
        return Segments(_packed(sizes, *UCS2_ROOM), sum(sizes), outside)
    sizes = [2 if letter in EXTENDED else 1 for letter in composed]
    return Segments(_packed(sizes, *GSM_ROOM), sum(sizes), ())


def _packed(sizes: list[int], alone: int, joined: int) -> int:
    """How many segments letters of these sizes fill, in order."""
    if sum(sizes) <= alone:
        return 1
    segments, used = 1, 0
    for size in sizes:
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments
