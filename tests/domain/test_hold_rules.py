"""Lifting a hold can only lead where any referral is led, and never past another stop."""

from dataclasses import replace
from datetime import timedelta

import pytest
from contact_builders import MONDAY, NO, case, facts, policy, profile

from contactbot.domain.holds import (
    RULES,
    Choice,
    choices_for,
    order_of_kind,
    plan_after_hold,
    rule_of,
)
from contactbot.domain.intake import HoldReason
from contactbot.domain.planning import Route, plan_first
from contactbot.domain.referral import ReferralState

HELD = facts(state=ReferralState.HELD)
TOUCHED = case(first_contact_at=MONDAY - timedelta(days=1))


def test_a_lifted_hold_is_planned_like_a_new_referral() -> None:
    assert plan_after_hold(HELD, case(), policy()) == plan_first(HELD, case(), policy())
    assert plan_after_hold(HELD, case(), policy()).route is Route.AUTOMATIC


@pytest.mark.parametrize(
    ("stops", "state"),
    [({"holds": ("in_custody",)}, "held"), ({"suppressions": ("opted_out",)}, "suppressed")],
)
@pytest.mark.parametrize("of", [case(), TOUCHED])
def test_another_stop_still_stops(of, stops, state) -> None:
    plan = plan_after_hold(replace(HELD, **stops), of, policy())
    assert (plan.route, plan.state) == (Route.NONE, state)


def test_whoever_was_contacted_goes_back_to_the_callers_and_never_to_the_machine() -> None:
    plan = plan_after_hold(HELD, TOUCHED, policy())
    assert (plan.route, plan.state, plan.due_at) == (Route.CALLER, ReferralState.CONTACTED, None)


def test_whoever_said_no_to_calls_is_given_to_nobody() -> None:
    refused = replace(HELD, profile=profile(NO))
    assert plan_after_hold(refused, TOUCHED, policy()).route is Route.NONE


def test_what_nobody_has_a_rule_for_is_lifted_with_care() -> None:
    assert rule_of("never heard of").careful


def test_every_reason_intake_gives_has_a_rule() -> None:
    assert set(HoldReason) <= set(RULES)


@pytest.mark.parametrize("reason", ["text_optout", "opted_out_by_ring_back"])
def test_a_stop_is_never_lifted_for_the_same_number(reason: str) -> None:
    assert choices_for(reason, has_other_number=False) == (Choice.STOP_STANDS,)
    assert Choice.STOP_NOT_THEIRS in choices_for(reason, has_other_number=True)
    for choice in (Choice.GO_ON, Choice.NUMBER_RIGHT):
        assert choice not in choices_for(reason, has_other_number=True)


def test_kinds_of_danger_are_listed_first() -> None:
    kinds = sorted(["in_custody", "text_distress", "text_emergency", "aaa"], key=order_of_kind)
    assert kinds == ["text_emergency", "text_distress", "aaa", "in_custody"]
