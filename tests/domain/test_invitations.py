"""The invitation by text: only after enough unanswered calls, only to who said yes, once it may."""

from datetime import timedelta
from typing import Any

import pytest
from contact_builders import MONDAY, NO, YES, case, facts, local, past, policy, profile

from contactbot.domain.gate import Channel, NumberFacts
from contactbot.domain.invitations import invitation_due, life_of_text

LAST_WEEK = MONDAY - timedelta(days=5)
UNANSWERED = (past(MONDAY - timedelta(days=3)), past(MONDAY - timedelta(days=2)))
AGREED = profile(safe_text=YES)


def due(**changes: Any) -> object:
    known = {"state": "attempted", "profile": AGREED, "history": UNANSWERED} | changes
    return invitation_due(facts(**known), case(LAST_WEEK), policy())


def test_it_is_due_after_the_second_call_nobody_answered() -> None:
    assert due() == MONDAY
    assert due(history=UNANSWERED[:1]) is None


def test_it_waits_for_the_spacing_and_for_the_hours() -> None:
    newest = past(local("2026-11-23 08:30"))
    now = local("2026-11-23 09:00")
    assert due(history=(UNANSWERED[0], newest), now=now) == local("2026-11-24 09:00")


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": profile()},
        {"profile": profile(safe_text=NO)},
        {"profile": None},
        {"profile": profile(safe_text=YES, voided=True)},
        {"tier": "protected"},
        {"holds": ("shared_number",)},
        {"suppressions": ("opted_out",)},
        {"state": "contacted"},
        {"number": None},
        {"number": NumberFacts("00ff", usable=True, suspended=False)},
        {"number": NumberFacts("00ff", usable=False, suspended=False, mobile=True)},
    ],
)
def test_it_is_never_due_for(changes: dict[str, Any]) -> None:
    assert due(**changes) is None


@pytest.mark.parametrize("disposition", ["busy", "answered_no_key", "failed", None])
def test_other_ends_of_a_call_are_not_counted(disposition: str | None) -> None:
    assert due(history=(UNANSWERED[0], past(UNANSWERED[1].placed_at, disposition))) is None


def test_only_calls_to_the_person_since_the_referral_are_counted() -> None:
    first, second = UNANSWERED
    others = past(second.placed_at, same_person=False)
    text = past(second.placed_at, channel=Channel.TEXT)
    before = past(LAST_WEEK - timedelta(days=9))
    for odd in (others, text, before):
        assert due(history=(first, odd)) is None


def test_a_policy_of_zero_sends_none() -> None:
    rules = policy()
    never = rules.texts.model_copy(update={"invitation_after_unanswered": 0})
    known = facts(state="attempted", profile=AGREED, history=UNANSWERED)
    rules = rules.model_copy(update={"texts": never})
    assert invitation_due(known, case(LAST_WEEK), rules) is None


@pytest.mark.parametrize(
    ("left", "life"),
    [(timedelta(hours=8), 14400), (timedelta(minutes=10), 600), (timedelta(0), 1)],
)
def test_a_text_waits_no_longer_than_the_hours_and_the_policy(left: timedelta, life: int) -> None:
    assert life_of_text(MONDAY + left, MONDAY, policy()) == life


def test_a_text_without_an_end_of_hours_hardly_waits() -> None:
    assert life_of_text(None, MONDAY, policy()) == 1
