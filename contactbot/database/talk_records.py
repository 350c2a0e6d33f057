"""What was said, in the database: interviews, answers, consents, appointments, language."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.tables import (
    answers,
    appointments,
    consent_events,
    interviews,
    persons,
)
from contactbot.database.transaction import Transaction
from contactbot.ports.outreach import Attempt, ConsentRecord

_LAST_CONSENT = text("""
    SELECT id FROM consent_events WHERE person_id = :person AND purpose = :purpose
     ORDER BY at DESC LIMIT 1
""")


class TalkRecords(Transaction):
    """The part of a transaction that keeps what was said (promises: contactbot.ports.outreach)."""

    def begin_interview(
        self, attempt: Attempt, script_hash: str, *, channel: str = "voice"
    ) -> UUID:
        """The interview of this attempt, begun if it was not."""
        of_attempt = select(interviews.c.id).where(interviews.c.attempt_id == attempt.id)
        begun: UUID | None = self.connection.execute(of_attempt).scalar_one_or_none()
        if begun is not None:
            return begun
        fresh = uuid4()
        self.connection.execute(
            insert(interviews).values(
                id=fresh,
                person_id=attempt.person_id,
                referral_id=attempt.referral_id,
                script_hash=script_hash,
                channel=channel,
                state="open",
                attempt_id=attempt.id,
                started_at=self.instant.calendar,
            )
        )
        return fresh

    def answer(
        self, interview_id: UUID, person_id: UUID, turn: int, step: str, value: str, language: str
    ) -> None:
        """Keep an answer, sealed."""
        row_id, this = uuid4(), interviews.c.id == interview_id
        sealed = self.box(person_id).seal("answers", "value_sealed", row_id, value)
        row = {
            "id": row_id,
            "interview_id": interview_id,
            "step": step,
            "turn": turn,
            "value_sealed": sealed,
            "language": language,
            "channel": select(interviews.c.channel).where(this).scalar_subquery(),
            "at": self.instant.calendar,
        }
        self.connection.execute(upsert(answers).values(row).on_conflict_do_nothing())

    def end_interview(
        self, interview_id: UUID, state: str, ending: str, language: str | None
    ) -> None:
        """Close the interview as `completed` or `broken_off`."""
        self.connection.execute(
            update(interviews)
            .where(interviews.c.id == interview_id, interviews.c.ended_at.is_(None))
            .values(state=state, ending=ending, language=language, ended_at=self.instant.calendar)
        )

    def consent(self, attempt: Attempt, consent: ConsentRecord) -> None:
        """Append a consent event; the newest of a purpose holds."""
        about = {"person": attempt.person_id, "purpose": consent.purpose}
        last = self.connection.execute(_LAST_CONSENT, about).scalar_one_or_none()
        self.connection.execute(
            insert(consent_events).values(
                id=uuid4(),
                person_id=attempt.person_id,
                referral_id=attempt.referral_id,
                attempt_id=attempt.id,
                purpose=consent.purpose,
                recipient=consent.recipient,
                decision=consent.decision,
                wording=consent.wording,
                wording_hash=consent.wording_hash,
                language=consent.language,
                channel=consent.channel,
                script_hash=consent.script_hash,
                identity=consent.identity,
                captured_by=consent.captured_by,
                supersedes=last,
                at=self.instant.calendar,
            )
        )

    def appoint(
        self, attempt: Attempt, starts_at: datetime, ends_at: datetime, language: str | None
    ) -> None:
        """Book a call-back by a person."""
        self.connection.execute(
            insert(appointments).values(
                id=uuid4(),
                person_id=attempt.person_id,
                referral_id=attempt.referral_id,
                attempt_id=attempt.id,
                kind="call_back",
                starts_at=starts_at,
                ends_at=ends_at,
                language=language,
                made_at=self.instant.calendar,
            )
        )

    def prefer_language(self, person_id: UUID, language: str | None, source: str) -> None:
        """Record the language a proved person chose."""
        if language is None:
            return
        self.connection.execute(
            update(persons)
            .where(persons.c.id == person_id)
            .values(language=language, language_source=source, language_at=self.instant.calendar)
        )
