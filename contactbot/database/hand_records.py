"""What a call by hand reads of a person, and what it leaves behind."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.crypto import PersonBox
from contactbot.database.tables import appointments, attempts, consent_events
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import AttemptState
from contactbot.domain.by_hand import Proof
from contactbot.ports.callers import Claim, Content, Profile
from contactbot.ports.outreach import ConsentRecord, NewAttempt

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
_CONSENT = text("""
    SELECT decision FROM consent_events WHERE attempt_id = :attempt ORDER BY at DESC, id LIMIT 1
""")
_LAST = text("""
    SELECT id FROM consent_events WHERE person_id = :person AND purpose = :purpose
     ORDER BY at DESC LIMIT 1
""")
_SUSPEND = text("""
    UPDATE numbers SET suspended_because = coalesce(suspended_because, :why) WHERE id = :id
""")
_SETTLE = text("""
    UPDATE appointments SET state = 'kept'
     WHERE referral_id = :referral AND state = 'booked' AND starts_at <= :now
       AND attempt_id IS DISTINCT FROM :attempt
""")


class HandRecords(Transaction):
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

    def content(self, referral_id: UUID, attempt_id: UUID) -> Content:
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
            consent=self.consent_of(attempt_id),
        )

    def consent_of(self, attempt_id: UUID) -> str | None:
        """The newest answer about consent in this call."""
        found = self.connection.execute(_CONSENT, {"attempt": attempt_id})
        answer: str | None = found.scalar_one_or_none()
        return answer

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

    def consent_by_hand(
        self, claim: Claim, attempt_id: UUID, consent: ConsentRecord, by: str
    ) -> None:
        """Append a consent event heard by a caller."""
        about = {"person": claim.person_id, "purpose": consent.purpose}
        last = self.connection.execute(_LAST, about).scalar_one_or_none()
        self.connection.execute(
            insert(consent_events).values(
                id=uuid4(),
                person_id=claim.person_id,
                referral_id=claim.referral_id,
                attempt_id=attempt_id,
                purpose=consent.purpose,
                recipient=consent.recipient,
                decision=consent.decision,
                wording=consent.wording,
                wording_hash=consent.wording_hash,
                language=consent.language,
                channel="caller",
                identity=claim.identity,
                captured_by=by,
                supersedes=last,
                at=self.instant.calendar,
            )
        )

    def appoint_by_hand(
        self, claim: Claim, attempt_id: UUID, starts_at: datetime, ends_at: datetime
    ) -> None:
        """Book a call-back; one booked in this very call before is replaced."""
        this = appointments.c.attempt_id == attempt_id
        self.connection.execute(appointments.delete().where(this))
        self.connection.execute(
            insert(appointments).values(
                id=uuid4(),
                person_id=claim.person_id,
                referral_id=claim.referral_id,
                attempt_id=attempt_id,
                kind="call_back",
                starts_at=starts_at,
                ends_at=ends_at,
                language=claim.language,
                made_at=self.instant.calendar,
            )
        )

    def settle_appointments(self, referral_id: UUID, attempt_id: UUID) -> None:
        """Call-backs that were due are kept by this attempt."""
        about = {"referral": referral_id, "attempt": attempt_id, "now": self.instant.calendar}
        self.connection.execute(_SETTLE, about)

    def booked(self, attempt_id: UUID) -> bool:
        """Whether a call-back was booked in this call."""
        found = select(appointments.c.id).where(appointments.c.attempt_id == attempt_id)
        return self.connection.execute(found).first() is not None


def _opened(box: PersonBox, table: str, column: str, row_id: UUID, sealed: bytes | None) -> str:
    return box.open(table, column, row_id, sealed) if sealed else ""
