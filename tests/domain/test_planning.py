"""Where a referral goes next: the route, the time, and the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from contact_builders import (
    BLANK,
    MONDAY,
    NO,
    YES,
    case,
    facts,
    local,
    past,
    policy,
    profile,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from contactbot.domain.calendar import day_part, is_open, parse_hours
from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import NumberFacts
from contactbot.domain.planning import (
    Plan,
    Route,
    breach_at,
    enhanced,
    plan_first,
    plan_next,
    risk_rank,
)
from contactbot.domain.referral import ReferralState

LONG_AGO = MONDAY - timedelta(days=60)


def first(**changes) -> Plan:
    return plan_first(facts(**{"state": "new"} | changes), case(), policy())


def after(disposition, *history, now=None, **changes) -> Plan:
    """The plan when an attempt at `now` has just ended with this disposition."""
    now = now or MONDAY
    told = facts(now=now, history=(*history, past(now, disposition)), **changes)
    referred = min(each.placed_at for each in told.history)
    return plan_next(told, case(referred), policy(), disposition)


def outcome(plan: Plan) -> tuple[str, str, set[str]]:
    return str(plan.route), str(plan.state), {str(reason) for reason in plan.reasons}


# First.


def test_a_standard_person_is_called_at_once_or_at_the_next_opening():
    assert first().due_at == MONDAY
    assert outcome(first()) == ("automatic", "awaiting_contact", set())
    assert first(now=local("2026-11-28 17:00")).due_at == local("2026-11-30 09:00")


def test_a_protected_person_waits_for_a_caller_whatever_the_profile_says():
    for told in (profile(BLANK), profile(YES)):
        plan = first(tier="protected", profile=told)
        assert outcome(plan) == ("caller", "awaiting_contact", {"protected"})
        assert plan.due_at is None


@pytest.mark.parametrize("tier", ["standard", "protected"])
def test_a_no_to_calls_leaves_nobody_to_call_and_keeps_the_reason(tier):
    assert outcome(first(tier=tier, profile=profile(NO))) == (
        "none",
        "awaiting_contact",
        {"said_no"},
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": None}, "no_number"),
        ({"number": NumberFacts("aa", usable=False, suspended=False)}, "number_unusable"),
        ({"profile": None}, "no_profile"),
        ({"profile": profile(YES, voided=True)}, "profile_voided"),
        (
            {"profile": profile(YES, confirmed_on=LONG_AGO.date().replace(year=2025))},
            "profile_stale",
        ),
        ({"profile": profile(YES, hours=parse_hours("sun 03:00-04:00"))}, "no_hours"),
        ({"language_hold": True}, "language"),
    ],
)
def test_what_a_person_can_mend_goes_to_a_caller_with_its_reason(changes, reason):
    assert outcome(first(**changes)) == ("caller", "awaiting_contact", {reason})


def test_holds_and_suppressions_come_before_everything():
    assert outcome(first(holds=("x",), number=None))[:2] == ("none", "held")
    assert outcome(first(holds=("x",), suppressions=("y",)))[:2] == ("none", "suppressed")


@pytest.mark.parametrize("state", ["declined", "no_contact", "ineligible", "suppressed", "closed"])
def test_a_settled_referral_is_not_planned_again(state):
    assert outcome(first(state=state)) == ("none", state, {"not_open"})


def test_what_the_gate_cannot_read_goes_to_nobody():
    assert first(tier="vip").route is Route.NONE


def test_the_first_try_is_late_after_one_working_day_when_enhanced_else_two():
    assert breach_at(case(enhanced=True), policy()) == local("2026-11-25 00:00")
    assert breach_at(case(), policy()) == local("2026-11-26 00:00")


def test_protected_hate_and_repeat_are_enhanced():
    assert enhanced("protected", (), policy())
    assert enhanced("standard", ("hate",), policy())
    assert enhanced("standard", ("business", "repeat"), policy())
    assert not enhanced("standard", ("business",), policy())


def test_risk_orders_red_amber_blank_green_and_a_word_unheard_of_first():
    assert [risk_rank(risk) for risk in ("red", "amber", None, "green", "mauve")] == [0, 1, 2, 3, 0]


# Next.


@pytest.mark.parametrize(
    ("disposition", "route", "state"),
    [
        ("opted_in", "none", "contacted"),
        ("call_back", "caller", "contacted"),
        ("declined", "none", "declined"),
        ("do_not_ring", "none", "suppressed"),
        ("asked_for_person", "caller", "attempted"),
        ("stopped", "caller", "attempted"),
        ("no_code_known", "caller", "attempted"),
        ("hung_up_after_identity", "caller", "attempted"),
        ("wrong_code", "none", "held"),
        ("unknown", "none", "held"),
        ("error", "none", "held"),
        ("never heard of", "none", "held"),
        (None, "none", "held"),
        ("no_answer", "automatic", "attempted"),
        ("not_alone", "automatic", "attempted"),
        ("failed", "automatic", "attempted"),
        ("not_placed", "automatic", "attempted"),
        ("lost_status", "automatic", "attempted"),
    ],
)
def test_what_follows_each_disposition(disposition, route, state):
    assert outcome(after(disposition))[:2] == (route, state)


def test_tries_prefer_a_part_of_the_day_not_tried_yet():
    first_try = local("2026-11-23 10:00")
    second = after("no_answer", now=first_try).due_at
    assert second == local("2026-11-24 12:00")
    third = after("no_answer", past(first_try), now=second).due_at
    assert third == local("2026-11-25 17:00")


def test_three_tries_over_three_parts_of_the_day_end_as_no_contact():
    tried = [past(local("2026-11-23 10:00")), past(local("2026-11-24 13:00"))]
    assert outcome(after("no_answer", *tried, now=local("2026-11-25 18:00"))) == (
        "none",
        "no_contact",
        set(),
    )
    same = [past(local("2026-11-23 10:00")), past(local("2026-11-24 10:00"))]
    assert after("no_answer", *same, now=local("2026-11-25 10:00")).route is Route.AUTOMATIC


def test_only_as_many_parts_are_asked_for_as_the_persons_hours_have():
    mornings = profile(YES, hours=parse_hours("mon-fri 09:00-11:00"))
    tried = [past(local("2026-11-23 10:00")), past(local("2026-11-24 10:00"))]
    plan = after("no_answer", *tried, now=local("2026-11-25 10:00"), profile=mornings)
    assert plan.state is ReferralState.NO_CONTACT
    plan = after("no_answer", *tried[:1], now=local("2026-11-24 10:00"), profile=mornings)
    assert plan.due_at == local("2026-11-25 09:00")


def test_no_try_is_planned_past_ten_working_days_after_the_first():
    early = past(local("2026-11-09 10:00"))
    plan = after("no_answer", early, now=local("2026-11-23 18:00"))
    assert plan.state is ReferralState.NO_CONTACT
    plan = after("no_answer", early, now=local("2026-11-19 13:00"))
    assert plan.route is Route.AUTOMATIC


def test_a_carrier_failure_is_no_try_but_the_third_sends_a_person_to_look():
    twice = [past(MONDAY - timedelta(days=day), "failed") for day in (2, 4)]
    assert after("failed", *twice[:1]).route is Route.AUTOMATIC
    assert outcome(after("failed", *twice)) == ("caller", "attempted", {"number_unusable"})


def test_a_call_never_placed_is_tried_again_after_the_spacing():
    plan = after("not_placed", now=local("2026-11-23 18:00"))
    assert plan.due_at == local("2026-11-24 12:00")


def test_somebody_not_alone_is_not_called_again_the_same_day():
    plan = after("not_alone", now=local("2026-11-23 09:00"))
    assert plan.due_at is not None
    assert plan.due_at >= local("2026-11-24 00:00")


def test_who_asked_for_a_person_is_not_called_by_the_machine_again():
    told = facts(state="attempted", history=(past(MONDAY - timedelta(days=3), "stopped"),))
    assert plan_first(told, case(MONDAY - timedelta(days=5)), policy()).route is Route.CALLER


def test_what_happened_before_this_referral_does_not_use_up_its_tries():
    old = [past(MONDAY - timedelta(days=day)) for day in (30, 40, 50)]
    told = facts(history=(*old, past(MONDAY)))
    assert plan_next(told, case(MONDAY), policy(), "no_answer").route is Route.AUTOMATIC


@pytest.mark.parametrize("disposition", ["no_answer", "failed", "unknown", "stopped", "wrong_code"])
@pytest.mark.parametrize("state", ["declined", "suppressed", "contacted", "closed"])
def test_max_attempts_code_never_overwrites_a_refusal(state, disposition):
    tried = [past(MONDAY - timedelta(days=day)) for day in (2, 4, 6)]
    assert outcome(after(disposition, *tried, state=state))[:2] == ("none", state)


@pytest.mark.parametrize("disposition", ["declined", "do_not_ring"])
def test_a_refusal_stands_whatever_else_is_true(disposition):
    tried = [past(MONDAY - timedelta(days=day)) for day in (2, 4, 6)]
    plan = after(disposition, *tried, holds=("x",), state="contacted")
    assert plan.state == {"declined": "declined", "do_not_ring": "suppressed"}[disposition]


def test_a_suppression_outlives_a_yes_and_a_hold_does_not_undo_one():
    assert outcome(after("opted_in", suppressions=("deceased",)))[:2] == ("none", "suppressed")
    assert outcome(after("opted_in", holds=("x",)))[:2] == ("none", "contacted")
    assert outcome(after("no_answer", holds=("x",)))[:2] == ("none", "held")


def test_a_person_protected_meanwhile_goes_to_a_caller():
    assert outcome(after("no_answer", tier="protected")) == ("caller", "attempted", {"protected"})


def test_a_state_nobody_has_heard_of_is_held():
    assert outcome(after("no_answer", state="limbo"))[:2] == ("none", "held")


# Forty days that hold Christmas, and the weeks around both nights on which the clocks change.
starts = st.sampled_from([MONDAY, local("2026-03-20 10:00"), local("2026-10-16 10:00")])
moments = st.builds(
    lambda start, minute: start + timedelta(minutes=minute), starts, st.integers(0, 60 * 24 * 40)
)
hours = st.sampled_from(
    [None, *map(parse_hours, ["mon 09:00-10:00", "sat-sun 06:00-23:00", "mon-sun 11:30-12:30"])]
)


@given(
    now=moments,
    wished=hours,
    said=st.sampled_from([YES, BLANK]),
    ended=st.sampled_from([str(each) for each in Disposition]),
    days=st.lists(st.integers(1, 15), max_size=4, unique=True),
)
@settings(max_examples=200)
def test_every_automatic_plan_lies_in_the_future_and_in_open_hours(now, wished, said, ended, days):
    history = tuple(past(now - timedelta(days=day)) for day in days)
    told = facts(now=now, profile=profile(said, hours=wished), history=(*history, past(now, ended)))
    plan = plan_next(told, case(now - timedelta(days=16)), policy(), ended)
    assert (plan.due_at is not None) is (plan.route is Route.AUTOMATIC)
    if plan.due_at is not None:
        assert plan.due_at - now >= timedelta(hours=policy().limits.spacing_hours)
        assert is_open(policy().hours.outer, plan.due_at)
        assert said is YES or is_open(policy().hours.default, plan.due_at)
        assert wished is None or is_open(wished, plan.due_at)


def test_a_person_nobody_reaches_is_tried_thrice_over_three_parts_then_left():
    told, times = facts(state="new", now=local("2026-11-27 18:00")), []
    plan = plan_first(told, case(told.now), policy())
    while plan.due_at is not None:
        times.append(plan.due_at)
        history = (*told.history, past(plan.due_at))
        told = replace(told, state="attempted", now=plan.due_at, history=history)
        plan = plan_next(told, case(times[0]), policy(), "no_answer")
    assert plan.state is ReferralState.NO_CONTACT
    assert len(times) == 3
    assert len({day_part(at) for at in times}) == 3


def test_calls_to_somebody_else_at_the_number_are_no_tries_of_this_person():
    others = tuple(past(MONDAY - timedelta(days=day), same_person=False) for day in (2, 4, 6))
    plan = plan_first(
        facts(state="new", history=others), case(MONDAY - timedelta(days=7)), policy()
    )
    assert outcome(plan)[:2] == ("automatic", "awaiting_contact")
    mine = after("no_answer", past(local("2026-11-20 13:00"), same_person=False))
    assert mine.due_at == local("2026-11-24 12:00")


def test_a_person_who_said_no_is_not_handed_to_a_caller_for_a_missing_number():
    assert first(profile=profile(NO), number=None).route is Route.NONE
