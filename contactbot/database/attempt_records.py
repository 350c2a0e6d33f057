"""Attempts in the database: intents, guarded steps forward, ends, events, turns of a call."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.tables import (
    attempt_events,
    attempts,
    call_sessions,
    call_turns,
    referrals,
)
from contactbot.database.transaction import Transaction
from contactbot.domain.attempts import LIVE, RANK, AttemptState
from contactbot.domain.gate import Channel
from contactbot.ports.outreach import Attempt, KeptSession, NewAttempt

_DUE = text("""
    SELECT r.id FROM referrals r JOIN persons p ON p.id = r.person_id
     WHERE r.route = 'automatic' AND r.due_at <= :now
     ORDER BY r.breach_at, r.risk_rank, r.referred_at
     LIMIT 1 FOR UPDATE OF p, r SKIP LOCKED
""")
_KIN = text("""
    SELECT l.person_a, l.person_b FROM person_links l JOIN referrals r
        ON r.person_id IN (l.person_a, l.person_b)
     WHERE r.id = :referral AND l.state <> 'rejected'
""")
_LOCK_FREE = text("""
    SELECT id FROM persons WHERE id = ANY(:ids) ORDER BY id FOR UPDATE SKIP LOCKED
""")
KIN_BUSY = timedelta(minutes=1)
_LIVE_STATES = tuple(str(state) for state in LIVE)


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

    def claim_due(self) -> UUID | None:
        """The most urgent due referral whose person nobody else holds, nor anybody linked."""
        due = {"now": self.instant.calendar}
        while True:
            claimed: UUID | None = self.connection.execute(_DUE, due).scalar_one_or_none()
            if claimed is None or self._kin_are_free(claimed):
                return claimed
            later = update(referrals).where(referrals.c.id == claimed)
            self.connection.execute(later.values(due_at=self.instant.calendar + KIN_BUSY))

    def _kin_are_free(self, referral_id: UUID) -> bool:
        """Lock those who may be the same person, or wait for none of them.

        They share caps and spacing, so two of them must not be decided on at the same moment.
        """
        links = self.connection.execute(_KIN, {"referral": referral_id})
        kin = {person for link in links for person in link}
        locked = self.connection.execute(_LOCK_FREE, {"ids": list(kin)}) if kin else ()
        return len(list(locked)) == len(kin)

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

    def close_attempt(
        self,
        attempt_id: UUID,
        state: AttemptState,
        disposition: str,
        aapor: str,
        ending: str | None,
        seconds: int | None,
    ) -> bool:
        """End a live attempt for good."""
        live = and_(attempts.c.id == attempt_id, attempts.c.state.in_(_LIVE_STATES))
        closed = self.connection.execute(
            update(attempts)
            .where(live)
            .values(
                state=state,
                disposition=disposition,
                aapor=aapor,
                ending=ending,
                seconds=seconds,
                ended_at=self.instant.calendar,
            )
        )
        return closed.rowcount == 1

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
