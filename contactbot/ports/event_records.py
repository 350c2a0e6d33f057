"""What an event of the case store changes, and the one transaction in which it does."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from contactbot.domain.gate import Decision, Request
from contactbot.domain.phone import PhoneNumber
from contactbot.domain.referral import CaseState
from contactbot.ports.casestore import InboundEvent
from contactbot.ports.clock import Instant
from contactbot.ports.intake_records import Stop
from contactbot.ports.outreach import Case


class EventFailed(Exception):
    """The event had no effect at all; it comes again. The text holds no personal data."""


@dataclass(frozen=True, slots=True)
class Classification:
    """What decides how careful contact must be, as the case store sees it now."""

    flags: frozenset[str]
    flags_assessed: bool
    unknown_flags: tuple[str, ...]
    crime_group: str
    risk: str | None
    offender_known: str | None
    birth_date: date | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subject:
    """The case an event is about, and its person, whose row is locked."""

    referral_id: UUID
    person_id: UUID


class EventTransaction(Protocol):
    """One event's effect: all of it or none. The person is locked first, as for every contact."""

    @property
    def instant(self) -> Instant:
        """The moment of this transaction on both clocks."""
        ...

    def receive(self, event: InboundEvent) -> bool:
        """Note that it arrived; False if it had its effect before, however it is sent again."""
        ...

    def finish(self, event: InboundEvent, result: str) -> None:
        """Keep what came of it."""
        ...

    def find(self, event: InboundEvent) -> Subject | None:
        """The case and its person, locked until the transaction ends; None if we have no such."""
        ...

    def referrals_of(self, person_id: UUID) -> Sequence[UUID]:
        """All the person's cases in which contact is still to come, held ones included."""
        ...

    def case(self, referral_id: UUID) -> Case:
        """All facts of one referral, as they are now."""
        ...

    def classification(self, referral_id: UUID) -> Classification:
        """How the case is classified now."""
        ...

    def reclassify(self, referral_id: UUID, now: Classification) -> None:
        """Replace the classification; the tier stays."""
        ...

    def protect(self, person_id: UUID, because: Sequence[str]) -> None:
        """Make every referral of the person a protected one."""
        ...

    def void_confirmation(self, person_id: UUID, because: str) -> None:
        """The newest contact profile no longer holds; kept as evidence. Quiet if it was void."""
        ...

    def withhold(self, referral_id: UUID, reasons: Sequence[str]) -> None:
        """Nothing automatic any more: if it was, a caller takes it, when a person decides."""
        ...

    def close(self, referral_id: UUID, state: str, because: str) -> None:
        """The referral stands at `state` now and nobody is to be contacted for it by itself."""
        ...

    def note_case_state(self, referral_id: UUID, state: CaseState) -> None:
        """How far the case has come."""
        ...

    def mark_deceased(self, person_id: UUID) -> None:
        """The person has died."""
        ...

    def replace_numbers(self, person_id: UUID, number: PhoneNumber | None, as_given: str) -> None:
        """Suspend every number of the person, and add the new one; a known one is used again."""
        ...

    def stops_at(self, person_id: UUID, number: PhoneNumber) -> Sequence[Stop]:
        """Who must be held because the number may reach somebody else: usually nobody."""
        ...

    def suppress_for(self, person_id: UUID, reason: str, programme: str | None) -> None:
        """Never contact for this programme, or for any; quiet if it is so already."""
        ...

    def hold(self, person_id: UUID, referral_id: UUID | None, reason: str, by: str) -> None:
        """Stop until a person decides; quiet if held for this reason already."""
        ...

    def ask_cancel(self, person_id: UUID, because: str) -> int:
        """Have every live attempt of this person cancelled or hung up; how many."""
        ...

    def decide(self, case: Case, request: Request, decision: Decision) -> None:
        """Keep a decision of the gate."""
        ...

    def tell_case_store(self, case: Case, kind: str, body: dict[str, str]) -> None:
        """Put one fact into the outbox, in this transaction."""
        ...

    def audit(self, actor: str, action: str, subject: UUID | None, **detail: str) -> None:
        """Keep who did what; ids only, no personal data."""
        ...


class EventRecords(Protocol):
    """Opens the transactions in which events take effect."""

    def begin(self) -> AbstractContextManager[EventTransaction]:
        """Committed at the end of the block; `EventFailed`, and no effect, on any error in it."""
        ...

    def orphans(self) -> Sequence[InboundEvent]:
        """Events whose case was unknown when they came and is known now; their bodies are gone."""
        ...
