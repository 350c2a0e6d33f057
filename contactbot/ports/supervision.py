"""What supervisors ask of the world: what waits for them, and keeping what they decide."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contactbot.ports.outreach import OutreachTransaction


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral a supervisor looks at, without any name."""

    referral_id: UUID
    person_id: UUID
    reference: str = field(repr=False)
    reasons: tuple[str, ...]
    at: datetime | None


class SupervisionTransaction(OutreachTransaction, Protocol):
    """A transaction of outreach that also keeps what supervisors decide."""

    def waiting_for_release(self) -> Sequence[Waiting]:
        """Protected people nobody may ring until a supervisor has released them."""
        ...

    def held(self) -> Sequence[Waiting]:
        """Cases held for a person, the newest first."""
        ...

    def call_backs(self) -> Sequence[Waiting]:
        """Booked call-backs, the earliest first."""
        ...

    def release(
        self, referral_id: UUID, person_id: UUID, reason: str, until: datetime, by: str
    ) -> None:
        """Let the person be called by hand until then."""
        ...


class SupervisionStore(Protocol):
    """Opens transactions for supervisors."""

    def begin(self) -> AbstractContextManager[SupervisionTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...
