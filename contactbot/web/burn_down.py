"""The burning-down queue as a picture: bands stacked over the calendar, as points of an SVG."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contactbot.domain.wording import translatable
from contactbot.ports.live_view import LiveView

# The picture’s own measures, in units of its view box; the margins hold the words of the axes.
WIDTH, HEIGHT = 720, 250
LEFT, RIGHT, TOP, BOTTOM = 78, 8, 14, 34
TABLE_ROWS = 8
# Lowest band first: what is left to do burns down on the ground.
BANDS = (
    ("to_try", translatable("Still to try")),
    ("contacted", translatable("Contacted")),
    ("to_caller", translatable("Passed to a caller")),
    ("over", translatable("Over for the machine")),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """How the machine’s queue stood at one moment; the four always add up to the same."""

    at: datetime
    to_try: int
    contacted: int
    to_caller: int
    over: int


@dataclass(frozen=True, slots=True)
class Band:
    """One band: its name, its label (an English message id), its outline, its height now."""

    name: str
    label: str
    outline: str
    now: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis, and what is written there."""

    place: float
    value: float


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The whole picture; `moments` are the few that the table under it shows."""

    bands: tuple[Band, ...]
    heights: tuple[Tick, ...]
    days: tuple[tuple[float, datetime], ...]
    moments: tuple[Moment, ...]
    total: int


def burn_down(view: LiveView) -> BurnDown:
    """The machine’s queue from the beginning of the clock until now."""
    moments = tuple(_moments(view))
    total = sum(_heights(moments[0])) if moments else 0
    return BurnDown(
        bands=tuple(_bands(moments, total)),
        heights=tuple(_height_ticks(total)),
        days=tuple(_day_ticks(moments)),
        moments=_few(moments),
        total=total,
    )


def _moments(view: LiveView) -> Iterator[Moment]:
    left = view.to_try + sum(p.contacted + p.to_caller + p.over for p in view.departures)
    contacted = to_caller = over = 0
    for point in view.departures:
        contacted += point.contacted
        to_caller += point.to_caller
        over += point.over
        yield Moment(point.at, left - contacted - to_caller - over, contacted, to_caller, over)


def _heights(moment: Moment) -> tuple[int, ...]:
    return tuple(getattr(moment, name) for name, _ in BANDS)


def _bands(moments: Sequence[Moment], total: int) -> Iterator[Band]:
    for order, (name, label) in enumerate(BANDS):
        lower = [sum(_heights(moment)[:order]) for moment in moments]
        upper = [sum(_heights(moment)[: order + 1]) for moment in moments]
        edge = [*_edge(upper, total), *reversed(list(_edge(lower, total)))]
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in edge)
        yield Band(name, label, outline, getattr(moments[-1], name) if moments else 0)


def _edge(heights: Sequence[int], total: int) -> Iterator[tuple[float, float]]:
    for number, height in enumerate(heights):
        yield _x(number / max(len(heights) - 1, 1)), _y(height, total)


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * share


def _y(height: float, total: int) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * height / max(total, 1)


def _height_ticks(total: int) -> Iterator[Tick]:
    step = max(1, _round(total / 3))
    for value in range(0, total + 1, step):
        yield Tick(_y(value, total), value)


def _round(value: float) -> int:
    """The next lower of 1, 2, 5, 10, 20, 50, …, so that axes have numbers people can read."""
    magnitude = int("1".ljust(len(str(int(value))), "0"))
    return next((magnitude * n for n in (5, 2) if magnitude * n <= value), magnitude)


def _day_ticks(moments: Sequence[Moment]) -> Iterator[tuple[float, datetime]]:
    """The beginning, the middle and the end."""
    for share in (0.0, 0.5, 1.0):
        if moments:
            yield _x(share), moments[round(share * (len(moments) - 1))].at


def _few(moments: Sequence[Moment]) -> tuple[Moment, ...]:
    step = max(1, (len(moments) - 1) // TABLE_ROWS)
    return tuple(moments[::-1][::step][::-1])
