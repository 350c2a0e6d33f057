"""What a call by hand reads of a person, and what it leaves behind."""

from uuid import UUID

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.crypto import PersonBox
from contactbot.database.need_records import NeedRecords
from contactbot.database.tables import appointments, attempts
from contactbot.domain.attempts import AttemptState
from contactbot.domain.by_hand import Proof
from contactbot.ports.callers import Agreed, Content, Profile, Told, Wished
from contactbot.ports.outreach import NewAttempt

_PROFILE = text("""
    SELECT p.id, p.given_name_sealed, p.language, c.safe_call, c.safe_text, c.safe_voicemail,
           c.safe_hours, c.confirmed_on, a.starts_at, a.ends_at, a.language AS wished
      FROM referrals r JOIN persons p ON p.id = r.person_id
      LEFT JOIN LATERAL (SELECT * FROM contact_profiles WHERE person_id = p.id
                         ORDER BY version DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (SELECT * FROM appointments WHERE referral_id = r.id AND state = 'booked'
                         ORDER BY starts_at LIMIT 1) a ON true
     WHERE r.id = :referral
""")
_FACTS = text("SELECT id, date_of_birth_sealed, postcode_sealed FROM persons WHERE id = :person")
_CONTENT = text("""
    SELECT id, person_id, reference, crime_group, offence_code, reported_on, notes_sealed
      FROM referrals WHERE id = :referral
""")
# Two answers may be of one moment: the one that supersedes the other is the newer.
_CONSENTS = text("""
    SELECT DISTINCT ON (purpose) purpose, decision, at, channel, attempt_id
      FROM consent_events c WHERE referral_id = :referral
       AND NOT EXISTS (SELECT FROM consent_events newer
                        WHERE newer.supersedes = c.id AND newer.referral_id = :referral)
     ORDER BY purpose, at DESC
""")
_WISHED = text("""
    SELECT starts_at, ends_at, made_at, attempt_id FROM appointments
     WHERE referral_id = :referral AND state = 'booked' ORDER BY made_at DESC LIMIT 1
""")
_SUSPEND = text("""
    UPDATE numbers SET suspended_because = coalesce(suspended_because, :why) WHERE id = :id
""")
_SETTLE = text("""
    UPDATE appointments SET state = 'kept'
     WHERE referral_id = :referral AND state = 'booked' AND starts_at <= :now
       AND attempt_id IS DISTINCT FROM :attempt
""")


class HandRecords(NeedRecords):
    """The part of a transaction that keeps calls by hand (promises: contactbot.ports.callers)."""

    def profile(self, referral_id: UUID) -> Profile:
        """How the person may be contacted."""
        row = self.connection.execute(_PROFILE, {"referral": referral_id}).one()
        box = self.box(row.id)
        return Profile(
            given_name=_opened(box, "persons", "given_name_sealed", row.id, row.given_name_sealed),
            language=row.wished or row.language,
            safe_call=row.safe_call or "blank",
            safe_text=row.safe_text or "blank",
            safe_voicemail=row.safe_voicemail or "blank",
            safe_hours=row.safe_hours,
            confirmed_on=row.confirmed_on.isoformat() if row.confirmed_on else None,
            appointment=(row.starts_at, row.ends_at) if row.starts_at else None,
        )

    def known_facts(self, person_id: UUID) -> Proof:
        """What we know that could prove who is there; never shown."""
        row = self.connection.execute(_FACTS, {"person": person_id}).one()
        box = self.box(person_id)
        born, code = row.date_of_birth_sealed, row.postcode_sealed
        return Proof(
            date_of_birth=_opened(box, "persons", "date_of_birth_sealed", row.id, born),
            postcode=_opened(box, "persons", "postcode_sealed", row.id, code),
        )

    def content(self, referral_id: UUID) -> Content:
        """What the call is about."""
        row = self.connection.execute(_CONTENT, {"referral": referral_id}).one()
        notes = _opened(
            self.box(row.person_id), "referrals", "notes_sealed", row.id, row.notes_sealed
        )
        return Content(
            reference=row.reference,
            crime_group=row.crime_group,
            offence=row.offence_code or "",
            reported_on=row.reported_on.isoformat() if row.reported_on else "",
            notes=notes,
        )

    def told(self, referral_id: UUID) -> Told:
        """What the person has told us about this case by now."""
        about = {"referral": referral_id}
        wished = self.connection.execute(_WISHED, about).one_or_none()
        return Told(
            consents={
                row.purpose: Agreed(row.decision, row.at, row.channel, row.attempt_id)
                for row in self.connection.execute(_CONSENTS, about)
            },
            needs=self.needs(referral_id),
            wished=Wished(*wished) if wished else None,
        )

    def begin_by_hand(self, attempt: NewAttempt, by: str) -> bool:
        """Record a call that is made at this moment; False if one is live already."""
        begun = self.connection.execute(
            upsert(attempts)
            .values(
                id=attempt.id,
                token=attempt.token,
                person_id=attempt.person_id,
                referral_id=attempt.referral_id,
                number_id=attempt.number_id,
                number_index=attempt.number_index,
                channel="call",
                by=by,
                state=AttemptState.IN_PROGRESS,
                decided_at=self.instant.calendar,
                placed_at=self.instant.calendar,
                close_at=attempt.close_at,
                deadline_real=func.clock_timestamp(),
                policy_version=attempt.policy_version,
                script_hash=attempt.script_hash,
            )
            .on_conflict_do_nothing()
            .returning(attempts.c.id)
        )
        return begun.one_or_none() is not None

    def suspend_number(self, number_id: UUID, because: str) -> None:
        """Ring this number no more until a person has decided."""
        self.connection.execute(_SUSPEND, {"id": number_id, "why": because})

    def unbook(self, attempt_id: UUID) -> None:
        """Take back the call-back that was booked in this very call."""
        this = appointments.c.attempt_id == attempt_id
        self.connection.execute(appointments.delete().where(this))

    def settle_appointments(self, referral_id: UUID, attempt_id: UUID) -> None:
        """Call-backs that were due are kept by this attempt."""
        about = {"referral": referral_id, "attempt": attempt_id, "now": self.instant.calendar}
        self.connection.execute(_SETTLE, about)


def _opened(box: PersonBox, table: str, column: str, row_id: UUID, sealed: bytes | None) -> str:
    return box.open(table, column, row_id, sealed) if sealed else ""
