"""A sample of `make windows`: the service and the oracle agree on every window, edge and night."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from windows.compare import (
    MARGINS,
    OUTER,
    Comparison,
    Findings,
    around,
    change_days,
    every_edge,
    shipped_policy,
)
from windows.oracle import BEGIN, END, FIRST_YEAR, HOLIDAYS, LAST_YEAR, shown
from windows.window_sets import HOW_MANY, WindowSet, window_sets

from contactbot.domain.calendar import bank_holidays_wales, parse_hours
from contactbot.domain.gate import Means

SEED = 2026
SETS = window_sets(SEED)
SAMPLE = 60
NAMES = [windows.name for windows in SETS]


def compared(windows: WindowSet, instants: list[datetime]) -> Findings:
    return Comparison(windows, shipped_policy()).run(instants)


def nights(step: int) -> Iterator[datetime]:
    """Both nights on which the clocks change in 2026, from midnight to four on the wall."""
    for day in change_days():
        if day.year == 2026:
            midnight = datetime.combine(day, time(), UTC) - timedelta(hours=1)
            yield from (midnight + timedelta(minutes=n) for n in range(0, 6 * 60, step))


@pytest.mark.parametrize("windows", SETS, ids=NAMES)
def test_a_sample_of_edges_moments_and_change_nights_is_as_the_oracle_says(windows) -> None:
    random = Random(SEED)  # noqa: S311 - to be repeated, not to be secret
    comparison = Comparison(windows, shipped_policy())
    edges = every_edge(windows, comparison.calendar)
    year = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [timedelta(seconds=random.randrange(31_536_000)) for _ in range(SAMPLE)]
    instants = around(random.sample(edges, min(SAMPLE // 5, len(edges))))
    instants += [year + by for by in moments]
    found = comparison.run([*instants, *nights(step=40)])
    assert found.differences == 0, found.examples


@pytest.mark.parametrize("name", ["the hour of the changes", "ends inside the changes"])
def test_every_minute_of_both_change_nights_is_as_the_oracle_says(name: str) -> None:
    [windows] = [each for each in SETS if each.name == name]
    found = compared(windows, list(nights(step=1)))
    assert found.differences == 0, found.examples


# The oracle itself.


def test_there_are_fifty_sets_and_each_is_another() -> None:
    assert len(SETS) == HOW_MANY == len({windows.spans for windows in SETS}) == len(set(NAMES))


def test_the_clock_by_law_is_the_clock_of_the_zone_database() -> None:
    london, at = ZoneInfo("Europe/London"), BEGIN
    while at < END:
        local = at.astimezone(london)
        assert shown(at) == (local.date(), local.hour * 60 + local.minute), at
        at += timedelta(hours=1)


def test_the_written_holidays_are_those_of_the_library() -> None:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found = {day for year in years for day in bank_holidays_wales(year)}
    assert found == {day for day in HOLIDAYS if day.year in years}


def test_the_oracle_knows_the_policys_outer_hours_and_margins() -> None:
    policy = shipped_policy()
    outer = WindowSet("outer", OUTER)
    assert policy.hours.outer == parse_hours(outer.text)
    calls = policy.calls
    assert MARGINS[Means.AUTOMATIC] == calls.close_margin_seconds + calls.ring_seconds_automatic
    assert MARGINS[Means.BY_HAND] == calls.close_margin_seconds + calls.ring_seconds_by_hand


def test_a_window_that_is_a_minute_wrong_is_found() -> None:
    right, wrong = (WindowSet("sunday", ((6, 60, end),)) for end in (120, 121))
    comparison = Comparison(right, shipped_policy())
    comparison.hours = parse_hours(wrong.text)
    found = comparison.run(around(every_edge(right, comparison.calendar)[:10]))
    assert found.differences > 0
