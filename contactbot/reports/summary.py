"""The result of a demonstration: what became of every referral, and what went wrong."""

from collections.abc import Mapping
from typing import Any

from contactbot.domain.calendar import LONDON
from contactbot.domain.referral import STATE_GROUPS, Language, ReferralState, StateGroup
from contactbot.ports.figures import Counts, Figures

ATTEMPT_KINDS = ("call", "text", "manual")
OUTBOX_STATES = ("delivered", "pending", "dead")


def demonstration_summary(figures: Figures, violations: int) -> dict[str, Any]:
    """The JSON of `contactbot demo`; the groups of `by_state` add up to `referrals`.

    `violations` is how many rows the invariant checks gave.
    """
    counts = figures.counts()
    return {
        "referrals": sum(counts.referrals_by_state.values()),
        "by_state": by_group(counts.referrals_by_state),
        "attempts": _all_of(ATTEMPT_KINDS, counts.attempts),
        "denied": dict(counts.denials),
        "interviews": _all_of(tuple(Language), counts.interviews),
        "stopped_at_code": counts.stopped_at_code,
        "for_callers": counts.for_callers,
        "opted_in": counts.opted_in,
        "outbox": _all_of(OUTBOX_STATES, counts.outbox),
        "violations": violations,
        "simulated_days": simulated_days(counts),
    }


def by_group(by_state: Mapping[str, int]) -> dict[str, int]:
    """Referrals by group of states, every group present, empty ones too."""
    groups = dict.fromkeys((str(group) for group in StateGroup), 0)
    for state, number in by_state.items():
        groups[STATE_GROUPS[ReferralState(state)]] += number
    return groups


def simulated_days(counts: Counts) -> int:
    """How many midnights of London the simulated calendar passed; 0 where time is real."""
    if counts.clock_began is None:
        return 0
    began, now = (at.astimezone(LONDON).date() for at in (counts.clock_began, counts.as_at))
    return max(0, (now - began).days)


def _all_of(names: tuple[str, ...], counted: Mapping[str, int]) -> dict[str, int]:
    return {str(name): counted.get(name, 0) for name in names}
