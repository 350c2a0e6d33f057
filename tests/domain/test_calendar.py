"""Windows against an oracle of their own, over both clock changes; holidays and working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from contact_builders import local
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.calendar import (
    DayPart,
    add_working_days,
    closing_after,
    day_part,
    is_bank_holiday,
    is_open,
    never_closed,
    next_opening,
    overlap,
    parse_hours,
)

MINUTE = timedelta(minutes=1)
WINDOWS = (
    "mon-fri 09:00-20:00; sat 10:00-16:00",
    "mon-sun 08:00-21:00",
    "mon-sun 00:00-24:00",
    "mon-sun 00:00-23:59",
    "sun 00:30-01:30; sat 23:00-24:00",
    "sun 01:15-01:45; mon 00:00-00:01",
    "sun 00:00-01:00; sun 02:00-03:30",
)
# The two changes of 2026 as the law has them: 29 March and 25 October, both at 01:00 UTC.
SUMMER_BEGINS = datetime(2026, 3, 29, 1, tzinfo=UTC)
SUMMER_ENDS = datetime(2026, 10, 25, 1, tzinfo=UTC)
CHANGES = [datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 10, 24, tzinfo=UTC)]


def wall(at: datetime) -> datetime:
    """The clock on the wall by the two dates above, without any zone database."""
    return at.replace(tzinfo=None) + timedelta(hours=SUMMER_BEGINS <= at < SUMMER_ENDS)


def oracle_open(text: str, at: datetime) -> bool:
    """Read the hours and the clock in the plainest way."""
    shown = wall(at)
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    for part in text.split("; "):
        names, times = part.split()
        first, _, last = names.partition("-")
        begin, end = times.split("-")
        weekdays = range(days.index(first), days.index(last or first) + 1)
        if shown.weekday() in weekdays and begin <= f"{shown:%H:%M}" < end:
            return True
    return False


def minutes_from(start: datetime) -> list[datetime]:
    return [start + timedelta(minutes=minute) for minute in range(3 * 24 * 60)]


@pytest.mark.parametrize("start", CHANGES, ids=["summer begins", "summer ends"])
@pytest.mark.parametrize("text", WINDOWS)
def test_every_minute_of_both_clock_changes_is_as_the_wall_clock_says(text, start):
    hours = parse_hours(text)
    for at in minutes_from(start):
        assert is_open(hours, at, never_closed) is oracle_open(text, at), at


@pytest.mark.parametrize("start", CHANGES, ids=["summer begins", "summer ends"])
@pytest.mark.parametrize("text", WINDOWS[2:])
def test_closing_and_next_opening_agree_with_every_minute_of_both_clock_changes(text, start):
    hours = parse_hours(text)
    minutes = minutes_from(start)
    is_open_at = {at: oracle_open(text, at) for at in minutes}
    for at in minutes[: 2 * 24 * 60 : 7]:
        opening = next_opening(hours, at, never_closed)
        expected = next((later for later in minutes if later >= at and is_open_at[later]), None)
        assert expected is None or opening == expected, at
        closes = closing_after(hours, at, never_closed)
        assert (closes is not None) is is_open_at[at]
        if closes is not None:
            within = [later for later in minutes if at <= later < closes]
            assert all(is_open_at[later] for later in within)
            assert not is_open_at.get(closes, False) or wall(closes).time() == datetime.min.time()


def test_the_hour_the_spring_change_leaves_out_never_opens():
    hours = parse_hours("sun 01:00-02:00")
    assert not any(is_open(hours, at, never_closed) for at in minutes_from(CHANGES[0]))


def test_the_repeated_hour_is_open_both_times():
    hours = parse_hours("sun 01:00-02:00")
    assert is_open(hours, local("2026-10-25 01:30", fold=0))
    assert is_open(hours, local("2026-10-25 01:30", fold=1))


def test_gmt_and_bst_offset_zero_is_not_missing_and_23_59_is_inside_a_window_to_midnight():
    hours = parse_hours("mon-sun 09:00-24:00")
    for day in ("2026-01-12", "2026-03-29", "2026-07-06", "2026-10-25"):
        assert not is_open(hours, local(f"{day} 08:59"))
        assert is_open(hours, local(f"{day} 09:00"))
        assert is_open(hours, local(f"{day} 23:59"))
        assert closing_after(hours, local(f"{day} 23:59")) == local(f"{day} 23:59") + MINUTE


@pytest.mark.parametrize("year", range(2024, 2031))
def test_every_edge_of_the_default_hours_and_the_minute_either_side(year):
    hours = parse_hours(WINDOWS[0])
    day = date(year, 1, 1)
    while day.year == year:
        edges = {5: (10, 16), 6: None}.get(day.weekday(), (9, 20))
        if edges is not None and not is_bank_holiday(day):
            opens, closes = (local(f"{day} {hour:02}:00") for hour in edges)
            inside = (opens, opens + MINUTE, closes - MINUTE)
            assert all(is_open(hours, at) for at in inside)
            assert not any(is_open(hours, at) for at in (opens - MINUTE, closes, closes + MINUTE))
        else:
            assert not is_open(hours, local(f"{day} 12:00"))
        day += timedelta(days=1)


def test_a_second_counts_before_closing_and_not_after():
    hours = parse_hours("mon 09:00-12:00")
    assert is_open(hours, local("2026-11-23 11:59:59"))
    assert not is_open(hours, local("2026-11-23 12:00:00"))


def test_the_next_opening_on_a_change_night_begins_on_the_minute():
    hours = parse_hours("sun 02:30-03:00")
    after = local("2026-10-25 00:10:37")
    assert next_opening(hours, after) == local("2026-10-25 02:30")


def test_the_next_opening_passes_over_sundays_and_bank_holidays():
    hours = parse_hours(WINDOWS[0])
    assert next_opening(hours, local("2026-12-24 20:00")) == local("2026-12-29 09:00")


def test_hours_that_never_come_have_no_next_opening():
    nothing = overlap(parse_hours("mon 09:00-10:00"), parse_hours("mon 10:00-11:00"))
    assert next_opening(nothing, local("2026-11-23 09:00")) is None


@pytest.mark.parametrize(
    "day", ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-12-25", "2026-12-28"]
)
def test_bank_holidays_of_wales(day):
    assert is_bank_holiday(date.fromisoformat(day))


def test_saint_andrew_and_the_second_of_january_are_working_days_in_wales():
    assert not is_bank_holiday(date(2026, 11, 30))
    assert not is_bank_holiday(date(2026, 1, 2))


def test_working_days_end_with_the_local_day_and_leave_out_weekends_and_holidays():
    assert add_working_days(local("2026-12-24 15:00"), 1) == local("2026-12-30 00:00")
    assert add_working_days(local("2026-03-27 23:30"), 1) == local("2026-03-31 00:00")


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        is_open(parse_hours("mon 09:00-10:00"), datetime(2026, 11, 23, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no hours"),
        (" ; ", "no hours"),
        ("monday 09:00-10:00", "written like"),
        ("mon 9-10", "written like"),
        ("mon 10:00-09:00", "end after"),
        ("mon 22:00-02:00", "end after"),
        ("mon 09:00-24:30", "00:00 to 24:00"),
        ("mon 09:61-10:00", "00:00 to 24:00"),
        ("fri-mon 09:00-10:00", "the earlier first"),
        ("mun 09:00-10:00", "the earlier first"),
    ],
)
def test_hours_that_make_no_sense_are_refused_in_plain_words(text, said):
    with pytest.raises(ValueError, match=said):
        parse_hours(text)


def test_intervals_that_touch_are_one_so_that_nothing_closes_in_between():
    hours = parse_hours("mon 09:00-12:00; mon 12:00-15:00; mon 14:00-17:00")
    assert hours == parse_hours("mon 09:00-17:00")
    assert closing_after(hours, local("2026-11-23 11:59")) == local("2026-11-23 17:00")


spans = st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440)).filter(
    lambda span: span[1] < span[2]
)


@given(st.lists(spans, min_size=1, max_size=8))
def test_hours_read_back_what_they_write(given_spans):
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    text = "; ".join(
        f"{days[day]} {a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}"
        for day, a, b in given_spans
    )
    hours = parse_hours(text)
    assert parse_hours(hours.text()) == hours


def test_parts_of_the_day_are_local():
    assert day_part(local("2026-07-06 11:59")) is DayPart.MORNING
    assert day_part(local("2026-07-06 12:00")) is DayPart.AFTERNOON
    assert day_part(local("2026-07-06 16:59")) is DayPart.AFTERNOON
    assert day_part(local("2026-07-06 17:00")) is DayPart.EVENING
