"""The seals of the audit trail: set each second, checked by whoever doubts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal: how many rows are sealed, and the seal that covers them all."""

    sequence: int
    seal: bytes
    at_real: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking the whole chain found; `faults` are sentences with ids, the first few."""

    sealed: int
    unsealed: int
    faults: tuple[str, ...]
    head: Head | None


class AuditSeals(Protocol):
    """Where the seals are kept; nothing there can be changed or taken away."""

    def seal_next(self, limit: int, *, everything: bool) -> int:
        """Seal so many rows that have no seal yet, oldest first; how many.

        0 also while another process seals. `everything` looks through the whole trail, for a row
        whose transaction took far longer than those after it; else only its newer part.
        """
        ...

    def head(self) -> Head | None:
        """The newest seal."""
        ...

    def verify(self, expected: Sequence[Head]) -> Verdict:
        """Check every row against its seal, and that the heads told elsewhere are still there."""
        ...


class AuditAnchor(Protocol):
    """A place away from the database where heads are told, signed."""

    def tell(self, head: Head) -> None:
        """Add the head; AnchorAway if it cannot be written."""
        ...

    def told(self) -> Sequence[Head]:
        """All heads told; AnchorBroken where one does not bear our signature."""
        ...


class AnchorAway(Exception):
    """The place where heads are told cannot be read or written."""


class AnchorBroken(Exception):
    """A head in the anchor was not written by us, or was changed."""
