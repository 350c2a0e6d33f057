"""What waits for a supervisor, and what supervisors decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, text

from contactbot.database.tables import contact_releases
from contactbot.database.transaction import Transaction
from contactbot.ports.supervision import Waiting

_AGAIN = text("UPDATE referrals SET due_at = NULL WHERE id = :referral AND route = 'caller'")
_TO_RELEASE = text("""
    SELECT r.id, r.person_id, r.reference, r.withheld_because, r.breach_at AS at
      FROM referrals r
     WHERE r.route = 'caller' AND r.tier <> 'standard'
       AND NOT EXISTS (SELECT FROM contact_releases l
                        WHERE l.referral_id = r.id AND l.until > :now AND l.used_up_at IS NULL)
       AND coalesce((SELECT safe_call FROM contact_profiles c
                      WHERE c.person_id = r.person_id ORDER BY version DESC LIMIT 1),
                    'blank') = 'blank'
     ORDER BY r.breach_at, r.risk_rank, r.referred_at LIMIT 50
""")
_HELD = text("""
    SELECT r.id, r.person_id, r.reference, ARRAY[h.reason] AS withheld_because, h.placed_at AS at
      FROM holds h JOIN referrals r ON r.person_id = h.person_id
       AND (h.referral_id IS NULL OR h.referral_id = r.id)
     WHERE h.released_at IS NULL ORDER BY h.placed_at DESC, h.id LIMIT 50
""")
_CALL_BACKS = text("""
    SELECT r.id, r.person_id, r.reference, ARRAY[]::text[] AS withheld_because, a.starts_at AS at
      FROM appointments a JOIN referrals r ON r.id = a.referral_id
     WHERE a.state = 'booked' ORDER BY a.starts_at LIMIT 50
""")


class SupervisionRecords(Transaction):
    """The part of a transaction that keeps decisions (promises: contactbot.ports.supervision)."""

    def release(
        self, referral_id: UUID, person_id: UUID, reason: str, until: datetime, by: str
    ) -> None:
        """Let the person be called by hand until then."""
        self.connection.execute(
            insert(contact_releases).values(
                id=uuid4(),
                referral_id=referral_id,
                person_id=person_id,
                reason=reason,
                until=until,
                released_by=by,
                at=self.instant.calendar,
            )
        )
        self.connection.execute(_AGAIN, {"referral": referral_id})

    def waiting_for_release(self) -> Sequence[Waiting]:
        """Protected people nobody may ring until a supervisor has released them."""
        return self._waiting(_TO_RELEASE)

    def held(self) -> Sequence[Waiting]:
        """Cases held for a person, the newest first."""
        return self._waiting(_HELD)

    def call_backs(self) -> Sequence[Waiting]:
        """Booked call-backs, the earliest first."""
        return self._waiting(_CALL_BACKS)

    def _waiting(self, statement: Any) -> Sequence[Waiting]:
        about = {"now": self.instant.calendar} if ":now" in str(statement) else {}
        rows = self.connection.execute(statement, about).all()
        return [
            Waiting(row.id, row.person_id, row.reference, tuple(row.withheld_because), row.at)
            for row in rows
        ]
