"""How many segments a text takes, and in which alphabet, as Twilio counts."""

import unicodedata

# GSM 03.38: of the Welsh letters with accents it holds only à è é ì ò ù.
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
GSM, UCS2 = "GSM-7", "UCS-2"
# Alphabet: units in a segment that stands alone, and in each of several.
ROOM = {GSM: (160, 153), UCS2: (70, 67)}


def segments_of(text: str) -> tuple[int, str]:
    """The number of segments and the alphabet; no letter is split between two segments."""
    letters = unicodedata.normalize("NFC", text)
    alphabet = GSM if set(letters) <= BASIC | EXTENDED else UCS2
    sizes = [_units(letter, alphabet) for letter in letters]
    alone, joined = ROOM[alphabet]
    if sum(sizes) <= alone:
        return 1, alphabet
    number, used = 1, 0
    for size in sizes:
        if used + size > joined:
            number, used = number + 1, 0
        used += size
    return number, alphabet


def _units(letter: str, alphabet: str) -> int:
    if alphabet == GSM:
        return 2 if letter in EXTENDED else 1
    return len(letter.encode("utf-16-le")) // 2
