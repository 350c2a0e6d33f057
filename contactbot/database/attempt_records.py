"""Attempts in the database: intents, guarded steps forward, ends, events, turns of a call."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.row_sets import id_set
from contactbot.database.tables import (
    attempt_events,
    attempts,
    call_sessions,
    call_turns,
)
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import LIVE, RANK, AttemptState
from contactbot.domain.gate import Channel
from contactbot.ports.outreach import Attempt, KeptSession, NewAttempt

_LOCK_PERSONS = text("""
    SELECT FROM persons
     WHERE id IN (SELECT person_id FROM attempts WHERE id = ANY(CAST(:ids AS uuid[])))
     ORDER BY id FOR UPDATE
""")
_ATTEMPTS = text("SELECT * FROM attempts WHERE id = ANY(CAST(:ids AS uuid[]))")


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
        row = {
            "attempt_id": attempt_id,
            "source": source,
            "sequence": sequence,
            "status": status,
            "detail": dict(detail or {}),
            "at": self.instant.calendar,
        }
        once = upsert(attempt_events).values(row).on_conflict_do_nothing()
        kept = self.connection.execute(once.returning(attempt_events.c.id))
        return kept.one_or_none() is not None

    def bind(self, attempt_id: UUID, provider_id: str) -> bool:
        """Give the attempt its provider id, once."""
        unbound = attempts.c.provider_id.is_(None)
        same = attempts.c.provider_id == provider_id
        bound = self.connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt_id, unbound | same)
            .values(
                provider_id=provider_id,
                bound_at_real=func.coalesce(attempts.c.bound_at_real, func.clock_timestamp()),
                look_at_real=func.clock_timestamp() + text("interval '60 seconds'"),
                looks=0,
            )
        )
        return bound.rowcount == 1

    def advance(self, attempt_id: UUID, state: AttemptState) -> bool:
        """Move a live attempt forward; never back, never out of an end."""
        earlier = [str(s) for s in LIVE if RANK[s] < RANK[state]]
        moved = self.connection.execute(
            update(attempts)
            .where(attempts.c.id == attempt_id, attempts.c.state.in_(earlier))
            .values(state=state)
        )
        return moved.rowcount == 1

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
        given = {"ending": ending, "language": language}
        values = {name: value for name, value in given.items() if value is not None}
        self.connection.execute(
            update(attempts).where(attempts.c.id == attempt_id).values(**values)
        )

    def close_number(self, number_id: UUID, because: str) -> None:
        """The number does not work: a person has to find another."""
        self.connection.execute(
            text("UPDATE numbers SET usable = false, suspended_because = :why WHERE id = :id"),
            {"id": number_id, "why": because},
        )

    def session(self, attempt_id: UUID) -> KeptSession | None:
        """The keypad call's state, if it has begun."""
        found = select(call_sessions).where(call_sessions.c.attempt_id == attempt_id)
        row = self.connection.execute(found).mappings().one_or_none()
        if row is None:
            return None
        return KeptSession(row["turn"], row["session"], row["script_hash"])

    def sessions(self, attempt_ids: Sequence[UUID]) -> dict[UUID, KeptSession]:
        """The state of each of these calls that has begun."""
        found = select(call_sessions).where(call_sessions.c.attempt_id.in_(attempt_ids))
        return {
            row.attempt_id: KeptSession(row.turn, row.session, row.script_hash)
            for row in self.connection.execute(found)
        }

    def keep_session(self, attempt_id: UUID, kept: KeptSession, words: str) -> None:
        """Keep the state after a turn, with the words that turn answered."""
        values = {
            "turn": kept.turn,
            "session": dict(kept.session),
            "script_hash": kept.script_hash,
            "at": self.instant.calendar,
        }
        self.connection.execute(
            upsert(call_sessions)
            .values(attempt_id=attempt_id, **values)
            .on_conflict_do_update(index_elements=["attempt_id"], set_=values)
        )
        self.connection.execute(
            insert(call_turns).values(
                attempt_id=attempt_id, turn=kept.turn, twiml=words, at=self.instant.calendar
            )
        )

    def words(self, attempt_id: UUID, turn: int) -> str | None:
        """What was answered to this turn before."""
        said = select(call_turns.c.twiml).where(
            call_turns.c.attempt_id == attempt_id, call_turns.c.turn == turn
        )
        found: str | None = self.connection.execute(said).scalar_one_or_none()
        return found
