"""The gate: every cell of the permission table, every reason, and nothing else."""

from datetime import date, timedelta
from itertools import product

import pytest
from contact_builders import (
    ANSWERED_CALL,
    AUTOMATIC_CALL,
    BLANK,
    CALL_BY_HAND,
    CONFIRMED,
    MONDAY,
    NO,
    RELEASED_CALL,
    YES,
    decided,
    facts,
    local,
    past,
    policy,
    profile,
    reasons,
)

from contactbot.domain.calendar import parse_hours
from contactbot.domain.gate import Channel, Means, Moment, NumberFacts, Request, decide
from contactbot.domain.reasons import Reason, describe
from contactbot.domain.referral import ReferralState

# What the design allows on a weekday morning with a profile confirmed three days ago.
ALLOWED = {
    ("standard", "call", "automatic", BLANK),
    ("standard", "call", "automatic", YES),
    ("standard", "text", "automatic", YES),
    ("standard", "call", "by_hand", BLANK),
    ("standard", "call", "by_hand", YES),
    ("standard", "text", "by_hand", YES),
    ("standard", "voicemail", "by_hand", YES),
    ("protected", "call", "by_hand", YES),
    ("protected", "text", "by_hand", YES),
    ("protected", "voicemail", "by_hand", YES),
}
CELL_VALUES = (("standard", "protected"), Channel, Means, (YES, NO, BLANK))
CELLS = list(product(*CELL_VALUES))


@pytest.mark.parametrize(("tier", "channel", "means", "said"), CELLS)
@pytest.mark.parametrize("released", [False, True])
def test_every_cell_of_the_permission_table(tier, channel, means, said, released):
    told = profile(
        safe_call=said if channel == "call" else YES,
        safe_text=said if channel == "text" else YES,
        safe_voicemail=said if channel == "voicemail" else YES,
        confirmed_on=CONFIRMED,
    )
    request = Request(channel, means, Moment.DISPATCH, released=released)
    by_release = released and (tier, channel, means, said) == (
        "protected",
        "call",
        "by_hand",
        BLANK,
    )
    expected = (tier, str(channel), str(means), said) in ALLOWED or by_release
    assert decided(request, tier=tier, profile=told).allowed is expected


@pytest.mark.parametrize("means", Means)
@pytest.mark.parametrize("tier", ["standard", "protected"])
def test_a_no_denies_the_channel_to_man_and_machine(tier, means):
    request = Request(Channel.CALL, means, Moment.DISPATCH, released=True)
    assert "said_no" in reasons(request, tier=tier, profile=profile(NO))


def test_unset_preference_is_not_permission():
    text = Request(Channel.TEXT, Means.AUTOMATIC, Moment.DISPATCH)
    assert reasons(text, profile=profile(YES)) == {"not_permitted"}
    assert reasons(tier="protected") == {"protected"}
    assert reasons(CALL_BY_HAND, tier="protected") == {"needs_release"}
    assert reasons(profile=None) == {"no_profile"}


def test_no_automatic_call_to_a_protected_person_whatever_the_profile_says():
    sure = profile(YES, hours=parse_hours("mon-sun 00:00-24:00"), confirmed_on=CONFIRMED)
    for moment, released in product(Moment, (False, True)):
        request = Request(Channel.CALL, Means.AUTOMATIC, moment, released=released)
        assert "protected" in reasons(request, tier="protected", profile=sure)


def test_a_table_that_was_loosened_still_lets_no_machine_call_a_protected_person():
    everything = dict.fromkeys(product(*map(map, [str] * 4, CELL_VALUES)), "default_hours")
    loose = policy().model_copy(update={"permissions": everything})
    for tier, said in (("protected", YES), ("standard", NO)):
        contact = facts(tier=tier, profile=profile(said))
        assert not decide(AUTOMATIC_CALL, contact, loose).allowed
    assert decide(AUTOMATIC_CALL, facts(), loose).allowed


# Time.


