"""The outbox in the database: facts put in by whoever made them, taken out batch by batch."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from contactbot.database.row_sets import row_set
from contactbot.ports.casestore import Delivered, DeliveryResult, OutboundRecord, Refusal
from contactbot.ports.outbox_records import OutboxStatus

EXCLUSIVE_LOCK = 7_100_003
"""One delivery at a time in the whole system, so that cases stay in order."""

# A row on its way carries the time it was handed over and is still `pending`: a batch that was
# begun is offered again as the same batch, whatever has been added since.
_LOCK_CASES = text("""
    SELECT pg_advisory_xact_lock(hashtextextended(c.source || ' ' || c.reference, 0))
      FROM json_to_recordset(CAST(:cases AS json)) AS c(source text, reference text)
""")
_ADD = text("""
    INSERT INTO outbox (id, type, source_system, case_reference, sequence, occurred_at,
                        recorded_at, body)
    SELECT f.id, f.type, f.source_system, f.case_reference,
           row_number() OVER (PARTITION BY f.source_system, f.case_reference ORDER BY f.place)
           + coalesce((SELECT max(o.sequence) FROM outbox o
                        WHERE o.source_system = f.source_system
                          AND o.case_reference = f.case_reference), 0),
           f.occurred_at, f.recorded_at, f.body
      FROM json_to_recordset(CAST(:facts AS json))
        AS f(id uuid, place int, type text, source_system text, case_reference text,
             occurred_at timestamptz, recorded_at timestamptz, body jsonb)
     ORDER BY f.place
""")
# The same for one fact about a referral, whose case is looked up on the way.
LOCK_CASE_OF = """
    SELECT pg_advisory_xact_lock(hashtextextended(source_system || ' ' || reference, 0))
      FROM referrals WHERE id = $1
"""
ADD_ABOUT = """
    INSERT INTO outbox (id, type, source_system, case_reference, sequence, occurred_at,
                        recorded_at, body)
    SELECT $2, $3, r.source_system, r.reference,
           1 + coalesce((SELECT max(o.sequence) FROM outbox o
                          WHERE o.source_system = r.source_system
                            AND o.case_reference = r.reference), 0),
           $4, $4, $5
      FROM referrals r WHERE r.id = $1
"""
_BEGUN = text("""
    SELECT id, position, type, case_reference, source_system, occurred_at, recorded_at, sequence,
           schema, body
      FROM outbox WHERE state = 'pending' AND delivered_at_real IS NOT NULL ORDER BY position
""")
_BEGIN = text("""
    UPDATE outbox SET delivered_at_real = clock_timestamp()
     WHERE position IN (
        SELECT position FROM outbox o
         WHERE state = 'pending' AND (next_try_real IS NULL OR next_try_real <= clock_timestamp())
           AND NOT EXISTS (
               SELECT FROM outbox earlier
                WHERE earlier.source_system = o.source_system
                  AND earlier.case_reference = o.case_reference
                  AND earlier.sequence < o.sequence
                  AND earlier.state = 'pending' AND earlier.next_try_real > clock_timestamp())
         ORDER BY position LIMIT :limit)
""")
_ACCEPTED = text("""
    UPDATE outbox SET state = 'delivered', delivered_at_real = clock_timestamp(), last_error = NULL
     WHERE id = ANY(:ids)
""")
_HELD_BACK = text("UPDATE outbox SET delivered_at_real = NULL WHERE id = ANY(:ids)")
_REFUSED = text("""
    UPDATE outbox
       SET tries = tries + 1, delivered_at_real = NULL, last_error = :reason,
           state = CASE WHEN tries + 1 >= :limit THEN 'dead' ELSE 'pending' END,
           next_try_real = clock_timestamp() + make_interval(secs => :wait * power(2, tries))
     WHERE id = :id
""")
# Handed over: delivered, or in a batch that was begun. What is dead stays so.
_BURY = text("""
    UPDATE outbox SET state = 'dead', tries = tries + 1, delivered_at_real = NULL,
           next_try_real = NULL, last_error = :reason
     WHERE id = :id
       AND (state = 'delivered' OR (state = 'pending' AND delivered_at_real IS NOT NULL))
""")
_IS_DEAD = text("SELECT 1 FROM outbox WHERE id = :id AND state = 'dead'")
_STATUS = text("""
    SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
           count(*) FILTER (WHERE state = 'delivered') AS delivered,
           count(*) FILTER (WHERE state = 'dead') AS dead,
           extract(epoch FROM simulated_now() - min(recorded_at) FILTER (WHERE state = 'pending'))
               AS oldest
      FROM outbox
""")
_AWAY = text("""
    INSERT INTO pacing (name, next_at_real) VALUES ('case_store_away_since', clock_timestamp())
    ON CONFLICT DO NOTHING
""")
_REST = text("""
    INSERT INTO pacing (name, next_at_real)
    SELECT 'case_store', clock_timestamp() + least(
               greatest(clock_timestamp() - next_at_real, interval '1 second'),
               interval '5 minutes')
      FROM pacing WHERE name = 'case_store_away_since'
    ON CONFLICT (name) DO UPDATE SET next_at_real = excluded.next_at_real
