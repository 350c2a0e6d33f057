"""The store of the attempt protocol, telling the log what became of attempts once it is kept."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contactbot.database.crypto import Keyring
from contactbot.database.outreach_store import DatabaseOutreachStore, OutreachRecords
from contactbot.domain.attempts import AttemptState
from contactbot.ports.endings import Closing

_log = logging.getLogger("contactbot.outreach")


class ToldRecords(OutreachRecords):
    """One transaction, and what there will be to tell when it is committed."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        super().__init__(connection, keyring)
        self.to_tell: list[tuple[str, dict[str, Any]]] = []

    def advance(self, attempt_id: UUID, state: AttemptState) -> bool:
        """Move a live attempt forward; in the queue of the provider it counts as placed."""
        moved = super().advance(attempt_id, state)
        if moved and state is AttemptState.QUEUED:
            self.to_tell.append(("attempt_placed", {"attempt": attempt_id}))
        return moved

    def close_attempts(
        self, closings: Sequence[Closing], state: AttemptState, seconds: int | None
    ) -> set[UUID]:
        """End live attempts for good."""
        closed = super().close_attempts(closings, state, seconds)
        for closing in closings:
            if closing.attempt_id in closed:
                facts = {"state": str(state), "disposition": closing.disposition}
                about = {"attempt": closing.attempt_id, "seconds": seconds}
                self.to_tell.append(("attempt_ended", about | facts))
        return closed

    def correct_attempt(self, attempt_id: UUID, disposition: str, aapor: str, ending: str) -> None:
        """Give an ended attempt the disposition of a key that came late."""
        super().correct_attempt(attempt_id, disposition, aapor, ending)
        facts = {"attempt": attempt_id, "disposition": str(disposition)}
        self.to_tell.append(("attempt_corrected", facts))


class ToldOutreachStore(DatabaseOutreachStore):
    """The store; what is rolled back is never told."""

    @contextmanager
    def begin(self) -> Iterator[OutreachRecords]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        with self._engine.begin() as connection:
            records = ToldRecords(connection, self._keyring)
            records.head = self._head
            records.defers = True
            yield records
            records.commit()
        for event, facts in records.to_tell:
            _log.info(event, extra=facts)
