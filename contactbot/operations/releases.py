"""What a supervisor sees and decides about calls by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contactbot.operations.supervision import Supervision
from contactbot.ports.staff import Member
from contactbot.ports.supervision import Waiting

LONGEST_REASON = 500


class ReleaseRefused(Exception):
    """A release needs a reason and a moment that lies ahead."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits for a supervisor; references only, no names."""

    to_release: Sequence[Waiting]
    held: Sequence[Waiting]
    call_backs: Sequence[Waiting]


def overview(supervision: Supervision, member: Member) -> Overview:
    """What waits for a supervisor."""
    with supervision.store.begin() as transaction:
        seen = Overview(
            transaction.waiting_for_release(), transaction.held(), transaction.call_backs()
        )
        for waiting in (*seen.to_release, *seen.held, *seen.call_backs):
            transaction.audit(str(member.id), "person_listed", waiting.person_id)
        return seen


def release(
    supervision: Supervision, member: Member, referral_id: UUID, reason: str, until: datetime
) -> None:
    """Let a protected person without a confirmed profile be rung by hand until then."""
    reason = reason.strip()
    with supervision.store.begin() as transaction:
        now = transaction.instant.calendar
        if not reason or len(reason) > LONGEST_REASON or until <= now:
            raise ReleaseRefused
        waiting = {each.referral_id: each for each in transaction.waiting_for_release()}
        if referral_id not in waiting:
            raise ReleaseRefused
        person_id = waiting[referral_id].person_id
        transaction.lock_person(person_id)
        transaction.release(referral_id, person_id, reason, until, str(member.id))
        transaction.audit(str(member.id), "person_released", person_id, until=until.isoformat())
