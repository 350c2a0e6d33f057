"""The force's case store as the core sees it: results go out, referrals and events come in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class OutboundRecord:
    """One fact for the case store; `id` is its idempotency key, `sequence` its order in its case.

    `position` orders all facts and never leaves the house.
    """

    id: UUID
    position: int
    type: str
    case_reference: str
    source_system: str
    occurred_at: datetime
    recorded_at: datetime
    sequence: int
    schema: int
    body: Mapping[str, Any] = field(repr=False)


class Delivered(StrEnum):
    """What became of one record."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # the case store will not have it as it is
    HELD_BACK = "held_back"  # not offered, because an earlier one of its case was refused


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """One record's fate; `reason` is for people and holds no personal data."""

    record_id: UUID
    outcome: Delivered
    reason: str = ""


class CaseStoreAway(Exception):
    """The case store cannot be reached; nothing of what was asked is known to have happened."""


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """Something happened to a case; `id` names it for ever, however often it is sent.

    `occurred_at` is None where the sender gave no time that can be read: no rule depends on it.
    """

    id: str
    type: str
    source_system: str
    case_reference: str
    occurred_at: datetime | None
    body: Mapping[str, Any] = field(repr=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class EventFault:
    """A line that is no event or had no effect; `reason` says what to do and quotes nothing."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events that arrived together, in order, and the lines among them that are none."""

    name: str
    events: tuple[InboundEvent, ...]
    faults: tuple[EventFault, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record the case store took and then would not have; `reason` as it gave it."""

    record_id: UUID
    reason: str = field(repr=False)
    line: int = 0


@dataclass(frozen=True, slots=True)
class RefusalBatch:
    """Refusals that arrived together, in order, and the lines among them that are none."""

    name: str
    refusals: tuple[Refusal, ...]
    faults: tuple[EventFault, ...]


@dataclass(frozen=True, slots=True)
class ReferralFileOffer:
    """A referral file waiting to be imported, and where its rejected rows belong."""

    path: str
    rejects_path: str


class CaseStore(Protocol):
    """What the case store is asked to do."""

    def deliver(self, records: Sequence[OutboundRecord]) -> Sequence[DeliveryResult]:
        """Hand over records in the given order; one result for each.

        The same records delivered again have no second effect. After a refused record the later
        ones of its case are held back. `CaseStoreAway` if it cannot be said what arrived: the same
        call is then made again. Nothing else is raised for anything a record may contain.
        """
        ...

    def fetch_refusals(self) -> Iterator[RefusalBatch]:
        """What it refused after it had taken it, oldest first; `CaseStoreAway`."""
        ...

    def acknowledge_refusals(self, batch: RefusalBatch, faults: Sequence[EventFault]) -> None:
        """Do not bring these again, and keep the faulty lines for a person to see.

        To be called when the refusals are committed.
        """
        ...

    def fetch_events(self) -> Iterator[EventBatch]:
        """What has arrived and was not acknowledged, oldest first; `CaseStoreAway`."""
        ...

    def acknowledge(self, batch: EventBatch, faults: Sequence[EventFault]) -> None:
        """Do not bring these events again, and keep the faulty lines for a person to see.

        To be called when the effect of every event is committed. If more has been added to the
        batch meanwhile, it comes again whole.
        """
        ...

    def referral_files(self) -> Sequence[ReferralFileOffer]:
        """Referral files that wait to be imported, oldest name first; `CaseStoreAway`."""
        ...

    def finish_referral_file(self, offer: ReferralFileOffer, *, read: bool) -> None:
        """Put an imported file away, or among the rejects if it was refused whole."""
        ...
