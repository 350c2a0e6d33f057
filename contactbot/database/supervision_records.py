"""Releases for calls by hand, booked call-backs, and records the case store refused for good."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, text

from contactbot.database.act_records import ActRecords
from contactbot.database.tables import contact_releases
from contactbot.domain.calendar import LONDON
from contactbot.ports.supervision import Act, DeadRecord, Release, Waiting, WaitingList

# What the gate lets nobody ring by hand without a release: a protected person who said nothing
# about calls, and anybody whose confirmation something has made void.
_TO_RELEASE = text("""
    SELECT r.id, r.person_id, r.reference, r.withheld_because, r.breach_at AS at,
           count(*) OVER () AS total
      FROM referrals r
      LEFT JOIN LATERAL (SELECT safe_call, voided_at FROM contact_profiles c
                          WHERE c.person_id = r.person_id ORDER BY version DESC LIMIT 1) c ON true
     WHERE r.route = 'caller'
       AND (CAST(:referral AS uuid) IS NULL OR r.id = CAST(:referral AS uuid))
       AND (c.voided_at IS NOT NULL
            OR (r.tier <> 'standard' AND coalesce(c.safe_call, 'blank') = 'blank'))
       AND coalesce(c.safe_call, 'blank') <> 'no'
       AND NOT EXISTS (SELECT FROM contact_releases l
                        WHERE l.referral_id = r.id AND l.until > :now AND l.used_up_at IS NULL)
       AND NOT EXISTS (SELECT FROM holds h
                        WHERE h.person_id = r.person_id AND h.released_at IS NULL
                          AND (h.referral_id IS NULL OR h.referral_id = r.id))
     ORDER BY r.breach_at, r.risk_rank, r.referred_at LIMIT :most
""")
_UNCONFIRMED = text("""
    SELECT count(DISTINCT r.person_id)
      FROM referrals r
      JOIN LATERAL (SELECT * FROM contact_profiles c
                     WHERE c.person_id = r.person_id ORDER BY version DESC LIMIT 1) c ON true
     WHERE r.route = 'caller' AND r.tier <> 'standard' AND c.safe_call = 'yes'
       AND c.voided_at IS NULL AND (c.confirmed_on IS NULL OR c.confirmed_on < :since)
""")
_AGAIN = text("UPDATE referrals SET due_at = NULL WHERE id = :referral AND route = 'caller'")
_RELEASES = text("""
    SELECT r.reference, coalesce(u.name, l.released_by) AS by, l.at, l.until, l.used_up_at
      FROM contact_releases l JOIN referrals r ON r.id = l.referral_id
      LEFT JOIN users u ON CAST(u.id AS text) = l.released_by
     ORDER BY l.at DESC, l.id LIMIT :most
""")
_CALL_BACKS = text("""
    SELECT r.id, r.person_id, r.reference, ARRAY[]::text[] AS withheld_because, a.starts_at AS at
      FROM appointments a JOIN referrals r ON r.id = a.referral_id
     WHERE a.state = 'booked' ORDER BY a.starts_at LIMIT 50
""")
_DEAD = text("""
    SELECT id, type, case_reference, source_system, sequence, recorded_at, last_error
      FROM outbox WHERE state = 'dead' ORDER BY position LIMIT :most
""")
_DEAD_COUNT = text("SELECT count(*) FROM outbox WHERE state = 'dead'")
_SEND_AGAIN = text("""
    UPDATE outbox SET state = 'pending', tries = 0, next_try_real = NULL, delivered_at_real = NULL
     WHERE id = :id AND state = 'dead'
""")


class SupervisionRecords(ActRecords):
    """The part of a transaction that keeps releases (promises: contactbot.ports.supervision)."""

    def release(self, waiting: Waiting, note: str, until: datetime, by: str) -> None:
        """Let the person be called by hand until then, or until a call was answered."""
        release_id = uuid4()
        self.connection.execute(
            insert(contact_releases).values(
                id=release_id,
                referral_id=waiting.referral_id,
                person_id=waiting.person_id,
                until=until,
                released_by=by,
                at=self.instant.calendar,
            )
        )
        box = self.box(waiting.person_id)
        self.keep_act(Act.RELEASED, release_id, waiting.person_id, box, note=note, by=by)
        self.connection.execute(_AGAIN, {"referral": waiting.referral_id})

    def waiting_for_release(self, most: int, referral_id: UUID | None = None) -> WaitingList:
        """People nobody may ring until a supervisor has released them, or one of them."""
        about = {"now": self.instant.calendar, "referral": referral_id, "most": most}
        rows = self.connection.execute(_TO_RELEASE, about).all()
        return WaitingList(tuple(map(_waiting, rows)), rows[0].total if rows else 0)

    def unconfirmed(self, days: int) -> int:
        """How many protected people said yes to calls, confirmed longer ago than that or never."""
        today = self.instant.calendar.astimezone(LONDON).date()
        about = {"since": today - timedelta(days=days)}
        return int(self.connection.execute(_UNCONFIRMED, about).scalar_one())

    def releases(self, most: int) -> Sequence[Release]:
        """The newest releases."""
        rows = self.connection.execute(_RELEASES, {"most": most}).mappings()
        return [Release(**row) for row in rows]

    def call_backs(self) -> Sequence[Waiting]:
        """Booked call-backs, the earliest first."""
        return [_waiting(row) for row in self.connection.execute(_CALL_BACKS)]

    def dead_records(self, most: int) -> Sequence[DeadRecord]:
        """Records the case store refused for good, the oldest first."""
        return [
            DeadRecord(
                id=row.id,
                type=row.type,
                reference=row.case_reference,
                source_system=row.source_system,
                sequence=row.sequence,
                recorded_at=row.recorded_at,
                reason=row.last_error or "",
            )
            for row in self.connection.execute(_DEAD, {"most": most})
        ]

    def dead_count(self) -> int:
        """How many there are."""
        return int(self.connection.execute(_DEAD_COUNT).scalar_one())

    def send_again(self, record_id: UUID) -> bool:
        """Offer the record to the case store again; False if it is not a dead one."""
        return self.connection.execute(_SEND_AGAIN, {"id": record_id}).rowcount == 1


def _waiting(row: Row[tuple[object, ...]]) -> Waiting:
    return Waiting(row.id, row.person_id, row.reference, tuple(row.withheld_because), row.at)
