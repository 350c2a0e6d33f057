"""What a webhook of a call finds and leaves: all read in one journey, all kept in another."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from contactbot.database.crypto import PersonBox, SealBroken
from contactbot.database.journeys import Row, Statement
from contactbot.database.transaction import CLOCK_LOCK, Transaction
from contactbot.domain.attempts import LIVE, RANK, AttemptState
from contactbot.domain.gate import Channel
from contactbot.ports.clock import Instant
from contactbot.ports.outreach import Attempt, CaseUnreadable, OnTheLine, Step
from contactbot.ports.talks import KeptSession

# What is read after this lock is what those left who had it before.
_LOCK = """
    SELECT pg_advisory_xact_lock_shared($2)
      FROM attempts a JOIN persons p ON p.id = a.person_id
     WHERE a.token = $1 FOR UPDATE OF p
"""
_STEP = """
    SELECT a.id, a.token, a.referral_id, a.person_id, a.number_id, a.number_index, a.state,
           a.provider_id, a.placed_at, a.close_at, a.cancel_because, a.looks, a.seconds, a.ending,
           a.language, a.channel, simulated_now(), clock_timestamp(),
           a.looks > 0 OR a.look_at_real < clock_timestamp() + interval '30 seconds',
           t.twiml, s.turn, s.session, s.script_hash, i.id
      FROM attempts a
      LEFT JOIN call_turns t ON t.attempt_id = a.id AND t.turn = $2
      LEFT JOIN call_sessions s ON s.attempt_id = a.id
      LEFT JOIN interviews i ON i.attempt_id = a.id
     WHERE a.token = $1
"""
_ON_THE_LINE = """
    SELECT p.key_wrapped, p.language, n.number_sealed,
           EXISTS (SELECT FROM holds h
                    WHERE h.person_id = p.id AND h.released_at IS NULL
                      AND (h.referral_id IS NULL OR h.referral_id = a.referral_id))
           OR EXISTS (SELECT FROM suppressions s
                       WHERE (s.person_id = p.id OR s.number_index = a.number_index)
                         AND s.lifted_at IS NULL
                         AND (s.programme IS NULL OR s.programme = 'support')),
           (SELECT string_agg(r.id::text || encode(r.contact_code_sealed, 'hex'), ' ')
              FROM referrals r
             WHERE r.person_id = p.id AND r.contact_code_sealed IS NOT NULL)
      FROM attempts a JOIN persons p ON p.id = a.person_id
      LEFT JOIN numbers n ON n.id = a.number_id
     WHERE a.token = $1
"""
_REPORTED = """
    SELECT e.source, e.sequence FROM attempts a JOIN attempt_events e ON e.attempt_id = a.id
     WHERE a.token = $1
"""
_NUMBER_STOPPED = """
    SELECT EXISTS (SELECT FROM suppressions
                    WHERE number_index = ANY(%(numbers)s) AND lifted_at IS NULL
                      AND (programme IS NULL OR programme = 'support'))
"""
_ANSWERED = "UPDATE attempts SET state = 'in_progress' WHERE id = $1 AND state = ANY($2)"
_KEEP_SESSION = """
    INSERT INTO call_sessions (attempt_id, turn, session, script_hash, at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (attempt_id) DO UPDATE
       SET turn = excluded.turn, session = excluded.session, script_hash = excluded.script_hash,
           at = excluded.at
"""
_KEEP_WORDS = "INSERT INTO call_turns (attempt_id, turn, twiml, at) VALUES ($1, $2, $3, $4)"
_SESSION = "SELECT turn, session, script_hash FROM call_sessions WHERE attempt_id = %(attempt)s"
BEFORE_ANSWER = [str(state) for state in LIVE if RANK[state] < RANK[AttemptState.IN_PROGRESS]]
REPORT = -1
"""The turn of a webhook that asks for no words."""
UUID_LETTERS = 36
STATE, CHANNEL = (
    [field.name for field in fields(Attempt)].index(name) for name in ("state", "channel")
)


class CallSteps(Transaction):
    """The part of a transaction that carries a call on (promises: contactbot.ports.outreach)."""

    _line: Row = ()

    def step(self, token: str, turn: int = REPORT) -> Step | None:
        """The attempt a webhook of a call names, its person locked, and what it left so far."""
        asked: list[Statement] = [(_LOCK, (token, CLOCK_LOCK)), (_STEP, (token, turn))]
        if turn > 0:
            asked.append((_ON_THE_LINE, (token,)))
        if turn == REPORT:
            asked.append((_REPORTED, (token,)))
        found = self.ask_all(asked)
        if not found[0]:
            return None
        (row,), self._line = found[1], found[2][0] if turn > 0 else ()
        attempt, (calendar, real, silent, said, *session, interview) = _attempt(row), row[16:]
        self._instant = Instant(calendar, real)
        self.interviews[attempt.id] = interview
        if turn == REPORT:
            self.events_read[attempt.id] = set(found[2])
            self.states_read[attempt.id] = attempt.state
        kept = None if session[0] is None else KeptSession(*session)
        return Step(attempt, said, kept, bool(silent))

    def on_the_line(self, attempt: Attempt) -> OnTheLine:
        """Who is on the line of this call, as read by its step; raises `CaseUnreadable`."""
        wrapped, language, number_sealed, stopped, codes = self._line
        try:
            box = self._boxes[attempt.person_id] = self.keyring.open_box(wrapped)
            number = box.open("numbers", "number_sealed", attempt.number_id, number_sealed)
            known = tuple(_code(box, code) for code in (codes or "").split())
        except (AttributeError, SealBroken, TypeError, ValueError) as fault:
            raise CaseUnreadable(attempt.person_id) from fault
        # Under every key in use: what was kept under an older one still stops.
        others = set(self.keyring.blind_all("number", number)) - {attempt.number_index}
        if others and not stopped:
            ((stopped,),) = self.run(_NUMBER_STOPPED, numbers=list(others))
        return OnTheLine(stopped, known, language)

    def answered(self, attempt_id: UUID) -> None:
        """The line was answered, unless it is known already, or over."""
        self.write(_ANSWERED, attempt_id, BEFORE_ANSWER)

    def session(self, attempt_id: UUID) -> KeptSession | None:
        """The keypad call's state, if it has begun."""
        row = self.run(_SESSION, attempt=attempt_id).fetchone()
        return None if row is None else KeptSession(*row)

    def keep_session(self, attempt_id: UUID, kept: KeptSession, words: str) -> None:
        """Keep the state after a turn, with the words that turn answered."""
        at = self.instant.calendar
        session = Jsonb(dict(kept.session))
        self.write(_KEEP_SESSION, attempt_id, kept.turn, session, kept.script_hash, at)
        self.write(_KEEP_WORDS, attempt_id, kept.turn, words, at)


def _attempt(row: tuple[Any, ...]) -> Attempt:
    """The attempt of the first columns of `_STEP`, which stand as its fields do."""
    told = list(row[: CHANNEL + 1])
    told[STATE], told[CHANNEL] = AttemptState(told[STATE]), Channel(told[CHANNEL])
    return Attempt(*told)


def _code(box: PersonBox, packed: str) -> str:
    referral, sealed = UUID(packed[:UUID_LETTERS]), bytes.fromhex(packed[UUID_LETTERS:])
    return box.open("referrals", "contact_code_sealed", referral, sealed)
