"""What supervisors ask of the world: what waits for them, and keeping what they decide."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from contactbot.ports.outreach import OutreachTransaction


class Act(StrEnum):
    """What a supervisor did; kept for good with who, when and why."""

    TEXT_SETTLED = "text_settled"
    HOLD_LIFTED = "hold_lifted"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral a supervisor looks at, without any name."""

    referral_id: UUID
    person_id: UUID
    reference: str = field(repr=False)
    reasons: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitingList:
    """The most urgent of those who wait, and how many there are in all."""

    shown: tuple[Waiting, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Release:
    """A release and what became of it: used up by an answered call, or over at `until`."""

    reference: str = field(repr=False)
    by: str = field(repr=False)
    at: datetime
    until: datetime
    used_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class TextTask:
    """A text out of the blue that waits for a person; its words are not in it.

    `persons` and `references` are those of everybody with the number it came from.
    """

    id: UUID
    meaning: str
    effect: str
    at: datetime
    read_at: datetime | None
    settled_at: datetime | None
    persons: tuple[UUID, ...]
    references: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextWords:
    """The words; None where they cannot be read any more. `sender` only where nobody has it."""

    words: str | None = field(repr=False)
    sender: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HoldKind:
    """How many open holds there are of one kind, and since when the oldest waits."""

    reason: str
    holds: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold; `references` are the referrals it stops."""

    id: UUID
    person_id: UUID
    referral_id: UUID | None
    reason: str
    placed_at: datetime
    placed_by: str
    lifted_at: datetime | None
    references: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NumberSeen:
    """One of the person's numbers by its last digits, and who else has it, by reference.

    `stopped`: somebody at this number asked us never to contact it again.
    """

    id: UUID
    ends: str
    usable: bool
    suspended_because: str | None
    stopped: bool
    shared_with: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class DeadRecord:
    """A record the case store will not have; `reason` is what it said."""

    id: UUID
    type: str
    reference: str = field(repr=False)
    source_system: str
    sequence: int
    recorded_at: datetime
    reason: str = field(repr=False)


class SupervisionTransaction(OutreachTransaction, Protocol):
    """A transaction of outreach that also keeps what supervisors decide."""

    def open_texts(self) -> Sequence[TextTask]:
        """Texts that wait for a person, the oldest first."""
        ...

    def text_task(self, text_id: UUID) -> TextTask | None:
        """One text, waiting or not."""
        ...

    def texts_of(self, person_id: UUID) -> Sequence[TextTask]:
        """The newest texts from the person's numbers, waiting or not."""
        ...

    def text_words(self, text_id: UUID, by: str) -> TextWords:
        """What it says; the first who reads it is kept as its reader."""
        ...

    def settle_text(self, task: TextTask, note: str, by: str) -> bool:
        """A person has taken care of it; False if somebody had before."""
        ...

    def hold_kinds(self) -> Sequence[HoldKind]:
        """Open holds counted by kind."""
        ...

    def holds_of_kind(self, reason: str, most: int) -> Sequence[Hold]:
        """So many open holds of a kind, the oldest first."""
        ...

    def open_holds_of(self, persons: Sequence[UUID]) -> Sequence[Hold]:
        """All open holds of these persons."""
        ...

    def find_hold(self, hold_id: UUID) -> Hold | None:
        """One hold, open or lifted."""
        ...

    def lift(self, hold: Hold, note: str, by: str) -> bool:
        """End the hold; False if it was lifted before."""
        ...

    def numbers_of(self, person_id: UUID) -> Sequence[NumberSeen]:
        """The person's numbers, in order."""
        ...

    def suspend_numbers(self, numbers: Sequence[UUID], because: str) -> None:
        """Ring these no more until a person has decided."""
        ...

    def free_numbers(self, numbers: Sequence[UUID], suspended_because: Sequence[str]) -> None:
        """Those suspended for these reasons may be rung again."""
        ...

    def void_profile(self, person_id: UUID, because: str) -> None:
        """What was confirmed as safe is so no more; quiet where it was void, or there is none."""
        ...

    def stopped_referrals(self, hold: Hold) -> Sequence[UUID]:
        """Referrals that stand still because of this hold, or may."""
        ...

    def waiting_for_release(self, most: int, referral_id: UUID | None = None) -> WaitingList:
        """People nobody may ring until a supervisor has released them, or one of them."""
        ...

    def unconfirmed(self, days: int) -> int:
        """How many protected people said yes to calls, confirmed longer ago than that or never."""
        ...

    def release(self, waiting: Waiting, note: str, until: datetime, by: str) -> None:
        """Let the person be called by hand until then, or until a call was answered."""
        ...

    def releases(self, most: int) -> Sequence[Release]:
        """The newest releases."""
        ...

    def call_backs(self) -> Sequence[Waiting]:
        """Booked call-backs, the earliest first."""
        ...

    def dead_records(self, most: int) -> Sequence[DeadRecord]:
        """Records the case store refused for good, the oldest first."""
        ...

    def dead_count(self) -> int:
        """How many there are."""
        ...

    def send_again(self, record_id: UUID) -> bool:
        """Offer the record to the case store again; False if it is not a dead one."""
        ...


class SupervisionStore(Protocol):
    """Opens transactions for supervisors."""

    def begin(self) -> AbstractContextManager[SupervisionTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...
