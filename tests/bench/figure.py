"""One measured figure: ours beside its floor, both from the same run."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the table of docs/performance.md.

    `ours` and `floor` are medians over paired rounds in `unit`; `ratio` is what travels to other
    machines; `goal` says what is asked of it, and `met` whether it was.
    """

    row: str
    what: str
    unit: str
    floor: float | None
    ours: float
    ratio: float | None
    goal: str
    met: bool
    note: str = ""


def seconds_of(work: Callable[[], object]) -> float:
    """How long one run of it takes, in seconds."""
    began = perf_counter()
    work()
    return perf_counter() - began


def paired(
    floor: Callable[[], float], ours: Callable[[], float], rounds: int = 5
) -> tuple[float, float, float]:
    """Medians of both, and the median of their ratio ours/floor, measured turn by turn.

    A busy moment of the machine hits both halves of a round alike, so the ratio stays.
    """
    pairs = [(floor(), ours()) for _ in range(rounds)]
    return (
        median(one for one, _ in pairs),
        median(other for _, other in pairs),
        median(other / one for one, other in pairs),
    )


def as_json(figures: Iterable[Figure]) -> str:
    """The figures for other tools."""
    return json.dumps([asdict(figure) for figure in figures], indent=1)


def as_table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table."""
    head = "| | what | floor | ours | ratio | goal | met |\n|---|---|---:|---:|---:|---|---|"
    return "\n".join((head, *map(_line, figures)))


def _line(figure: Figure) -> str:
    floor = "" if figure.floor is None else f"{figure.floor:,.4g} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    met = "yes" if figure.met else "**no**"
    what = f"{figure.what} ({figure.note})" if figure.note else figure.what
    ours = f"{figure.ours:,.4g} {figure.unit}"
    return f"| {figure.row} | {what} | {floor} | {ours} | {ratio} | {figure.goal} | {met} |"
