"""Transactions for supervisors, on PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from contactbot.database.crypto import Keyring
from contactbot.database.hold_records import HoldRecords
from contactbot.database.noticed_texts import NoticedTexts
from contactbot.database.outreach_store import OutreachRecords
from contactbot.database.supervision_records import SupervisionRecords


class SupervisorRecords(OutreachRecords, NoticedTexts, HoldRecords, SupervisionRecords):
    """One transaction of outreach that also keeps what supervisors decide."""


class DatabaseSupervisionStore:
    """Opens transactions for supervisors (promises: contactbot.ports.supervision)."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def begin(self) -> Iterator[SupervisorRecords]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        with self._engine.begin() as connection:
            yield SupervisorRecords(connection, self._keyring)
