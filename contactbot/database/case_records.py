"""Cases in the database: decisions kept, next steps, holds, suppressions, word to the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.case_facts import read_case, read_cases
from contactbot.database.outbox_records import add_outbox
from contactbot.database.tables import (
    attempts,
    counters,
    decisions,
    holds,
    numbers,
    referrals,
    suppressions,
)
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import LIVE
from contactbot.domain.gate import Decision, Request
from contactbot.domain.planning import Plan
from contactbot.domain.reasons import Reason
from contactbot.domain.referral import STATE_GROUPS, ReferralState, StateGroup
from contactbot.ports.outreach import Case, CaseUnreadable

_LAST_REASONS = text("""
    SELECT reasons FROM decisions
     WHERE referral_id = :referral AND channel = :channel AND means = :means
     ORDER BY id DESC LIMIT 1
""")

_USE_UP = text("""
    UPDATE contact_releases SET used_up_at = :now
     WHERE referral_id = :referral AND used_up_at IS NULL AND until > :now
""")
_AUDIT = """
    INSERT INTO audit (actor, action, subject_type, subject_id, detail, at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


class CaseRecords(Transaction):
    """The part of a transaction that keeps cases (promises: contactbot.ports.outreach)."""

    def case(self, referral_id: UUID, number_id: UUID | None = None) -> Case:
        """All facts of one referral, as they are now."""
        return read_case(self.connection, self.keyring, self.instant, referral_id, number_id)

    def cases(self, referral_ids: Sequence[UUID]) -> dict[UUID, Case | CaseUnreadable]:
        """All facts of each referral, as they are now."""
        return read_cases(self.connection, self.keyring, self.instant, referral_ids)

    def decide(
        self, case: Case, request: Request, decision: Decision, attempt_id: UUID | None = None
    ) -> None:
        """Keep every Allow, and a Deny when its reasons changed since the last one."""
        reasons = [str(reason) for reason in decision.reasons]
        if not decision.allowed and attempt_id is None:
            about = {
                "referral": case.referral_id,
                "channel": str(request.channel),
                "means": str(request.means),
            }
            if self.connection.execute(_LAST_REASONS, about).scalar_one_or_none() == reasons:
                return
        self.connection.execute(
            insert(decisions).values(
                person_id=case.person_id,
                referral_id=case.referral_id,
                attempt_id=attempt_id,
                channel=request.channel,
                means=request.means,
                moment=request.moment,
                allowed=decision.allowed,
                reasons=reasons,
                policy_version=decision.policy_version,
                at=self.instant.calendar,
            )
        )

    def apply(self, case: Case, plan: Plan, *, tried: bool = False) -> bool:
        """Store where the referral goes next."""
        values: dict[str, Any] = {
            "state": plan.state,
            "route": plan.route,
            "due_at": plan.due_at,
            "breach_at": plan.breach_at,
            "withheld_because": [str(reason) for reason in plan.reasons],
            "updated_at": self.instant.calendar,
        }
        if tried:
            values["tries"] = referrals.c.tries + 1
        if STATE_GROUPS[ReferralState(plan.state)] is StateGroup.CONTACTED:
            first = func.coalesce(referrals.c.first_contact_at, self.instant.calendar)
            values["first_contact_at"] = first
        this = referrals.c.id == case.referral_id
        self.connection.execute(update(referrals).where(this).values(**values))
        return str(plan.state) != case.facts.state

    def set_aside(self, person_id: UUID, referral_id: UUID) -> None:
        """Hold a referral that cannot be read, with the Deny kept."""
        self.hold(person_id, referral_id, "case_unreadable", "outreach")
        this = referrals.c.id == referral_id
        reasons = [str(Reason.GATE_ERROR)]
        self.connection.execute(
            update(referrals)
            .where(this)
            .values(state="held", route="none", due_at=None, withheld_because=reasons)
        )
        self.connection.execute(
            insert(decisions).values(
                person_id=person_id,
                referral_id=referral_id,
                channel="call",
                means="automatic",
                moment="dispatch",
                allowed=False,
                reasons=reasons,
                policy_version="unread",
                at=self.instant.calendar,
            )
        )

    def defer(self, referral_id: UUID, due_at: datetime | None) -> None:
        """Look at the referral again at `due_at`; None = not by itself."""
        this = referrals.c.id == referral_id
        self.connection.execute(update(referrals).where(this).values(due_at=due_at))

    def hold(self, person_id: UUID, referral_id: UUID | None, reason: str, by: str) -> None:
        """Stop the case until a person decides."""
        row = {
            "id": uuid4(),
            "person_id": person_id,
            "referral_id": referral_id,
            "reason": reason,
            "placed_at": self.instant.calendar,
            "placed_by": by,
        }
        self.connection.execute(upsert(holds).values(row).on_conflict_do_nothing())

    def suppress(
        self,
        *,
        person_id: UUID | None,
        number_index: bytes | None,
        reason: str,
        by: str,
        programme: str | None = None,
    ) -> None:
        """Never contact again."""
        row = {
            "id": uuid4(),
            "person_id": person_id,
            "number_index": number_index,
            "reason": reason,
            "programme": programme,
            "since": self.instant.calendar,
            "set_by": by,
        }
        self.connection.execute(upsert(suppressions).values(row).on_conflict_do_nothing())

    def use_up_release(self, referral_id: UUID) -> None:
        """A supervisor's release of this referral has served."""
        about = {"referral": referral_id, "now": self.instant.calendar}
        self.connection.execute(_USE_UP, about)

    def ask_cancel(self, person_id: UUID, because: str, *, but: UUID | None = None) -> int:
        """Have every live attempt of this person but one cancelled."""
        live = attempts.c.state.in_([str(state) for state in LIVE])
        asked = self.connection.execute(
            update(attempts)
            .where(attempts.c.person_id == person_id, live, attempts.c.cancel_because.is_(None))
            .where(attempts.c.id.is_distinct_from(but))
            .values(cancel_because=because, cancel_asked_at_real=func.clock_timestamp())
        )
        return asked.rowcount

    def tell_case_store(self, case: Case, kind: str, body: Mapping[str, Any]) -> None:
        """Put one fact into the outbox, in this transaction."""
        at = self.instant.calendar
        add_outbox(
            self.connection,
            type=kind,
            case_reference=case.reference,
            source_system=case.source_system,
            occurred_at=at,
            recorded_at=at,
            body=dict(body),
        )

    def audit(self, actor: str, action: str, subject: UUID | None, **detail: str) -> None:
        """Keep who did what; ids only."""
        kind = action.split("_", maxsplit=1)[0]
        about = None if subject is None else str(subject)
        self.write(_AUDIT, actor, action, kind, about, Jsonb(detail), self.instant.calendar)

    def count(self, name: str) -> None:
        """Add one to a counter that holds no id."""
        self.connection.execute(
            upsert(counters)
            .values(name=name, count=1)
            .on_conflict_do_update(index_elements=["name"], set_={"count": counters.c.count + 1})
        )

    def persons_with_number(self, number: str) -> tuple[Sequence[bytes], Sequence[UUID]]:
        """The blind indexes of an E.164 number, and the persons it belongs to, locked in order."""
        indexes = self.keyring.blind_all("number", number)
        owners = select(numbers.c.person_id).where(numbers.c.number_index.in_(indexes)).distinct()
        persons = sorted(self.connection.execute(owners).scalars())
        for person_id in persons:
            self.lock_person(person_id)
        return indexes, persons
