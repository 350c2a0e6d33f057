"""Fifty window sets: the service's own, nasty ones by hand, and seeded ones."""

from dataclasses import dataclass
from random import Random

from windows.oracle import DAY, Span

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOW_MANY = 50
EVERY_DAY = range(7)


@dataclass(frozen=True)
class WindowSet:
    """One set of hours: for the service as text, for the oracle as spans."""

    name: str
    spans: tuple[Span, ...]
    seeded: bool = False

    @property
    def text(self) -> str:
        """As a referral file would have it; "" where there is nothing to write."""
        return "; ".join(f"{NAMES[day]} {_clock(a)}-{_clock(b)}" for day, a, b in self.spans)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _days(days: range | tuple[int, ...], *spans: tuple[int, int]) -> tuple[Span, ...]:
    return tuple((day, start, end) for day in days for start, end in spans)


SUNDAY, SATURDAY, MONDAY = 6, 5, 0
BY_HAND = (
    ("default hours", (*_days(range(5), (540, 1200)), (SATURDAY, 600, 960))),
    ("outer hours", _days(EVERY_DAY, (480, 1260))),
    ("always", _days(EVERY_DAY, (0, DAY))),
    ("never", ()),
    ("all but the last minute of the day", _days(EVERY_DAY, (0, DAY - 1))),
    ("all but the first minute of the day", _days(EVERY_DAY, (1, DAY))),
    ("first minute of every day", _days(EVERY_DAY, (0, 1))),
    ("last minute of every day", _days(EVERY_DAY, (DAY - 1, DAY))),
    ("first and last minute", _days(EVERY_DAY, (0, 1), (DAY - 1, DAY))),
    ("across midnight", _days(EVERY_DAY, (0, 90), (1350, DAY))),
    ("the hour of the changes", _days((SUNDAY,), (60, 120))),
    ("the hour of the changes, every day", _days(EVERY_DAY, (60, 120))),
    ("the hour before", _days((SUNDAY,), (0, 60))),
    ("the hour after", _days((SUNDAY,), (120, 180))),
    ("begins inside the changes", _days((SUNDAY,), (75, 180))),
    ("ends inside the changes", _days((SUNDAY,), (30, 105))),
    ("one minute inside the changes", _days((SUNDAY,), (90, 91))),
    ("first minute of the changes", _days((SUNDAY,), (60, 61))),
    ("last minute of the changes", _days((SUNDAY,), (119, 120))),
    ("on both sides of the changes", _days((SUNDAY,), (30, 60), (120, 150))),
    ("all round the changes", (*_days((SATURDAY, SUNDAY), (0, DAY)), (MONDAY, 0, 60))),
    ("every other minute of an hour", _days(EVERY_DAY, *((n, n + 1) for n in range(600, 660, 2)))),
    ("touching", _days(range(5), (540, 720), (720, 900))),
    ("overlapping", _days(range(5), (540, 720), (660, 1000), (600, 601))),
    ("the same twice", _days(range(5), (540, 720), (540, 720))),
    ("one a minute too short for a call", _days(EVERY_DAY, (600, 601))),
    ("just long enough for a call", _days(EVERY_DAY, (600, 602))),
    ("one minute a week", _days((2,), (777, 778))),
    ("Mondays, often a holiday", _days((MONDAY,), (540, 1020))),
    ("Fridays", _days((4,), (540, 1020))),
    ("weekends", _days((SATURDAY, SUNDAY), (480, 1260))),
    ("a span in each part of the day", _days(range(5), (600, 660), (780, 840), (1080, 1140))),
    ("Saturday night into Sunday", ((SATURDAY, 1380, DAY), (SUNDAY, 0, 240))),
    ("Sunday night into Monday", ((SUNDAY, 1380, DAY), (MONDAY, 0, 60))),
)


def window_sets(seed: int) -> list[WindowSet]:
    """The sets by hand, then as many by the seed as make fifty."""
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    made = [WindowSet(name, spans) for name, spans in BY_HAND]
    while len(made) < HOW_MANY:
        made.append(WindowSet(f"seeded {len(made) + 1}", _seeded(random), seeded=True))
    return made


def _seeded(random: Random) -> tuple[Span, ...]:
    spans: list[Span] = []
    for _ in range(random.randint(1, 12)):
        start = random.choice([0, 59, 60, 61, 119, 120, random.randrange(DAY), DAY - 1])
        length = random.choice([1, 2, 15, 60, random.randrange(1, DAY)])
        spans.append((random.randrange(7), start, min(DAY, start + length)))
    return tuple(spans)
