"""Take due referrals and record the intents to call them, one or many in a transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from contactbot.database.queue_head import QueueHead
from contactbot.database.row_sets import id_set, row_set
from contactbot.database.transaction import Transaction
from contactbot.ports.outreach import NewAttempt

KIN_BUSY = timedelta(minutes=1)

_TAKE = """
    SELECT r.id, r.person_id, r.breach_at, r.risk_rank, r.referred_at
      FROM referrals r JOIN persons p ON p.id = r.person_id
     WHERE r.route = 'automatic' AND r.due_at <= :now {beyond}
     ORDER BY r.breach_at, r.risk_rank, r.referred_at
     LIMIT :most FOR UPDATE OF p, r SKIP LOCKED
"""
_TAKE_FROM_TOP = text(_TAKE.format(beyond=""))
_TAKE_BEYOND = text(
    _TAKE.format(
        beyond="AND (r.breach_at, r.risk_rank, r.referred_at) >= (:breach_at, :risk, :referred_at)"
    )
)
_KIN = text("""
    SELECT person_a, person_b FROM person_links
     WHERE state <> 'rejected' AND (person_a = ANY(CAST(:persons AS uuid[]))
                                    OR person_b = ANY(CAST(:persons AS uuid[])))
""")
_LOCK_FREE = text("""
    SELECT id FROM persons WHERE id = ANY(CAST(:persons AS uuid[]))
     ORDER BY id FOR UPDATE SKIP LOCKED
""")
_DEFER = text("UPDATE referrals SET due_at = :due_at WHERE id = ANY(CAST(:referrals AS uuid[]))")
# In the order of their numbers, so that of two transactions with the same telephones none waits
# for the other while the other waits for it. Who has a live attempt already gets nothing.
_INTEND = text("""
    WITH intent AS (
        INSERT INTO attempts (id, token, person_id, referral_id, number_id, number_index, channel,
                              state, decided_at, close_at, deadline_real, policy_version,
                              script_hash)
        SELECT i.id, i.token, i.person_id, i.referral_id, i.number_id,
               decode(i.number_index, 'hex'), 'call',
               'placing', :now, i.close_at, clock_timestamp() + make_interval(secs => :deadline),
               :policy, :script
          FROM json_to_recordset(CAST(:rows AS json))
            AS i(id uuid, token text, person_id uuid, referral_id uuid, number_id uuid,
                 number_index text, close_at timestamptz)
         ORDER BY i.number_index
        ON CONFLICT DO NOTHING RETURNING id, person_id, referral_id),
    decision AS (
        INSERT INTO decisions (person_id, referral_id, attempt_id, channel, means, moment, allowed,
                               reasons, policy_version, at)
        SELECT person_id, referral_id, id, 'call', 'automatic', 'dispatch', true, '{}', :policy,
               :now FROM intent),
    trail AS (
        INSERT INTO audit (actor, action, subject_type, subject_id, at)
        SELECT 'dispatcher', 'attempt_intended', 'attempt', CAST(id AS text), :now FROM intent),
    taken AS (
        UPDATE referrals SET due_at = NULL FROM intent WHERE referrals.id = intent.referral_id)
    SELECT id FROM intent
""")


_OF_EACH = ("id", "token", "person_id", "referral_id", "number_id", "number_index", "close_at")


@dataclass(frozen=True, slots=True)
class _Families:
    """Whom each person may be, and who of all these could be locked."""

    kin: dict[UUID, set[UUID]]
    locked: frozenset[UUID]


class IntentRecords(Transaction):
    """The part of a transaction that takes due referrals (promises: contactbot.ports.outreach)."""

    head: QueueHead | None = None

    def claim_due(self, most: int) -> list[UUID]:
        """The most urgent due referrals whose persons nobody else holds, nor anybody linked."""
        while True:
            found = self._take(most)
            alone = self._without_kin(found)
            if alone or not found:
                return alone

    def _take(self, most: int) -> Sequence[Row[Any]]:
        about = {"now": self.instant.calendar, "most": most}
        beyond = self.head.beyond() if self.head else None
        if beyond is not None:
            found = self.connection.execute(_TAKE_BEYOND, about | beyond).all()
            if len(found) == most:
                self._remember(found)
                return found
        found = self.connection.execute(_TAKE_FROM_TOP, about).all()
        if self.head:
            self.head.seen_from_top()
        self._remember(found)
        return found

    def _remember(self, found: Sequence[Row[Any]]) -> None:
        if self.head and found:
            last = found[-1]
            self.head.reached(last.breach_at, last.risk_rank, last.referred_at)

    def _without_kin(self, found: Sequence[Row[Any]]) -> list[UUID]:
        """One of each family: they share caps and spacing, so none is decided on unseen by others.

        Whose kin another transaction holds is looked at a minute later; whose kin is in this very
        one is left where it is, and by its next turn what came of this one counts.
        """
        families = self._families([row.person_id for row in found])
        taken: set[UUID] = set()
        alone, later = [], []
        for row in found:
            family = families.kin[row.person_id] | {row.person_id}
            if not families.kin[row.person_id] <= families.locked:
                later.append(row.id)
            elif taken.isdisjoint(family):
                alone.append(row.id)
                taken |= family
        if later:
            self._defer(later, self.instant.calendar + KIN_BUSY)
        return alone

    def _families(self, persons: Sequence[UUID]) -> _Families:
        kin: defaultdict[UUID, set[UUID]] = defaultdict(set)
        for one, other in self.connection.execute(_KIN, {"persons": id_set(persons)}):
            kin[one].add(other)
            kin[other].add(one)
        relatives = [person for others in kin.values() for person in others]
        if not relatives:
            return _Families(kin, frozenset())
        locked = self.connection.execute(_LOCK_FREE, {"persons": id_set(relatives)}).scalars()
        return _Families(kin, frozenset(locked))

    def _defer(self, referral_ids: Sequence[UUID], due_at: datetime) -> None:
        self.connection.execute(_DEFER, {"referrals": id_set(referral_ids), "due_at": due_at})

    def intend(self, attempts: Sequence[NewAttempt]) -> set[UUID]:
        """Record intents with their decisions and audit rows; which of them were free to be."""
        if not attempts:
            return set()
        recorded = self.connection.execute(
            _INTEND,
            {
                "rows": row_set(
                    {name: getattr(attempt, name) for name in _OF_EACH} for attempt in attempts
                ),
                "now": self.instant.calendar,
                "deadline": attempts[0].deadline_seconds,
                "policy": attempts[0].policy_version,
                "script": attempts[0].script_hash,
            },
        )
        return set(recorded.scalars())
