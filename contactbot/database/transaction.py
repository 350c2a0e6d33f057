"""One transaction of outreach: its moment on both clocks, and the locks it takes."""

from uuid import UUID

from sqlalchemy import Connection, text

from contactbot.database.crypto import Keyring, PersonBox
from contactbot.ports.clock import Instant

# Every transaction that reads the calendar shares this lock; a leap of the simulated clock takes
# it alone, so no decision is made on one side of a leap and acted upon on the other.
CLOCK_LOCK = 7_100_001

_BEGIN = text("SELECT pg_advisory_xact_lock_shared(:lock)")
_MOMENT = text("SELECT simulated_now() AS calendar, clock_timestamp() AS real")
_LOCK_PERSON = text("SELECT key_wrapped FROM persons WHERE id = :person FOR UPDATE")


class Transaction:
    """What all records of one transaction share: connection, keys, moment."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self.connection = connection
        self.keyring = keyring
        self._instant: Instant | None = None

    # No cached_property: before Python 3.12 all instances share its lock, so that one transaction
    # that waits for the database would keep every other one of the process waiting with it.
    @property
    def instant(self) -> Instant:
        """The moment of this transaction, held still against leaps until it ends."""
        if self._instant is None:
            self.connection.execute(_BEGIN, {"lock": CLOCK_LOCK})
            row = self.connection.execute(_MOMENT).one()
            self._instant = Instant(row.calendar, row.real)
        return self._instant

    def lock_person(self, person_id: UUID) -> None:
        """Wait for and hold this person's row until the transaction ends."""
        self.connection.execute(_LOCK_PERSON, {"person": person_id})
        self.has_waited()

    def has_waited(self) -> None:
        """What follows comes after whoever had the lock before, so its moment is read again."""
        self._instant = None

    def box(self, person_id: UUID) -> PersonBox:
        """The person's key, opened; the person is locked by it."""
        wrapped = self.connection.execute(_LOCK_PERSON, {"person": person_id}).scalar_one()
        return self.keyring.open_box(wrapped)
