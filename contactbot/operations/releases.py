"""A supervisor’s release of one person for calls by hand."""

from datetime import datetime
from uuid import UUID

from contactbot.operations.supervision import DecidedAlready, Refused, Supervision, noted
from contactbot.ports.staff import Member
from contactbot.ports.supervision import SupervisionTransaction, Waiting


def to_release(supervision: Supervision, member: Member, referral_id: UUID) -> Waiting | None:
    """The referral, if it waits for a release; that it was looked at is kept."""
    with supervision.store.begin() as transaction:
        waiting = _find(transaction, referral_id)
        if waiting is not None:
            transaction.audit(str(member.id), "person_listed", waiting.person_id)
        return waiting


def release(
    supervision: Supervision, member: Member, referral_id: UUID, note: str, until: datetime
) -> None:
    """Let a person be rung by hand until then, or until a call to them was answered.

    The gate is asked again before each call: a release only says that a person has thought about
    it. Raises `Refused`, or `DecidedAlready` where another supervisor was quicker.
    """
    note = noted(note)
    with supervision.store.begin() as transaction:
        if until <= transaction.instant.calendar:
            raise Refused
        waiting = _find(transaction, referral_id)
        if waiting is None:
            raise DecidedAlready
        transaction.lock_person(waiting.person_id)
        if _find(transaction, referral_id) is None:
            raise DecidedAlready
        person = waiting.person_id
        transaction.release(waiting, note, until, str(member.id))
        transaction.audit(str(member.id), "person_released", person, until=until.isoformat())


def _find(transaction: SupervisionTransaction, referral_id: UUID) -> Waiting | None:
    return next(iter(transaction.waiting_for_release(1, referral_id).shown), None)
