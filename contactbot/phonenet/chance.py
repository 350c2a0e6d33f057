"""Seeded chance: the same seed and the same question always get the same answer."""

import time
from hashlib import blake2b


class Chance:
    """Draws that depend on the seed and a name only, never on the order in which they are made.

    Sixty calls run at once, so a shared generator would give each run another world.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        # Identifiers alone differ from run to run: an application remembers those of the last one.
        self._run = time.time_ns()

    def fraction(self, name: str) -> float:
        """A number from 0 up to 1."""
        return int.from_bytes(self._digest(name)[:8], "big") / 2**64

    def between(self, low: float, high: float, name: str) -> float:
        """A number from `low` up to `high`."""
        return low + (high - low) * self.fraction(name)

    def sid(self, prefix: str, ordinal: int) -> str:
        """A Twilio identifier such as `CA` and 32 hexadecimal digits, never given twice."""
        return prefix + self._digest(f"{self._run} {prefix}{ordinal}").hex()

    def _digest(self, name: str) -> bytes:
        return blake2b(f"{self.seed}/{name}".encode(), digest_size=16).digest()
