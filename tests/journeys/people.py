"""Pretended people of a test: fresh numbers every time, who behave as their number says."""

from dataclasses import dataclass, field
from itertools import count

# The block that was never given to anybody; a whole number is only put together at run time.
BLOCK = "+" + "44" + "4"
# The lowest last two digits of each behaviour (docs/phonenet.md).
LAST_TWO_DIGITS = {
    "opts_in": 10,
    "declines": 40,
    "asks_for_slot": 50,
    "asks_for_person": 55,
    "do_not_ring": 58,
    "nobody": 60,
    "voicemail": 70,
    "busy": 77,
    "carrier_failure": 80,
    "somebody_else": 82,
    "not_alone": 85,
    "wrong_code": 88,
    "hangs_up": 90,
    "silent": 93,
    "misses_first": 95,
    "slow": 98,
    "stray_keys": 99,
}
_made = count(1)
# Shares no factor with a million, so every number is new, and no two are near each other.
_STEP = 387_421


@dataclass(frozen=True)
class Person:
    """A person of a test, and the reference of their case."""

    name: str
    reference: str
    number: str = field(repr=False)
    code: str = field(repr=False)
    born: str


def somebody(answers: str = "opts_in", *, welsh: bool = False, number: str = "") -> Person:
    """A person nobody has met before; `answers` is what happens when their telephone rings."""
    made = next(_made)
    fresh = f"{BLOCK}{made * _STEP % 1_000_000:06d}{1 if welsh else 5}{LAST_TWO_DIGITS[answers]}"
    number = number or fresh
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{made:05d}")
    return Person(
        name=f"Pretend{letters}",
        reference=f"R-{made:05d}",
        number=number,
        code=str(1000 + int(number[-6:]) * 7919 % 9000),
        born=f"{1950 + made % 40}-{1 + made // 28 % 12:02d}-{1 + made % 28:02d}",
    )
