"""The attempt protocol’s store: transactions, and the short guarded updates between them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, text

from contactbot.database.attempt_records import AttemptRecords, attempt_from
from contactbot.database.call_steps import CallSteps
from contactbot.database.case_records import CaseRecords
from contactbot.database.crypto import Keyring, SealBroken
from contactbot.database.ending_records import EndingRecords
from contactbot.database.in_flight import InFlight
from contactbot.database.intent_records import IntentRecords
from contactbot.database.need_records import NeedRecords
from contactbot.database.queue_head import QueueHead
from contactbot.database.row_sets import id_set
from contactbot.database.talk_records import TalkRecords
from contactbot.database.text_records import TextRecords
from contactbot.ports.outreach import Ambiguous, Attempt, Slots

# Where no slot is free but by an end of a call, and the longest to wait for the pace at one time.
FULL_SECONDS = 0.1
SHORTEST_WAIT = 0.001

_IN_FLIGHT = text("""
    SELECT count(*) FROM attempts
     WHERE channel = :channel
       AND state IN ('placing', 'posting', 'queued', 'initiated', 'ringing', 'in_progress')
""")
# Reading the pace under the row's lock makes all workers together keep it.
# No pause is as long as an hour: one that is was written while the clock was wrong.
_SLOTS = text("""
    UPDATE pacing
       SET next_at_real = greatest(least(next_at_real, clock_timestamp()),
                                   clock_timestamp() - make_interval(secs => :gap))
                          + make_interval(secs => :gap * :slots)
     WHERE name = :pace
       AND (next_at_real <= clock_timestamp()
            OR next_at_real > clock_timestamp() + interval '1 hour')
""")
_WAIT = text("""
    SELECT extract(epoch FROM next_at_real - clock_timestamp())::float8 FROM pacing
     WHERE name = :pace
""")
_GIVE_BACK = text("""
    UPDATE pacing SET next_at_real = next_at_real - make_interval(secs => :gap * :slots)
     WHERE name = :pace
""")
_SLOW_DOWN = text("""
    UPDATE pacing
       SET next_at_real = greatest(next_at_real, clock_timestamp() + make_interval(secs => :pause))
     WHERE name = :pace
""")
_FENCE = text("""
    UPDATE attempts
       SET state = 'posting', posted_at_real = clock_timestamp(),
           placed_at = greatest(decided_at, simulated_now()), look_at_real = clock_timestamp()
     WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'placing'
       AND deadline_real > clock_timestamp() AND cancel_because IS NULL
    RETURNING id
""")
_REPOST = text("""
    UPDATE attempts SET posted_at_real = clock_timestamp()
     WHERE id = :id AND state = 'posting' AND provider_id IS NULL
       AND deadline_real > clock_timestamp() AND cancel_because IS NULL
""")
# Two seconds of grace: the fence itself is exact, this only keeps two processes from tripping.
_OVERDUE = text("""
    SELECT id FROM attempts
     WHERE channel = :channel AND state = 'placing'
       AND deadline_real < clock_timestamp() - interval '2 seconds'
""")
_WITH_NUMBER = """
    SELECT a.*, n.number_sealed, p.key_wrapped,
           extract(epoch FROM clock_timestamp() - a.posted_at_real)::float8 AS age
      FROM attempts a JOIN numbers n ON n.id = a.number_id JOIN persons p ON p.id = a.person_id
"""
_TO_BE_LOOKED_AT = """
       AND (a.look_at_real <= clock_timestamp()
            OR a.look_at_real > clock_timestamp() + interval '1 hour')
"""
_AMBIGUOUS = text(
    _WITH_NUMBER
    + """
     WHERE a.channel = :channel AND a.state = 'posting' AND a.provider_id IS NULL
       AND a.posted_at_real < clock_timestamp() - make_interval(secs => :age)
"""
    + _TO_BE_LOOKED_AT
)
_SILENT = text(
    _WITH_NUMBER
    + """
     WHERE a.channel = :channel
       AND a.state IN ('posting', 'queued', 'initiated', 'ringing', 'in_progress')
       AND a.provider_id IS NOT NULL
"""
    + _TO_BE_LOOKED_AT
)
_LOOKED = text("""
    UPDATE attempts
       SET looks = looks + :seen, look_at_real = clock_timestamp() + make_interval(secs => :pause)
     WHERE id = :id
""")
_TO_CANCEL = text("""
    SELECT * FROM attempts
     WHERE channel = :channel
       AND ((state IN ('posting', 'queued', 'initiated', 'ringing', 'in_progress')
             AND cancel_because IS NOT NULL)
         OR (state IN ('posting', 'queued', 'initiated', 'ringing')
             AND close_at <= simulated_now()))
