"""Calling hours are what the clock on the wall shows, also around the nights it is changed."""

import pytest
from journeys.service import Service

# After both changes of the clock in 2026: the Monday, and the Sunday itself for who asked for it.
MONDAYS = {"2026-03-28 17:00": "2026-03-30", "2026-10-24 17:00": "2026-10-26"}
SUNDAYS = {"2026-03-28 17:00": "2026-03-29", "2026-10-24 17:00": "2026-10-25"}


def call_is_placed(service: Service, at: str) -> bool:
    """Whether a call is placed at this moment, though the plan said now."""
    person = service.refer("nobody") if not service.rows("SELECT 1 FROM referrals") else None
    service.set_clock(at)
    service.run("UPDATE referrals SET due_at = simulated_now() WHERE route = 'automatic'")
    before = len(service.calls())
    service.call()
    assert person is None or before == 0
    return len(service.calls()) > before


@pytest.mark.parametrize("saturday", MONDAYS)
def test_the_morning_after_the_clock_changes_begins_at_nine_on_the_wall(
    service: Service, saturday: str
) -> None:
    service.set_clock(saturday)
    service.refer("nobody")
    assert not call_is_placed(service, f"{MONDAYS[saturday]} 08:59:50")
    assert call_is_placed(service, f"{MONDAYS[saturday]} 09:00")


@pytest.mark.parametrize("saturday", SUNDAYS)
def test_hours_named_for_the_very_day_are_hours_on_the_wall(
    service: Service, saturday: str
) -> None:
    service.set_clock(saturday)
    service.refer("nobody", safe_call="yes", safe_hours="sun 09:00-10:00")
    assert not call_is_placed(service, f"{SUNDAYS[saturday]} 08:59:50")
    assert call_is_placed(service, f"{SUNDAYS[saturday]} 09:00")


@pytest.mark.parametrize("saturday", MONDAYS)
def test_the_plan_made_before_the_change_is_right_after_it(service: Service, saturday: str) -> None:
    service.set_clock(saturday)
    person = service.refer("opts_in")
    assert service.set_clock_to_next_try(person).isoformat()[:16] == f"{MONDAYS[saturday]}T09:00"
    service.call()
    assert service.state(person) == "contacted"


@pytest.mark.parametrize(
    ("at", "placed"),
    [
        ("2026-03-27 19:58:30", True),
        ("2026-03-27 19:58:50", False),
        ("2026-03-27 20:00", False),
        ("2026-07-03 20:30", False),  # 19:30 in winter time
        ("2026-07-03 08:30", False),
        ("2026-03-28 15:58", True),
        ("2026-03-28 16:00", False),
        ("2026-03-29 12:00", False),  # a Sunday
        ("2026-04-03 12:00", False),  # Good Friday
        ("2026-04-06 12:00", False),  # Easter Monday
    ],
)
def test_no_call_begins_outside_or_too_near_the_end_of_the_hours(
    service: Service, at: str, placed: bool
) -> None:
    service.refer("nobody")
    assert call_is_placed(service, at) is placed


@pytest.mark.parametrize(
    ("called", "too_soon", "long_enough"),
    [
        # 17.5 hours, though 18.5 on the wall; and 18 hours, though 17 on the wall.
        ("2026-03-28 15:00", "2026-03-29 09:30", "2026-03-29 10:01"),
        ("2026-10-24 15:00", "2026-10-25 07:59", "2026-10-25 08:01"),
    ],
    ids=["summer begins", "summer ends"],
)
def test_spacing_is_elapsed_time_across_the_night_of_the_change(
    service: Service, called: str, too_soon: str, long_enough: str
) -> None:
    service.set_clock(called)
    person = service.refer("nobody", safe_call="yes", safe_hours="sat-sun 07:00-20:00")
    service.call()
    assert not call_is_placed(service, too_soon)
    assert call_is_placed(service, long_enough)
    assert len(service.calls_to(person)) == 2
