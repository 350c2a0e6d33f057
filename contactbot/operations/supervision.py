"""What waits for a supervisor, in one look; what the operations of supervisors share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from contactbot.domain.holds import order_of_kind
from contactbot.domain.text_tasks import Urgency, order_of, urgency_of
from contactbot.operations.deps import Outreach
from contactbot.ports.staff import Member
from contactbot.ports.supervision import (
    HoldKind,
    Release,
    SupervisionStore,
    SupervisionTransaction,
    TextTask,
    Waiting,
    WaitingList,
)

LONGEST_NOTE = 500
SHOWN_RELEASES = 10
SHOWN_WAITING = 20


class Refused(Exception):
    """Nothing was changed: a note is missing or too long, or it cannot be decided so."""


class DecidedAlready(Exception):
    """Somebody else has decided this meanwhile; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Supervision:
    """The world as supervisors see it."""

    outreach: Outreach
    store: SupervisionStore


@dataclass(frozen=True, slots=True)
class Overview:
    """What waits for a supervisor; references only, no names. `mark` changes with any of it."""

    texts: Sequence[TextTask]
    hold_kinds: Sequence[HoldKind]
    to_release: WaitingList
    unconfirmed: int
    call_backs: Sequence[Waiting]
    releases: Sequence[Release]
    dead: int
    as_at: datetime
    mark: str

    @property
    def in_danger(self) -> int:
        """How many texts speak of danger."""
        return sum(urgency_of(text.meaning, text.effect) is Urgency.NOW for text in self.texts)


def overview(
    supervision: Supervision, member: Member, *, beside: str = "", seen: str = ""
) -> Overview | None:
    """What waits for a supervisor; None if it is what they have `seen`.

    `beside` goes into the mark. That the people on it were listed is kept in the audit trail, once
    for each time something new is shown.
    """
    with supervision.store.begin() as transaction:
        found = _read(supervision, transaction, beside)
        if found.mark == seen:
            return None
        for waiting in (*found.to_release.shown, *found.call_backs):
            transaction.audit(str(member.id), "person_listed", waiting.person_id)
        for text in found.texts:
            transaction.audit(str(member.id), "text_listed", text.id)
        return found


def _read(supervision: Supervision, transaction: SupervisionTransaction, beside: str) -> Overview:
    days = supervision.outreach.policy.profiles.protected_valid_days
    texts = sorted(
        transaction.open_texts(), key=lambda text: (*order_of(text.meaning, text.effect), text.at)
    )
    kinds = sorted(transaction.hold_kinds(), key=lambda kind: order_of_kind(kind.reason))
    to_release = transaction.waiting_for_release(SHOWN_WAITING)
    call_backs = transaction.call_backs()
    releases = transaction.releases(SHOWN_RELEASES)
    unconfirmed, dead = transaction.unconfirmed(days), transaction.dead_count()
    # Ages are told in hours, so they are told anew every hour.
    hour = transaction.instant.calendar.strftime("%Y%m%d%H")
    told = (
        [(text.id, text.read_at) for text in texts],
        list(map(repr, kinds)),
        [waiting.referral_id for waiting in to_release.shown],
        [(waiting.referral_id, waiting.at) for waiting in call_backs],
        [(each.at, each.until, each.used_up_at) for each in releases],
        (to_release.total, unconfirmed, dead, hour, beside),
    )
    mark = sha256(repr(told).encode()).hexdigest()[:16]
    return Overview(
        texts=texts,
        hold_kinds=kinds,
        to_release=to_release,
        unconfirmed=unconfirmed,
        call_backs=call_backs,
        releases=releases,
        dead=dead,
        as_at=transaction.instant.calendar,
        mark=mark,
    )


def noted(note: str) -> str:
    """The note as it is kept; `Refused` if there is none or it is too long."""
    note = note.strip()
    if not note or len(note) > LONGEST_NOTE:
        raise Refused
    return note
