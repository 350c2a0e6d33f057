"""Attempts in the database: intents, guarded steps forward, ends, events, turns of a call."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.row_sets import id_set
from contactbot.database.tables import (
    attempts,
    call_sessions,
)
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import LIVE, RANK, AttemptState
from contactbot.domain.gate import Channel
from contactbot.ports.outreach import Attempt, NewAttempt
from contactbot.ports.talks import KeptSession

_LOCK_PERSONS = text("""
    SELECT FROM persons
     WHERE id IN (SELECT person_id FROM attempts WHERE id = ANY(CAST(:ids AS uuid[])))
     ORDER BY id FOR UPDATE
""")
_ATTEMPTS = text("SELECT * FROM attempts WHERE id = ANY(CAST(:ids AS uuid[]))")

_EVENT = """
    INSERT INTO attempt_events (attempt_id, source, sequence, status, detail, at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT DO NOTHING
"""
_BIND = """
    UPDATE attempts
       SET provider_id = %(provider_id)s, looks = 0,
           bound_at_real = coalesce(bound_at_real, clock_timestamp()),
           look_at_real = clock_timestamp() + interval '60 seconds'
     WHERE id = %(attempt)s AND (provider_id IS NULL OR provider_id = %(provider_id)s)
"""
_ADVANCE = """
    UPDATE attempts SET state = $2 WHERE id = $1 AND state = ANY($3)
"""
_AND_TELL = " RETURNING 1"
_NOTE = """
    UPDATE attempts SET ending = coalesce($2, ending), language = coalesce($3, language)
     WHERE id = $1
"""


def attempt_from(row: RowMapping) -> Attempt:
    """The attempt of one row of `attempts`."""
    return Attempt(
        id=row["id"],
        token=row["token"],
        referral_id=row["referral_id"],
        person_id=row["person_id"],
        number_id=row["number_id"],
        number_index=bytes(row["number_index"]),
        state=AttemptState(row["state"]),
        provider_id=row["provider_id"],
        placed_at=row["placed_at"],
        close_at=row["close_at"],
        cancel_because=row["cancel_because"],
        looks=row["looks"],
        seconds=row["seconds"],
        ending=row["ending"],
        language=row["language"],
        channel=Channel(row["channel"]),
    )


class AttemptRecords(Transaction):
    """The part of a transaction that keeps attempts (promises: contactbot.ports.outreach)."""

    def open_attempt(self, attempt: NewAttempt) -> bool:
        """Insert the intent; the partial unique indexes refuse a second live one."""
        seconds = func.make_interval(0, 0, 0, 0, 0, 0, attempt.deadline_seconds)
        opened = self.connection.execute(
            upsert(attempts)
            .values(
                id=attempt.id,
                token=attempt.token,
                person_id=attempt.person_id,
                referral_id=attempt.referral_id,
                number_id=attempt.number_id,
                number_index=attempt.number_index,
                channel=attempt.channel,
                state=AttemptState.PLACING,
                decided_at=self.instant.calendar,
                close_at=attempt.close_at,
                deadline_real=func.clock_timestamp() + seconds,
                policy_version=attempt.policy_version,
                script_hash=attempt.script_hash,
            )
            .on_conflict_do_nothing()
            .returning(attempts.c.id)
        )
        return opened.one_or_none() is not None

    def attempt(self, attempt_id: UUID) -> Attempt | None:
        """The attempt by id, its person locked."""
        return self._attempt(attempts.c.id == attempt_id)

    def attempts(self, attempt_ids: Sequence[UUID]) -> list[Attempt]:
        """Those of these attempts there are, their persons locked in order."""
        these = {"ids": id_set(attempt_ids)}
        self.connection.execute(_LOCK_PERSONS, these)
        self.has_waited()
        rows = self.connection.execute(_ATTEMPTS, these).mappings()
        return [attempt_from(row) for row in rows]

    def attempt_by_token(self, token: str) -> Attempt | None:
        """The attempt a webhook names, its person locked."""
        return self._attempt(attempts.c.token == token)

    def _attempt(self, which: Any) -> Attempt | None:
        person = self.connection.execute(
            select(attempts.c.person_id).where(which)
        ).scalar_one_or_none()
        if person is None:
            return None
        self.lock_person(person)
        row = self.connection.execute(select(attempts).where(which)).mappings().one()
        return attempt_from(row)

    def add_event(
        self,
        attempt_id: UUID,
        source: str,
        sequence: int,
        status: str,
        detail: Mapping[str, Any] | None = None,
    ) -> bool:
        """Keep one event, once."""
        event = (attempt_id, source, sequence, str(status), Jsonb(dict(detail or {})))
        values = (*event, self.instant.calendar)
        known = self.events_read.get(attempt_id)
        if known is None:
            return bool(self.ask(_EVENT + _AND_TELL, *values))
        if (source, sequence) in known:
            return False
        known.add((source, sequence))
        self.write(_EVENT, *values)
        return True

    def bind(self, attempt_id: UUID, provider_id: str) -> bool:
        """Give the attempt its provider id, once."""
        return self.run(_BIND, attempt=attempt_id, provider_id=provider_id).rowcount == 1

    def advance(self, attempt_id: UUID, state: AttemptState) -> bool:
        """Move a live attempt forward; never back, never out of an end."""
        earlier = [str(s) for s in LIVE if RANK[s] < RANK[state]]
        # What was read holds for one answer; the guard of the statement holds anyway.
        standing = self.states_read.pop(attempt_id, None)
        if standing is None:
            return bool(self.ask(_ADVANCE + _AND_TELL, attempt_id, str(state), earlier))
        self.write(_ADVANCE, attempt_id, str(state), earlier)
        return str(standing) in earlier

    def correct_attempt(self, attempt_id: UUID, disposition: str, aapor: str, ending: str) -> None:
        """Give an ended attempt the disposition of a key that came late."""
        self.connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt_id)
            .values(disposition=disposition, aapor=aapor, ending=ending)
        )

    def note(
        self, attempt_id: UUID, *, ending: str | None = None, language: str | None = None
    ) -> None:
        """Keep how the talk ended, or the language chosen on it."""
        self.write(_NOTE, attempt_id, ending, language)

    def close_number(self, number_id: UUID, because: str) -> None:
        """The number does not work: a person has to find another."""
        self.connection.execute(
            text("UPDATE numbers SET usable = false, suspended_because = :why WHERE id = :id"),
            {"id": number_id, "why": because},
        )

    def sessions(self, attempt_ids: Sequence[UUID]) -> dict[UUID, KeptSession]:
        """The state of each of these calls that has begun."""
        found = select(call_sessions).where(call_sessions.c.attempt_id.in_(attempt_ids))
        return {
            row.attempt_id: KeptSession(row.turn, row.session, row.script_hash)
            for row in self.connection.execute(found)
        }
