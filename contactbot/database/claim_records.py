"""Who is calling whom: claims on people, the order in which they are given out, releases."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.tables import caller_claims, contact_releases
from contactbot.database.transaction import Transaction
from contactbot.ports.callers import Claim, Waiting

# A page with a script beats every half minute; one without is believed for half an hour.
_GONE = text("""
    SELECT person_id FROM caller_claims
     WHERE ended_at_real IS NULL
       AND beat_at_real < clock_timestamp()
           - CASE WHEN beats THEN interval '2 minutes' ELSE interval '30 minutes' END
     ORDER BY person_id
""")
_DUE = """
      FROM referrals r JOIN persons p ON p.id = r.person_id
      LEFT JOIN LATERAL (
           SELECT min(starts_at) AS at, min(language) AS language FROM appointments
            WHERE referral_id = r.id AND state = 'booked') call_back ON true
     WHERE r.route = 'caller' AND (r.due_at IS NULL OR r.due_at <= :now)
       AND (call_back.at IS NULL OR call_back.at <= :now)
       AND (r.tier = 'standard' OR EXISTS (
           SELECT FROM contact_releases l
            WHERE l.referral_id = r.id AND l.until > :now AND l.used_up_at IS NULL)
           OR 'yes' = (SELECT safe_call FROM contact_profiles c
                        WHERE c.person_id = p.id ORDER BY version DESC LIMIT 1))
       AND NOT EXISTS (SELECT FROM caller_claims c
                        WHERE c.person_id = p.id AND c.ended_at_real IS NULL)
"""
_NEXT = text(f"""
    SELECT r.id {_DUE}
       AND (:welsh OR coalesce(call_back.language, p.language, 'en') <> 'cy')
     ORDER BY call_back.at NULLS LAST, r.breach_at, r.risk_rank, r.referred_at
     LIMIT 1 FOR UPDATE OF p, r SKIP LOCKED
""")
_NEEDS_WELSH = text(f"""
    SELECT EXISTS (SELECT {_DUE} AND coalesce(call_back.language, p.language, 'en') = 'cy')
""")
_RELEASED = text("""
    SELECT EXISTS (SELECT FROM contact_releases
                    WHERE referral_id = :referral AND until > :now AND used_up_at IS NULL)
""")
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


class ClaimRecords(Transaction):
    """The part of a transaction that keeps claims (promises: contactbot.ports.callers)."""

    def gone(self) -> Sequence[Claim]:
        """Open claims whose caller has not been heard of for too long."""
        found = []
        for person_id in self.connection.execute(_GONE).scalars().all():
            self.lock_person(person_id)
            still = {row.person_id for row in self.connection.execute(_GONE)}
            claim = self._open(caller_claims.c.person_id == person_id)
            if claim is not None and person_id in still:
                found.append(claim)
        return found

    def claim_of(self, user_id: UUID) -> Claim | None:
        """The person this caller has, locked."""
        mine = caller_claims.c.user_id == user_id
        claim = self._open(mine)
        if claim is None:
            return None
        self.lock_person(claim.person_id)
        return self._open(mine)

    def _open(self, which: Any) -> Claim | None:
        found = select(caller_claims).where(which, caller_claims.c.ended_at_real.is_(None))
        row = self.connection.execute(found).mappings().one_or_none()
        return claim_from(row) if row else None

    def next_for_caller(self, *, welsh: bool) -> UUID | None:
        """Lock the person a caller should ring next."""
        about = {"now": self.instant.calendar, "welsh": welsh}
        found: UUID | None = self.connection.execute(_NEXT, about).scalar_one_or_none()
        return found

    def needs_welsh(self) -> bool:
        """Whether somebody is due whom only a speaker of Welsh may ring."""
        about = {"now": self.instant.calendar}
        return bool(self.connection.execute(_NEEDS_WELSH, about).scalar_one())

    def open_claim(self, claim_id: UUID, referral_id: UUID, person_id: UUID, user_id: UUID) -> bool:
        """Give the person to this caller; False if another has them."""
        row = {"id": claim_id, "referral_id": referral_id, "person_id": person_id}
        opened = self.connection.execute(
            upsert(caller_claims)
            .values(row | {"user_id": user_id})
            .on_conflict_do_nothing()
            .returning(caller_claims.c.id)
        )
        return opened.one_or_none() is not None

    def change_claim(self, claim_id: UUID, **changed: object) -> None:
        """Keep how far the caller has come."""
        this = caller_claims.c.id == claim_id
        self.connection.execute(update(caller_claims).where(this).values(**changed))

    def end_claim(self, claim_id: UUID, because: str) -> None:
        """Let the person go."""
        self.change_claim(claim_id, ended_at_real=self.instant.real, ended_because=because)

    def is_released(self, referral_id: UUID) -> bool:
        """Whether a supervisor's release holds at this moment."""
        about = {"referral": referral_id, "now": self.instant.calendar}
        return bool(self.connection.execute(_RELEASED, about).scalar_one())

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


def claim_from(row: RowMapping) -> Claim:
    """The claim of one row."""
    return Claim(**{name: row[name] for name in Claim.__dataclass_fields__})
