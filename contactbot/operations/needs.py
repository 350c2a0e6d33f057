"""Tell the case store what somebody would like help with, once the questions about it are over."""

from typing import Any

from contactbot.domain.needs import NeedArea
from contactbot.ports.outreach import Attempt, OutreachTransaction, ToldNeed


def tell_needs(transaction: OutreachTransaction, attempt: Attempt) -> None:
    """Put one needs assessment into the outbox: all that is known of this case by now."""
    told = transaction.needs(attempt.referral_id)
    body = {
        "attempt": str(attempt.id),
        "complete": {need.area for need in told} >= set(NeedArea),
        "areas": {need.area: _told(need) for need in told},
    }
    transaction.tell_of(attempt, "needs_assessment", body)


def _told(need: ToldNeed) -> dict[str, Any]:
    return {
        "answer": need.answer,
        "asked_at": need.asked_at.isoformat(),
        "channel": need.channel,
        "language": need.language,
    }