def test_window_evaluated_at_dial_time_not_when_it_was_planned():
    for at, expected in {
        "08:59": {"outside_hours"},
        "09:00": set(),
        "19:58:42": set(),
        "19:58:43": {"window_closing"},
        "20:00": {"outside_hours"},
    }.items():
        assert reasons(now=local(f"2026-11-23 {at}")) == expected, at


def test_at_answer_only_the_real_closing_counts():
    assert reasons(ANSWERED_CALL, now=local("2026-11-23 19:59:59")) == set()
    assert reasons(ANSWERED_CALL, now=local("2026-11-23 20:00")) == {"outside_hours"}


@pytest.mark.parametrize("day", ["2026-11-22", "2026-12-25", "2026-12-28"])
def test_no_automatic_call_on_sundays_in_default_hours_nor_ever_on_bank_holidays(day):
    assert reasons(now=local(f"{day} 11:00")) == {"outside_hours"}


def test_a_yes_without_hours_means_the_default_hours():
    assert reasons(profile=profile(YES), now=local("2026-11-22 11:00")) == {"outside_hours"}
    assert reasons(profile=profile(YES), now=local("2026-11-28 11:00")) == set()


def test_hours_a_person_named_hold_on_sundays_for_the_machine_within_the_outer_hours():
    told = profile(YES, hours=parse_hours("sun 07:00-12:00; mon-fri 20:00-23:00"))
    assert reasons(profile=told, now=local("2026-11-22 08:00")) == set()
    assert reasons(profile=told, now=local("2026-11-22 07:59")) == {"outside_hours"}
    assert reasons(profile=told, now=local("2026-11-23 20:30")) == set()
    assert reasons(profile=told, now=local("2026-11-23 21:00")) == {"outside_hours"}
    assert reasons(profile=told, now=local("2026-12-25 20:30")) == {"outside_hours"}


def test_a_caller_may_ring_in_the_hours_a_person_asked_for_on_any_day():
    told = profile(YES, hours=parse_hours("fri 21:30-22:30"), confirmed_on=date(2026, 12, 20))
    christmas = local("2026-12-25 22:00")
    assert reasons(CALL_BY_HAND, tier="protected", profile=told, now=christmas) == set()


def test_hours_named_without_a_yes_only_narrow_the_default_hours():
    told = profile(BLANK, hours=parse_hours("mon 07:00-09:30; sun 10:00-12:00"))
    assert reasons(profile=told, now=local("2026-11-23 09:15")) == set()
    assert reasons(profile=told, now=local("2026-11-23 08:15")) == {"outside_hours"}
    assert reasons(profile=told, now=local("2026-11-22 11:00")) == {"outside_hours"}


def test_hours_that_lie_outside_the_services_hours_need_a_person():
    told = profile(YES, hours=parse_hours("mon-fri 05:00-07:00"))
    decision = decided(profile=told)
    assert Reason.NO_HOURS in decision.reasons
    assert decision.look_again_at is None


def test_default_hours_are_the_same_by_the_wall_clock_in_summer():
    assert reasons(now=local("2026-07-06 19:30")) == set()
    assert reasons(now=local("2026-07-06 20:30")) == {"outside_hours"}
    assert reasons(now=local("2026-07-06 08:30")) == {"outside_hours"}


# Belief.


@pytest.mark.parametrize(
    ("tier", "request_", "days", "expected"),
    [
        ("standard", AUTOMATIC_CALL, 180, set()),
        ("standard", AUTOMATIC_CALL, 181, {"profile_stale"}),
        ("protected", CALL_BY_HAND, 30, set()),
        ("protected", CALL_BY_HAND, 31, {"profile_stale"}),
        ("protected", RELEASED_CALL, 31, {"profile_stale"}),
        ("standard", AUTOMATIC_CALL, -1, {"profile_stale"}),
    ],
)
def test_a_yes_is_believed_for_so_many_days(tier, request_, days, expected):
    told = profile(YES, confirmed_on=date(2026, 11, 23) - timedelta(days=days))
    assert reasons(request_, tier=tier, profile=told) == expected


