"""Everything that is scheduled, over both nights on which the clocks change in 2026.

Each row says what the clock on the wall shows before and after: it is the same in spring and in
autumn, while the time that passes in between is an hour less or an hour more.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from contact_builders import (
    AUTOMATIC_CALL,
    BLANK,
    CALL_BY_HAND,
    YES,
    case,
    decided,
    facts,
    local,
    past,
    policy,
    profile,
    reasons,
)

from contactbot.domain.appointments import slots_for_call_back
from contactbot.domain.calendar import (
    DayPart,
    add_working_days,
    closing_after,
    day_part,
    next_opening,
    parse_hours,
)
from contactbot.domain.feeds import watch_feeds
from contactbot.domain.invitations import invitation_due, life_of_text
from contactbot.domain.planning import Route, breach_at, plan_first, plan_next
from contactbot.domain.policy_tables import Feeds
from contactbot.domain.spacing import limits_reached

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVERY_DAY = parse_hours("mon-sun 08:00-21:00")
AGREED = profile(YES, hours=EVERY_DAY)


@dataclass(frozen=True)
class Night:
    """One change: the Sunday, and how much longer than 24 hours it is."""

    sunday: date
    extra: timedelta

    def at(self, days: int, clock: str) -> datetime:
        """So many days after that Sunday, by the clock on the wall."""
        return local(f"{self.sunday + timedelta(days=days)} {clock}")


NIGHTS = [Night(date(2026, 3, 29), -HOUR), Night(date(2026, 10, 25), HOUR)]
SATURDAY, SUNDAY, MONDAY = -1, 0, 1
both = pytest.mark.parametrize("night", NIGHTS, ids=["summer begins", "summer ends"])


def limits(now: datetime, *history: datetime) -> dict[str, datetime]:
    found = limits_reached([past(at) for at in history], now, policy())
    return {str(limit.reason): limit.until for limit in found}


def next_try(night: Night, disposition: str, days: int, clock: str) -> datetime | None:
    """When somebody who may be called every day is tried again after a call of this kind."""
    now = night.at(days, clock)
    told = facts(now=now, state="attempted", profile=AGREED, history=(past(now, disposition),))
    return plan_next(told, case(now - 3 * DAY), policy(), disposition).due_at


# Windows and the gate.


@both
def test_a_window_is_its_hours_on_the_wall_the_day_before_the_day_itself_and_after(night) -> None:
    for days in (SATURDAY, SUNDAY, MONDAY):
        assert next_opening(EVERY_DAY, night.at(days, "00:30")) == night.at(days, "08:00")
        assert closing_after(EVERY_DAY, night.at(days, "08:00")) == night.at(days, "21:00")


@both
def test_a_whole_day_is_open_for_23_or_25_hours(night) -> None:
    always = parse_hours("mon-sun 00:00-24:00")
    midnight = night.at(SUNDAY, "00:00")
    assert closing_after(always, midnight) == midnight + DAY + night.extra


@both
def test_the_gate_looks_again_when_the_wall_says_so(night) -> None:
    asked = {"now": night.at(SATURDAY, "20:59:30"), "profile": AGREED}
    assert reasons(AUTOMATIC_CALL, **asked) == {"window_closing"}
    again = decided(AUTOMATIC_CALL, **asked).look_again_at
    assert again == night.at(SUNDAY, "08:00")
    assert again - asked["now"] == timedelta(hours=11, seconds=30) + night.extra
    default = decided(AUTOMATIC_CALL, now=night.at(SATURDAY, "16:00"))
    assert default.look_again_at == night.at(MONDAY, "09:00")


@both
def test_a_call_by_hand_may_use_the_night_somebody_asked_for(night) -> None:
    told = profile(YES, hours=parse_hours("sun 00:00-03:00"))
    decision = decided(CALL_BY_HAND, now=night.at(SUNDAY, "00:10"), profile=told)
    assert decision.closes_at == night.at(SUNDAY, "03:00")
    assert decision.closes_at - night.at(SUNDAY, "00:10") == timedelta(minutes=170) + night.extra


def test_hours_that_are_left_out_in_spring_come_twice_in_autumn() -> None:
    told = profile(YES, hours=parse_hours("sun 01:00-02:00"))
    spring, autumn = (night.at(SUNDAY, "00:00") for night in NIGHTS)
    left_out = decided(CALL_BY_HAND, now=spring, profile=told)
    assert left_out.look_again_at == local("2026-04-05 01:00")
    twice = decided(CALL_BY_HAND, now=autumn + HOUR, profile=told)
    assert twice.closes_at == autumn + 3 * HOUR
    assert decided(CALL_BY_HAND, now=autumn + 2 * HOUR, profile=told).allowed


@both
def test_a_yes_grows_old_by_local_days(night) -> None:
    told = {"tier": "protected", "now": night.at(SUNDAY, "10:00")}
    young, old = (night.sunday - timedelta(days=days) for days in (30, 31))
    for confirmed, stale in ((young, False), (old, True)):
        known = profile(YES, hours=EVERY_DAY, confirmed_on=confirmed)
        assert ("profile_stale" in reasons(CALL_BY_HAND, **told, profile=known)) is stale


# Spacing and caps.


@both
def test_spacing_is_elapsed_time(night) -> None:
    called = night.at(SATURDAY, "15:00")
    assert limits(called + HOUR, called)["spacing"] == night.at(SUNDAY, "09:00") - night.extra
    assert "spacing" not in limits(called + 18 * HOUR, called)
    assert "spacing" in limits(called + 18 * HOUR - timedelta(seconds=1), called)


@both
def test_a_daily_cap_is_a_local_day_of_23_or_25_hours(night) -> None:
    for days, clock in ((SATURDAY, "23:59"), (SUNDAY, "00:00"), (SUNDAY, "23:59")):
        called = night.at(days, clock)
        tomorrow = night.at(days + 1, "00:00")
        assert limits(called, called)["cap_day"] == tomorrow
        assert "cap_day" in limits(tomorrow - timedelta(seconds=1), called)
        assert "cap_day" not in limits(tomorrow, called)


@both
@pytest.mark.parametrize(("cap", "days", "most"), [("cap_7_days", 7, 3), ("cap_30_days", 30, 6)])
def test_longer_caps_are_days_of_24_hours(night, cap: str, days: int, most: int) -> None:
    oldest = night.at(SATURDAY, "12:00")
    history = [oldest + n * (DAY if days == 7 else 5 * DAY) for n in range(most)]
    ends = oldest + days * DAY
    assert limits(ends - timedelta(seconds=1), *history)[cap] == ends
    assert cap not in limits(ends, *history)


# Plans.


@both
def test_a_new_referral_waits_for_the_morning_on_the_wall(night) -> None:
    late = facts(state="new", now=night.at(SATURDAY, "21:30"), profile=AGREED)
    plan = plan_first(late, case(late.now), policy())
    assert plan.due_at == night.at(SUNDAY, "08:00")
    blank = facts(state="new", now=night.at(SATURDAY, "16:30"), profile=profile(BLANK))
    assert plan_first(blank, case(blank.now), policy()).due_at == night.at(MONDAY, "09:00")


@both
def test_the_next_try_comes_after_the_elapsed_spacing(night) -> None:
    due = next_try(night, "failed", SATURDAY, "19:00")
    assert due == night.at(SUNDAY, "13:00") - night.extra


@both
def test_the_next_try_prefers_another_part_of_the_local_day(night) -> None:
    assert next_try(night, "no_answer", SATURDAY, "10:00") == night.at(SUNDAY, "12:00")
    assert next_try(night, "no_answer", SATURDAY, "13:00") == night.at(SUNDAY, "08:00")
    assert next_try(night, "no_answer", SUNDAY, "18:00") == night.at(MONDAY, "12:00")


@both
def test_who_was_not_alone_is_not_called_on_that_local_day(night) -> None:
    assert next_try(night, "not_alone", SATURDAY, "08:30") == night.at(SUNDAY, "08:00")
    assert next_try(night, "not_alone", SUNDAY, "08:30") == night.at(MONDAY, "08:00")


def test_parts_of_the_day_are_those_of_the_wall_on_both_sundays() -> None:
    for night in NIGHTS:
        clocks = {"11:59": DayPart.MORNING, "12:00": DayPart.AFTERNOON, "17:00": DayPart.EVENING}
        assert {clock: day_part(night.at(SUNDAY, clock)) for clock in clocks} == clocks


# Working days.


@both
def test_first_tries_are_late_at_a_local_midnight(night) -> None:
    friday = night.at(-2, "15:00")
    assert breach_at(case(friday, enhanced=True), policy()) == night.at(2, "00:00")
    assert breach_at(case(friday), policy()) == night.at(3, "00:00")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-03-27 10:00", "2026-04-14"), ("2026-10-23 10:00", "2026-11-06")],
    ids=["summer begins", "summer ends"],
)
def test_no_try_is_planned_past_ten_working_days(first: str, last: str) -> None:
    ends = add_working_days(local(first), 10)
    assert ends == local(f"{last} 00:00") + DAY
    tried = (past(local(first)),)
    for now, route in ((f"{last} 18:30", Route.AUTOMATIC), (f"{last} 20:59", Route.NONE)):
        told = facts(now=local(now), state="attempted", history=tried)
        assert plan_first(told, case(local(first) - DAY), policy()).route is route


@both
def test_call_backs_are_offered_in_office_hours_of_the_wall(night) -> None:
    slots = slots_for_call_back(night.at(-2, "15:00"), policy())
    assert [start for start, _ in slots] == [
        night.at(2, "09:00"),
        night.at(2, "12:00"),
        night.at(2, "17:00"),
    ]
    assert all(end - start == 2 * HOUR for start, end in slots)


# Texts and feeds.


@both
def test_a_text_is_due_after_the_elapsed_spacing(night) -> None:
    texts = profile(YES, safe_text=YES, hours=EVERY_DAY)
    calls = (past(night.at(-4, "10:00")), past(night.at(SATURDAY, "17:00")))
    told = facts(now=night.at(SATURDAY, "17:05"), state="attempted", profile=texts, history=calls)
    due = invitation_due(told, case(night.at(-5, "10:00")), policy())
    assert due == night.at(SUNDAY, "11:00") - night.extra


@both
def test_a_text_waits_at_the_provider_for_the_time_that_is_left_of_its_window(night) -> None:
    now, closes = night.at(SUNDAY, "00:30"), night.at(SUNDAY, "03:00")
    assert life_of_text(closes, now, policy()) == (150 * 60) + night.extra / timedelta(seconds=1)
    evening = night.at(SUNDAY, "20:30")
    assert life_of_text(night.at(SUNDAY, "21:00"), evening, policy()) == 30 * 60


@both
def test_a_feed_is_quiet_after_open_time_that_passed(night) -> None:
    rules = Feeds(hours="mon-sun 00:00-24:00", quiet_after_hours=24, sources={})
    last = night.at(SATURDAY, "12:00")
    for after, quiet in ((24 * HOUR, False), (24 * HOUR + timedelta(minutes=1), True)):
        [feed] = watch_feeds({"niche": last}, last + after, rules)
        assert feed.quiet is quiet
    office = Feeds(hours="mon-fri 09:00-17:00", quiet_after_hours=24, sources={})
    for clock, quiet in (("17:00", False), ("09:01", True)):
        days = 2 if clock == "17:00" else 3
        [feed] = watch_feeds({"niche": night.at(-2, "09:00")}, night.at(days, clock), office)
        assert feed.quiet is quiet
