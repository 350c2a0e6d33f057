"""When somebody nobody could reach by telephone is sent a text that asks them to expect a call."""

from datetime import datetime, timedelta

from contactbot.domain.gate import Channel, ContactFacts, Means, Moment, Request, decide
from contactbot.domain.planning import CaseFacts
from contactbot.domain.policy import Policy
from contactbot.domain.reasons import PASSING

INVITATION = "invitation"
"""The id of the message."""

PLANNED_TEXT = Request(Channel.TEXT, Means.AUTOMATIC, Moment.PLANNED)
# The provider’s shortest life of a text that waits.
SHORTEST_LIFE = 1


def invitation_due(facts: ContactFacts, case: CaseFacts, policy: Policy) -> datetime | None:
    """When (UTC) to send the invitation of this referral at the earliest; None = not at all.

    It needs so many unanswered calls since the referral came as the policy says, and a gate that
    withholds it for no other reason than one that time removes.
    """
    after = policy.texts.invitation_after_unanswered
    unanswered = sum(
        past.disposition in policy.texts.unanswered
        for past in facts.history
        if past.same_person
        and past.channel is Channel.CALL
        and past.placed_at is not None
        and past.placed_at >= case.referred_at
    )
    if after == 0 or unanswered < after:
        return None
    decision = decide(PLANNED_TEXT, facts, policy)
    if decision.allowed:
        return facts.now
    return decision.look_again_at if PASSING.issuperset(decision.reasons) else None


def life_of_text(closes_at: datetime | None, now: datetime, policy: Policy) -> int:
    """How long (seconds) a text may wait at the provider: to the end of the hours, and no longer.

    A carrier may still deliver later, so the words are harmless at any hour.
    """
    most = policy.texts.validity_seconds
    if closes_at is None:
        return SHORTEST_LIFE
    left = int((closes_at - now) / timedelta(seconds=1))
    return max(SHORTEST_LIFE, min(most, left))