""")
_RESTING = text(
    "SELECT 1 FROM pacing WHERE name = 'case_store' AND next_at_real > clock_timestamp()"
)
_RECOVERED = text("DELETE FROM pacing WHERE name IN ('case_store', 'case_store_away_since')")
_UNLOCK = text("SELECT pg_advisory_unlock(:lock)")
_TRY_LOCK = text("SELECT pg_try_advisory_lock(:lock)")

REFUSALS_UNTIL_DEAD = 3
RETRY_SECONDS = 5.0


class Fact(TypedDict):
    """One fact for the case store: which case, when it was true, when we learnt it, what it is."""

    type: str
    case_reference: str
    source_system: str
    occurred_at: datetime
    recorded_at: datetime
    body: Mapping[str, Any]


def add_outbox(connection: Connection, **fact: Unpack[Fact]) -> None:
    """Put a fact into the outbox, in the caller’s transaction: it exists if that does."""
    add_to_outbox(connection, [fact])


def add_to_outbox(connection: Connection, facts: Sequence[Fact]) -> None:
    """Put facts into the outbox, in this order, in the caller's transaction.

    The facts of one case are numbered from 1 in the order of their transactions: two transactions
    about one case wait for each other here, and all of them in the same order of cases.
    """
    cases = sorted({(fact["source_system"], fact["case_reference"]) for fact in facts})
    named = row_set({"source": source, "reference": reference} for source, reference in cases)
    connection.execute(_LOCK_CASES, {"cases": named})
    told = row_set({**fact, "id": uuid4(), "place": place} for place, fact in enumerate(facts))
    connection.execute(_ADD, {"facts": told})


class OutboxDeliveries:
    """The `Deliveries` port on one connection, which also holds the lock that makes it sole."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def resting(self) -> bool:
        with self._connection.begin():
            return self._connection.execute(_RESTING).one_or_none() is not None

    def batch(self, limit: int) -> Sequence[OutboundRecord]:
        with self._connection.begin():
            begun = self._begun()
            if begun:
                return begun
            self._connection.execute(_BEGIN, {"limit": limit})
            return self._begun()

    def settle(self, results: Sequence[DeliveryResult]) -> None:
        with self._connection.begin():
            self._connection.execute(_ACCEPTED, {"ids": chosen(results, Delivered.ACCEPTED)})
            self._connection.execute(_HELD_BACK, {"ids": chosen(results, Delivered.HELD_BACK)})
            for result in results:
                if result.outcome is Delivered.REFUSED:
                    self._refuse(result)

    def bury(self, refusals: Sequence[Refusal]) -> Sequence[Refusal]:
        with self._connection.begin():
            return [refusal for refusal in refusals if not self._buried(refusal)]

    def _buried(self, refusal: Refusal) -> bool:
        about = {"id": refusal.record_id, "reason": refusal.reason}
        if self._connection.execute(_BURY, about).rowcount:
            return True
        return self._connection.execute(_IS_DEAD, {"id": refusal.record_id}).first() is not None

    def rest(self) -> None:
        with self._connection.begin():
            self._connection.execute(_AWAY)
            self._connection.execute(_REST)

    def recovered(self) -> None:
        with self._connection.begin():
            self._connection.execute(_RECOVERED)

    def _begun(self) -> list[OutboundRecord]:
        rows = self._connection.execute(_BEGUN).mappings()
        return [OutboundRecord(**row) for row in rows]

    def _refuse(self, result: DeliveryResult) -> None:
        self._connection.execute(
            _REFUSED,
            {
                "id": result.record_id,
                "reason": result.reason,
                "limit": REFUSALS_UNTIL_DEAD,
                "wait": RETRY_SECONDS,
            },
        )


class DatabaseOutbox:
    """The `OutboxRecords` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def deliveries(self) -> Iterator[OutboxDeliveries | None]:
        with self._engine.connect() as connection:
            with connection.begin():
                taken = connection.execute(_TRY_LOCK, {"lock": EXCLUSIVE_LOCK}).scalar_one()
            if not taken:
                yield None
                return
            try:
                yield OutboxDeliveries(connection)
            finally:
                # Closing the connection frees the lock, whatever happened in the block, but only
                # once the server has noticed.
                with suppress(SQLAlchemyError):
                    connection.rollback()
                    connection.execute(_UNLOCK, {"lock": EXCLUSIVE_LOCK})
                connection.invalidate()

    def status(self) -> OutboxStatus:
        with self._engine.connect() as connection:
            row = connection.execute(_STATUS).one()
        return OutboxStatus(row.pending, row.delivered, row.dead, max(0, int(row.oldest or 0)))


def chosen(results: Sequence[DeliveryResult], outcome: Delivered) -> list[UUID]:
    return [result.record_id for result in results if result.outcome is outcome]
