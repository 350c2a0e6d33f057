"""What the rounds of one campaign came to, added up."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from torture.nursery import Nursery
from torture.truth import Truth

# A stall is one only if the deadline (3 s) and the reconciler's grace (2 s) passed meanwhile.
STALL_COUNTS = 5.2


@dataclass
class Outcome:
    """All rounds of one campaign together."""

    name: str
    rounds: int = 0
    seconds: float = 0.0
    born: int = 0
    accidents: int = 0
    inside: Counter[str] = field(default_factory=Counter)
    outside: Counter[str] = field(default_factory=Counter)
    stalls: Counter[str] = field(default_factory=Counter)
    shortest_stall: float = 0.0
    longest_stall: float = 0.0
    figures: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    def add(self, found: Truth, nursery: Nursery) -> None:
        """One more round."""
        self.rounds += 1
        self.born += nursery.born
        self.accidents += nursery.accidents
        self.inside += found.inside
        self.outside += found.outside
        long = [(point, seconds) for point, seconds in nursery.stalls if seconds >= STALL_COUNTS]
        self.stalls += Counter(point for point, _ in long)
        lengths = [seconds for _, seconds in long]
        if long:
            self.shortest_stall = min([*lengths, self.shortest_stall or min(lengths)])
            self.longest_stall = max([*lengths, self.longest_stall])
        for name in (
            "calls",
            "texts",
            "attempts",
            "answers_heard",
            "consents_heard",
            "told",
            "apologies",
            "denied_answered",
        ):
            self.figures[name] += getattr(found, name)
        for name in ("rung_twice", "texted_twice", "unknown", "denied", "answers_lost"):
            self.figures[name] += len(getattr(found, name))
        self.figures["violations"] += len(found.violations)
        self.figures["never_ended"] += found.never_ended
        self.broken += found.broken

    @property
    def kills(self) -> int:
        """Inside the critical section of a call."""
        return sum(self.inside.values()) - self.text_kills

    @property
    def text_kills(self) -> int:
        return sum(n for words, n in self.inside.items() if words.startswith("texter "))

    @property
    def stalled(self) -> int:
        return sum(self.stalls.values())


def joined(parts: Sequence[Outcome]) -> Outcome:
    """What several processes came to, side by side."""
    whole = Outcome(parts[0].name)
    for part in parts:
        whole.rounds += part.rounds
        whole.born += part.born
        whole.accidents += part.accidents
        whole.inside += part.inside
        whole.outside += part.outside
        whole.stalls += part.stalls
        whole.figures += part.figures
        whole.broken += part.broken
    whole.seconds = max(part.seconds for part in parts)
    return whole
