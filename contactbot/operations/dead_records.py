"""Records the case store refused for good: shown with its reason, and offered once more."""

from collections.abc import Sequence
from uuid import UUID

from contactbot.operations.supervision import DecidedAlready, Supervision
from contactbot.ports.staff import Member
from contactbot.ports.supervision import DeadRecord

SHOWN = 100


def dead_records(supervision: Supervision) -> Sequence[DeadRecord]:
    """The oldest of them; what a record says is not shown."""
    with supervision.store.begin() as transaction:
        return transaction.dead_records(SHOWN)


def try_again(supervision: Supervision, member: Member, record_id: UUID) -> None:
    """Put it back among those that wait; `DecidedAlready` if it is there already."""
    with supervision.store.begin() as transaction:
        if not transaction.send_again(record_id):
            raise DecidedAlready
        transaction.audit(str(member.id), "record_tried_again", record_id)
