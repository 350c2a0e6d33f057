"""Transactions for calls by hand, on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import Engine, text

from contactbot.database.claim_records import ClaimRecords
from contactbot.database.crypto import Keyring
from contactbot.database.hand_records import HandRecords
from contactbot.database.outreach_store import OutreachRecords

_BEAT = text("""
    UPDATE caller_claims SET beat_at_real = clock_timestamp(), beats = true
     WHERE user_id = :user AND ended_at_real IS NULL
""")


class CallerRecords(OutreachRecords, ClaimRecords, HandRecords):
    """One transaction of outreach that also keeps who is calling whom."""


class DatabaseCallerStore:
    """Opens transactions for calls by hand (promises: contactbot.ports.callers)."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def begin(self) -> Iterator[CallerRecords]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        with self._engine.begin() as connection:
            records = CallerRecords(connection, self._keyring)
            records.defers = True
            yield records
            records.commit()

    def beat(self, user_id: UUID) -> None:
        """The caller's page is still open."""
        with self._engine.begin() as connection:
            connection.execute(_BEAT, {"user": user_id})
