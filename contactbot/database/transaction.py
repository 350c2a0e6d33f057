"""One transaction of outreach: its moment on both clocks, and the locks it takes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection

from contactbot.database.crypto import Keyring, PersonBox
from contactbot.database.journeys import BEGIN, COMMIT, Row, Statement, driver_of, travel
from contactbot.domain.attempts import AttemptState
from contactbot.ports.clock import Instant

# Every transaction that reads the calendar shares this lock; a leap of the simulated clock takes
# it alone, so no decision is made on one side of a leap and acted upon on the other.
CLOCK_LOCK = 7_100_001

_BEGIN = "SELECT pg_advisory_xact_lock_shared(%(lock)s)"
_MOMENT = "SELECT simulated_now(), clock_timestamp()"
_LOCK_PERSON = "SELECT key_wrapped FROM persons WHERE id = %(person)s FOR UPDATE"


class Transaction:
    """What all records of one transaction share: connection, keys, moment."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self.keyring = keyring
        self.interviews: dict[UUID, UUID | None] = {}  # by attempt, as far as they are known
        # Of a call that reports of itself, as read under the lock of its person.
        self.events_read: dict[UUID, set[Row]] = {}
        self.states_read: dict[UUID, AttemptState] = {}
        # Whether writes may wait for company: only for whoever calls `commit` at the end.
        self.defers = False
        self._connection = connection
        self._boxes: dict[UUID, PersonBox] = {}  # of persons this transaction has locked
        self._unsent: list[Statement] = []
        self._instant: Instant | None = None
        self._begun_by_journey = False  # then a later one may count on what is prepared

    @property
    def connection(self) -> Connection:
        """For everything that is asked now, after all that was written before it."""
        self._send()
        return self._connection

    def write(self, statement: str, *values: Any) -> None:
        """One statement whose result nobody needs, with `$1`, `$2` … for values.

        Where `defers` is set, it travels with the next question or with the commit.
        """
        self._unsent.append((statement, values))
        if not self.defers:
            self._send()

    def commit(self) -> None:
        """Commit, together with what has been written since the last question."""
        if self._unsent:
            self._send(COMMIT)

    def _send(self, *last: Statement) -> None:
        if self._unsent:
            self.ask_all(last)

    def ask(self, statement: str, *values: Any) -> list[Row]:
        """The rows of one statement, with `$1`, `$2` … for values, after all that was written."""
        return self.ask_all([(statement, values)])[0]

    def ask_all(self, statements: Sequence[Statement]) -> list[list[Row]]:
        """The rows of each, asked in the journey that takes along what has been written."""
        unsent, self._unsent = self._unsent, []
        idle = driver_of(self._connection).pgconn.transaction_status == TransactionStatus.IDLE
        before = [*([BEGIN] if idle else []), *unsent]
        found = travel(self._connection, [*before, *statements], sure=self._begun_by_journey)
        self._begun_by_journey |= idle
        return found[len(before) :]

    def run(self, statement: str, **values: Any) -> psycopg.Cursor[Any]:
        """One statement with `%(name)s` for values, by the driver itself; rows are tuples.

        For what every webhook of a call does: of a small statement, SQLAlchemy's own part costs
        several times the driver's (docs/performance.md).
        """
        return driver_of(self.connection).execute(statement, values)

    # No cached_property: before Python 3.12 all instances share its lock, so that one transaction
    # that waits for the database would keep every other one of the process waiting with it.
    @property
    def instant(self) -> Instant:
        """The moment of this transaction, held still against leaps until it ends."""
        if self._instant is None:
            self.run(_BEGIN, lock=CLOCK_LOCK)
            self._instant = Instant(*self.run(_MOMENT).fetchall()[0])
        return self._instant

    def lock_person(self, person_id: UUID) -> None:
        """Wait for and hold this person's row until the transaction ends."""
        self.run(_LOCK_PERSON, person=person_id)
        self.has_waited()

    def has_waited(self) -> None:
        """What follows comes after whoever had the lock before, so its moment is read again."""
        self._instant = None

    def box(self, person_id: UUID) -> PersonBox:
        """The person's key, opened; the person is locked by it."""
        if person_id not in self._boxes:
            ((wrapped,),) = self.run(_LOCK_PERSON, person=person_id)
            self._boxes[person_id] = self.keyring.open_box(wrapped)
        return self._boxes[person_id]
