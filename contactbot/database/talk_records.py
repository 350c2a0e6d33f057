"""What was said, in the database: interviews, answers, consents, appointments, language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from contactbot.database.outbox_records import ADD_ABOUT, LOCK_CASE_OF
from contactbot.database.transaction import Transaction
from contactbot.ports.outreach import Attempt, ConsentRecord

_BEGUN = "SELECT id FROM interviews WHERE attempt_id = %(attempt)s"
_BEGIN = """
    INSERT INTO interviews (id, person_id, referral_id, attempt_id, script_hash, channel, state,
                            started_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)
"""
_END = """
    UPDATE interviews SET state = $2, ending = $3, language = $4, ended_at = $5
     WHERE id = $1 AND ended_at IS NULL
"""
_ANSWER = """
    INSERT INTO answers (id, interview_id, step, turn, value_sealed, language, channel, at)
    VALUES ($1, $2, $3, $4, $5, $6, (SELECT channel FROM interviews WHERE id = $2), $7)
    ON CONFLICT DO NOTHING
"""
# The newest of a purpose holds; each names the one it takes the place of.
_CONSENT = """
    INSERT INTO consent_events (id, person_id, referral_id, attempt_id, purpose, recipient,
                                decision, wording, wording_hash, language, channel, script_hash,
                                identity, captured_by, at, supersedes)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
            (SELECT id FROM consent_events WHERE person_id = $2 AND purpose = $5
              ORDER BY at DESC LIMIT 1))
"""
_APPOINT = """
    INSERT INTO appointments (id, person_id, referral_id, attempt_id, kind, starts_at, ends_at,
                              language, made_at)
    VALUES ($1, $2, $3, $4, 'call_back', $5, $6, $7, $8)
"""
_PREFER = """
    UPDATE persons SET language = $2, language_source = $3, language_at = $4 WHERE id = $1
"""


class TalkRecords(Transaction):
    """The part of a transaction that keeps what was said (promises: contactbot.ports.outreach)."""

    def begin_interview(
        self, attempt: Attempt, script_hash: str, *, channel: str = "voice"
    ) -> UUID:
        """The interview of this attempt, begun if it was not."""
        if attempt.id not in self.interviews:
            begun = self.run(_BEGUN, attempt=attempt.id).fetchone()
            self.interviews[attempt.id] = begun[0] if begun else None
        interview = self.interviews[attempt.id]
        if interview is None:
            interview = self.interviews[attempt.id] = uuid4()
            about = (attempt.person_id, attempt.referral_id, attempt.id)
            self.write(_BEGIN, interview, *about, script_hash, channel, self.instant.calendar)
        return interview

    def answer(
        self, interview_id: UUID, person_id: UUID, turn: int, step: str, value: str, language: str
    ) -> None:
        """Keep an answer, sealed."""
        row_id = uuid4()
        sealed = self.box(person_id).seal("answers", "value_sealed", row_id, value)
        at = self.instant.calendar
        self.write(_ANSWER, row_id, interview_id, step, turn, sealed, language, at)

    def end_interview(
        self, interview_id: UUID, state: str, ending: str, language: str | None
    ) -> None:
        """Close the interview as `completed` or `broken_off`."""
        self.write(_END, interview_id, state, ending, language, self.instant.calendar)

    def consent(self, attempt: Attempt, consent: ConsentRecord) -> None:
        """Append a consent event; the newest of a purpose holds."""
        self.write(
            _CONSENT,
            uuid4(),
            attempt.person_id,
            attempt.referral_id,
            attempt.id,
            consent.purpose,
            consent.recipient,
            consent.decision,
            consent.wording,
            consent.wording_hash,
            consent.language,
            consent.channel,
            consent.script_hash,
            consent.identity,
            consent.captured_by,
            self.instant.calendar,
        )

    def tell_of(self, attempt: Attempt, kind: str, body: Mapping[str, Any]) -> None:
        """Put one fact about this attempt's case into the outbox, in this transaction."""
        self.write(LOCK_CASE_OF, attempt.referral_id)
        fact = (uuid4(), kind, self.instant.calendar, Jsonb(dict(body)))
        self.write(ADD_ABOUT, attempt.referral_id, *fact)

    def appoint(
        self, attempt: Attempt, starts_at: datetime, ends_at: datetime, language: str | None
    ) -> None:
        """Book a call-back by a person."""
        about = (attempt.person_id, attempt.referral_id, attempt.id)
        self.write(_APPOINT, uuid4(), *about, starts_at, ends_at, language, self.instant.calendar)

    def prefer_language(self, person_id: UUID, language: str | None, source: str) -> None:
        """Record the language a proved person chose."""
        if language is not None:
            self.write(_PREFER, person_id, language, source, self.instant.calendar)