def test_a_yes_never_confirmed_counts_for_standard_people_only():
    assert reasons(profile=profile(YES)) == set()
    assert reasons(CALL_BY_HAND, tier="protected", profile=profile(YES)) == {"profile_unconfirmed"}


@pytest.mark.parametrize("said", [YES, BLANK])
def test_a_voided_profile_stops_the_machine_even_when_released(said):
    voided = profile(said, voided=True)
    released = Request(Channel.CALL, Means.AUTOMATIC, Moment.DISPATCH, released=True)
    assert reasons(profile=voided) == {"profile_voided"}
    assert reasons(released, profile=voided) == {"profile_voided"}
    assert reasons(CALL_BY_HAND, profile=voided) == {"profile_voided"}
    assert reasons(RELEASED_CALL, profile=voided) == set()


# What stands against every contact.


@pytest.mark.parametrize("request_", [AUTOMATIC_CALL, RELEASED_CALL, ANSWERED_CALL])
def test_holds_and_suppressions_deny_everything_also_by_hand(request_):
    assert reasons(request_, holds=("shared_number",)) == {"held"}
    assert reasons(request_, suppressions=("deceased",)) == {"suppressed"}


@pytest.mark.parametrize("state", ReferralState)
def test_only_people_awaiting_contact_or_attempted_are_tried_automatically(state):
    open_ = state in {"awaiting_contact", "attempted"}
    assert reasons(state=state) == (set() if open_ else {"not_open"})


def test_a_person_who_agreed_to_support_is_rung_by_hand_and_one_who_refused_is_not():
    assert reasons(CALL_BY_HAND, state="contacted") == set()
    assert reasons(CALL_BY_HAND, state="declined") == {"not_open"}
    assert reasons(CALL_BY_HAND, state="no_contact") == {"not_open"}


def test_a_number_must_be_there_work_and_be_safe():
    assert reasons(number=None) == {"no_number"}
    broken = NumberFacts("aa", usable=False, suspended=True)
    assert reasons(number=broken) == {"number_unusable", "number_suspended"}


def test_a_language_nobody_on_shift_speaks_waits():
    assert reasons(language_hold=True) == {"language"}


def test_clocks_that_disagree_stop_every_call_for_a_minute():
    for skew in (timedelta(seconds=5.1), timedelta(seconds=-5.1), timedelta(days=900)):
        decision = decided(skew=skew)
        assert decision.reasons == (Reason.CLOCK_SKEW,)
        assert decision.look_again_at == MONDAY + timedelta(minutes=1)
    assert reasons(skew=timedelta(seconds=5)) == set()


def test_a_live_attempt_stops_another_but_not_its_own_answer():
    assert decided(live=True).look_again_at == MONDAY + timedelta(minutes=10)
    assert reasons(live=True) == {"live_attempt"}
    assert reasons(ANSWERED_CALL, live=True, history=(past(MONDAY, None),)) == set()


# What is kept.


def test_every_reason_is_given_not_only_the_first():
    found = reasons(holds=("x",), suppressions=("y",), number=None, now=local("2026-11-22 03:00"))
    assert found == {"held", "suppressed", "no_number", "outside_hours"}


def test_a_decision_names_its_policy_and_an_allowed_one_its_closing():
    decision = decided()
    assert decision.policy_version == policy().version
    assert decision.closes_at == local("2026-11-23 20:00")


def test_it_looks_again_at_the_next_opening():
    assert decided(now=local("2026-11-21 17:00")).look_again_at == local("2026-11-23 09:00")
    assert decided(now=local("2026-11-23 19:59:30")).look_again_at == local("2026-11-24 09:00")


def test_it_does_not_look_again_in_the_last_seconds_of_a_window():
    told = profile(YES, hours=parse_hours("mon 09:00-09:01; wed 09:00-10:00"))
    again = decided(profile=told, now=local("2026-11-23 08:00")).look_again_at
    assert again == local("2026-11-25 09:00")


def test_it_does_not_look_again_where_a_person_must_change_something():
    assert decided(holds=("x",), now=local("2026-11-22 03:00")).look_again_at is None


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    assert describe(reason).endswith(".")
