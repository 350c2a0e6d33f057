"""Caps and spacing: counted from real calls, in elapsed time and local days."""

from datetime import timedelta

import pytest
from contact_builders import MONDAY, decided, facts, local, past, policy, reasons

from contactbot.domain.calendar import LONDON
from contactbot.domain.gate import Channel
from contactbot.domain.spacing import limits_reached


def reached(now, *history):
    return {str(limit.reason): limit.until for limit in limits_reached(history, now, policy())}


def test_retry_delay_is_measured_from_the_real_attempt():
    called = local("2026-11-23 15:00")
    found = reached(called + timedelta(hours=17, minutes=59), past(called))
    assert found["spacing"] == called + timedelta(hours=18)
    assert "spacing" not in reached(called + timedelta(hours=18), past(called))


@pytest.mark.parametrize(
    ("called", "free"),
    [("2026-03-28 18:00", "2026-03-29 13:00"), ("2026-10-24 18:00", "2026-10-25 11:00")],
)
def test_spacing_across_both_clock_changes_is_elapsed_time(called, free):
    for zone in (None, LONDON):
        at = local(called).astimezone(zone) if zone else local(called)
        until = reached(local(called) + timedelta(hours=1), past(at))["spacing"]
        assert until == local(free)


def test_a_daily_cap_is_a_local_day_of_23_24_or_25_hours():
    late = past(local("2026-10-24 23:59"))
    assert reached(local("2026-10-24 23:59:30"), late)["cap_day"] == local("2026-10-25 00:00")
    assert "cap_day" not in reached(local("2026-10-25 00:00"), late)
    early = past(local("2026-10-25 00:00"))
    assert reached(local("2026-10-25 23:59"), early)["cap_day"] == local("2026-10-26 00:00")


def test_three_in_seven_days_and_six_in_thirty():
    three = [past(MONDAY - timedelta(days=day)) for day in (2, 4, 6)]
    assert reached(MONDAY, *three) == {"cap_7_days": MONDAY + timedelta(days=1)}
    six = [past(MONDAY - timedelta(days=day)) for day in (8, 12, 16, 20, 24, 29)]
    assert reached(MONDAY, *six) == {"cap_30_days": MONDAY + timedelta(days=1)}
    assert not reached(MONDAY + timedelta(days=1), *six)


def test_a_cap_exceeded_ends_when_enough_attempts_have_grown_old():
    many = [past(MONDAY - timedelta(days=day)) for day in (1, 2, 3, 4, 5)]
    assert reached(MONDAY, *many)["cap_7_days"] == MONDAY + timedelta(days=4)


@pytest.mark.parametrize("disposition", ["not_placed", "unknown", "failed", "lost_status", None])
def test_unknown_and_not_placed_attempts_count_for_cap_and_spacing(disposition):
    found = reached(MONDAY, past(MONDAY - timedelta(hours=1), disposition))
    assert set(found) == {"spacing", "cap_day"}


def test_a_disposition_nobody_knows_counts_for_everything():
    assert "spacing" in reached(MONDAY, past(MONDAY - timedelta(hours=1), "moon"))


def test_an_attempt_whose_time_is_not_known_counts_as_if_made_now():
    assert {"spacing", "cap_day"} <= set(reached(MONDAY, past(None)))


@pytest.mark.parametrize(
    "other",
    [
        {"same_person": True, "same_number": False},
        {"same_person": False, "same_number": True},
        {"channel": Channel.TEXT},
    ],
)
def test_caps_hold_per_person_and_per_number_over_all_channels(other):
    recent = past(MONDAY - timedelta(hours=2), **other)
    assert reasons(history=(recent,)) == {"spacing", "cap_day"}


def test_it_looks_again_after_spacing_cap_and_closing_hours_together():
    decision = decided(now=local("2026-11-23 19:00"), history=(past(local("2026-11-23 18:30")),))
    assert decision.look_again_at == local("2026-11-24 12:30")
    friday = decided(now=local("2026-11-27 19:00"), history=(past(local("2026-11-27 18:30")),))
    assert friday.look_again_at == local("2026-11-28 12:30")


def test_nothing_is_reached_without_a_history():
    assert limits_reached(facts().history, MONDAY, policy()) == ()
