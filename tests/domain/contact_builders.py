"""Builders for the values the gate and the planner look at; a test names only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from contactbot.domain.attempts import AttemptState
from contactbot.domain.calendar import LONDON
from contactbot.domain.gate import (
    Channel,
    ContactFacts,
    Decision,
    Means,
    Moment,
    NumberFacts,
    PastAttempt,
    ProfileFacts,
    Request,
    decide,
)
from contactbot.domain.planning import CaseFacts
from contactbot.domain.policy import Policy, parse_policy
from contactbot.domain.referral import Permission

SHIPPED = Path(__file__).parents[2] / "scripts" / "policy.toml"
YES, NO, BLANK = Permission.YES, Permission.NO, Permission.BLANK


@cache
def policy() -> Policy:
    return parse_policy(SHIPPED.read_text(encoding="utf-8"))


def local(text: str, fold: int = 0) -> datetime:
    """An instant (UTC) by the clock on the wall in Wales."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)


MONDAY = local("2026-11-23 10:00")

AUTOMATIC_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.DISPATCH)
CALL_BY_HAND = Request(Channel.CALL, Means.BY_HAND, Moment.DISPATCH)
RELEASED_CALL = Request(Channel.CALL, Means.BY_HAND, Moment.DISPATCH, released=True)
ANSWERED_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.ANSWER)


def profile(call: Permission = BLANK, **changes: Any) -> ProfileFacts:
    plain = ProfileFacts(call, BLANK, BLANK, hours=None, confirmed_on=None, voided=False)
    return replace(plain, **changes)


def facts(**changes: Any) -> ContactFacts:
    """A standard person about whom nothing is said, on a Monday morning."""
    plain = ContactFacts(
        state="awaiting_contact",
        tier="standard",
        profile=profile(),
        number=NumberFacts("00ff", usable=True, suspended=False, mobile=True),
        holds=(),
        suppressions=(),
        history=(),
        live=False,
        now=MONDAY,
        skew=timedelta(0),
    )
    return replace(plain, **changes)


def past(at: datetime | None, disposition: str | None = "no_answer", **changes: Any) -> PastAttempt:
    plain = PastAttempt(
        same_person=True,
        same_number=True,
        channel=Channel.CALL,
        state=AttemptState.COMPLETED,
        placed_at=at,
        disposition=disposition,
    )
    return replace(plain, **changes)


def case(referred_at: datetime = MONDAY, **changes: Any) -> CaseFacts:
    plain = CaseFacts(referred_at, enhanced=False, risk=None, first_contact_at=None)
    return replace(plain, **changes)


def decided(request: Request = AUTOMATIC_CALL, **changes: Any) -> Decision:
    return decide(request, facts(**changes), policy())


def reasons(request: Request = AUTOMATIC_CALL, **changes: Any) -> set[str]:
    decision = decided(request, **changes)
    assert decision.allowed is (not decision.reasons)
    return {str(reason) for reason in decision.reasons}


CONFIRMED = date(2026, 11, 20)
