"""The outbox as the core sees it: what waits for the case store, and how to settle it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from contactbot.ports.casestore import DeliveryResult, OutboundRecord, Refusal


@dataclass(frozen=True, slots=True)
class OutboxStatus:
    """How the outbox stands: counts of records, and the oldest waiting one’s age in seconds."""

    pending: int
    delivered: int
    dead: int
    oldest_pending_seconds: int


class Deliveries(Protocol):
    """The right to deliver, held by one process at a time."""

    def resting(self) -> bool:
        """Whether the case store was away and the next try is not due yet (in real time)."""
        ...

    def batch(self, limit: int) -> Sequence[OutboundRecord]:
        """The batch that was begun and not settled, else a new one of at most `limit`; by position.

        A begun batch keeps its records until it is settled, also over a crash, so that a case
        store that has it already meets the very same batch. A record whose case has an earlier one
        waiting for a further try is left out.
        """
        ...

    def settle(self, results: Sequence[DeliveryResult]) -> None:
        """Keep the results: accepted, to be tried again later, or after the third refusal dead."""
        ...

    def bury(self, refusals: Sequence[Refusal]) -> Sequence[Refusal]:
        """Records refused after they were handed over are dead, with the reason.

        Those that were never handed over, or are none of ours, are given back: nothing is changed.
        """
        ...

    def rest(self) -> None:
        """The case store is away: wait twice as long as before, from a second to five minutes."""
        ...

    def recovered(self) -> None:
        """The case store answers again."""
        ...


class OutboxRecords(Protocol):
    """Where facts wait until the case store has them. Nothing is ever dropped."""

    def deliveries(self) -> AbstractContextManager[Deliveries | None]:
        """The sole right to deliver for the length of the block; None if another has it."""
        ...

    def status(self) -> OutboxStatus:
        """Counts as they are now."""
        ...