""")
_KNOWN = text("SELECT provider_id FROM attempts WHERE provider_id = ANY(:ids)")


class OutreachRecords(
    IntentRecords,
    AttemptRecords,
    CallSteps,
    EndingRecords,
    CaseRecords,
    TalkRecords,
    NeedRecords,
    TextRecords,
):
    """One transaction of outreach with all its records."""


class DatabaseOutreachStore:
    """Keeps the attempt protocol’s promises on PostgreSQL (see contactbot.ports.outreach)."""

    CHANNEL = "call"
    PACE = "calls"

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        # Each statement of these is a transaction of its own: begun and committed with it.
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._keyring = keyring
        self._head = QueueHead()
        self._in_flight = InFlight()

    @contextmanager
    def begin(self) -> Iterator[OutreachRecords]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        with self._engine.begin() as connection:
            records = self._records(connection)
            records.defers = True
            yield records
            records.commit()

    def _records(self, connection: Connection) -> OutreachRecords:
        records = OutreachRecords(connection, self._keyring)
        records.head = self._head
        return records

    def take_slots(self, wanted: int, per_second: float, max_in_flight: int) -> Slots:
        """So many contacts at most may be begun now, at the pace of all workers together."""
        room = self._in_flight.room(wanted, per_second, max_in_flight)
        if room is None:
            counted = self._read(_IN_FLIGHT, channel=self.CHANNEL)[0]["count"]
            room = self._in_flight.counted(counted, max_in_flight)
        slots = min(wanted, room)
        if slots <= 0:
            return Slots(0, FULL_SECONDS)
        if self._touch(_SLOTS, gap=1 / per_second, slots=slots, pace=self.PACE):
            return Slots(slots)
        waits = self._read(_WAIT, pace=self.PACE)
        wait = waits[0]["extract"] if waits else FULL_SECONDS
        return Slots(0, min(max(wait, SHORTEST_WAIT), FULL_SECONDS))

    def give_slots_back(self, unused: int, per_second: float) -> None:
        """So many of the slots just taken were not used."""
        self._touch(_GIVE_BACK, gap=1 / per_second, slots=unused, pace=self.PACE)

    def slow_down(self, seconds: float) -> None:
        """Place nothing for so long, all workers together."""
        self._touch(_SLOW_DOWN, pause=seconds, pace=self.PACE)

    def fence(self, attempt_ids: Sequence[UUID]) -> set[UUID]:
        """`placing` → `posting`, only before the deadline on database time."""
        return {row["id"] for row in self._read(_FENCE, ids=id_set(attempt_ids))}

    def repost(self, attempt_id: UUID) -> bool:
        """Whether a refused order may be given again."""
        return self._touch(_REPOST, id=attempt_id)

    def overdue_intents(self) -> list[UUID]:
        """Attempts in `placing` past their deadline."""
        return [row["id"] for row in self._read(_OVERDUE, channel=self.CHANNEL)]

    def ambiguous(self, older_than_seconds: float) -> list[Ambiguous]:
        """Attempts in `posting` without a provider id whose time has come."""
        found = self._read(_AMBIGUOUS, age=older_than_seconds, channel=self.CHANNEL)
        return [self._ambiguous(row) for row in found]

    def silent(self) -> list[Ambiguous]:
        """Attempts with a provider id, no final status, and time to be polled."""
        return [self._ambiguous(row) for row in self._read(_SILENT, channel=self.CHANNEL)]

    def looked(
        self, attempt_id: UUID, again_after_seconds: float, *, in_vain: bool = False
    ) -> None:
        """Count one look at an attempt unless it was in vain, and when to look again."""
        seen = 0 if in_vain else 1
        self._touch(_LOOKED, id=attempt_id, pause=again_after_seconds, seen=seen)

    def to_cancel(self) -> list[Attempt]:
        """Live attempts to end."""
        return [attempt_from(row) for row in self._read(_TO_CANCEL, channel=self.CHANNEL)]

    def known_provider_ids(self, provider_ids: Sequence[str]) -> set[str]:
        """Which of these are bound to attempts already."""
        return {row["provider_id"] for row in self._read(_KNOWN, ids=list(provider_ids))}

    def _touch(self, statement: Any, **values: Any) -> bool:
        with self._at_once.connect() as connection:
            return connection.execute(statement, values).rowcount == 1

    def _read(self, statement: Any, **values: Any) -> Sequence[RowMapping]:
        with self._at_once.connect() as connection:
            return connection.execute(statement, values).mappings().all()

    def _ambiguous(self, row: RowMapping) -> Ambiguous:
        number = self._number(row)
        return Ambiguous(attempt_from(row), number, row["posted_at_real"], row["age"] or 0.0)

    def _number(self, row: RowMapping) -> str | None:
        """One number that cannot be read must not keep the other attempts from being settled."""
        try:
            box = self._keyring.open_box(row["key_wrapped"])
            return box.open("numbers", "number_sealed", row["number_id"], row["number_sealed"])
        except (SealBroken, TypeError):
            return None
