"""What calls by hand ask of the world: claims on people, what a caller may read and leaves."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contactbot.domain.by_hand import Proof
from contactbot.ports.outreach import NewAttempt, OutreachTransaction, ToldNeed


@dataclass(frozen=True, slots=True)
class Claim:
    """A person a caller has before them, and how far the two have come."""

    id: UUID
    person_id: UUID
    referral_id: UUID
    user_id: UUID
    attempt_id: UUID | None
    identity: str | None
    identity_tries: int
    private: bool
    language: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom a caller has, locked; and whether any caller’s page has been silent for too long."""

    claim: Claim | None
    somebody_gone: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """How a person may be contacted, as a caller reads it before anything else."""

    given_name: str = field(repr=False)
    language: str | None
    safe_call: str
    safe_text: str
    safe_voicemail: str
    safe_hours: str | None
    confirmed_on: str | None
    appointment: tuple[datetime, datetime] | None


@dataclass(frozen=True, slots=True)
class Content:
    """What the call is about: read only once it is known who listens."""

    reference: str = field(repr=False)
    crime_group: str = field(repr=False)
    offence: str = field(repr=False)
    reported_on: str = field(repr=False)
    notes: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The newest answer to one consent for this case: `given`, `refused` or `withdrawn`."""

    decision: str
    at: datetime
    channel: str
    attempt_id: UUID | None


@dataclass(frozen=True, slots=True)
class Wished:
    """A call-back somebody asked for, and when they did; `attempt_id` names that call."""

    starts_at: datetime
    ends_at: datetime
    made_at: datetime
    attempt_id: UUID | None


@dataclass(frozen=True, slots=True)
class Told:
    """What the person told us about this case before this moment, on whichever channel."""

    consents: Mapping[str, Agreed] = field(default_factory=dict)
    needs: Sequence[ToldNeed] = field(default=(), repr=False)
    wished: Wished | None = None


class CallerTransaction(OutreachTransaction, Protocol):
    """A transaction of outreach that also keeps who is calling whom."""

    def gone(self) -> Sequence[Claim]:
        """Open claims whose caller has not been heard of for too long, their persons locked."""
        ...

    def standing(self, user_id: UUID) -> Standing:
        """Where a caller stands who asks for the next person."""
        ...

    def claim_of(self, user_id: UUID) -> Claim | None:
        """The person this caller has, locked."""
        ...

    def next_for_caller(self, *, welsh: bool) -> UUID | None:
        """Lock the person a caller should ring next and give the referral; None = nobody.

        Call-backs that are due come first, then breach time, risk, age. People who prefer Welsh
        are for callers who speak it.
        """
        ...

    def needs_welsh(self) -> bool:
        """Whether somebody is due whom only a speaker of Welsh may ring."""
        ...

    def barred(self, most: int) -> Sequence[UUID]:
        """Lock people no caller is offered whose reason is not kept yet; their referrals.

        Protected people who said no to calls, or of whom nobody knows and whom no supervisor has
        released.
        """
        ...

    def open_claim(
        self, claim_id: UUID, referral_id: UUID, person_id: UUID, user_id: UUID
    ) -> Claim | None:
        """Give the person to this caller; None if another has them, or the caller has another."""
        ...

    def change_claim(self, claim_id: UUID, **changed: object) -> None:
        """Keep how far the caller has come."""
        ...

    def end_claim(self, claim_id: UUID, because: str) -> None:
        """Let the person go."""
        ...

    def is_released(self, referral_id: UUID) -> bool:
        """Whether a supervisor's release holds at this moment."""
        ...

    def profile(self, referral_id: UUID) -> Profile:
        """How the person may be contacted."""
        ...

    def known_facts(self, person_id: UUID) -> Proof:
        """What we know that could prove who is there; never shown."""
        ...

    def content(self, referral_id: UUID) -> Content:
        """What the call is about."""
        ...

    def told(self, referral_id: UUID) -> Told:
        """What the person has told us about this case by now."""
        ...

    def begin_by_hand(self, attempt: NewAttempt, by: str) -> bool:
        """Record a call that is made at this moment; False if one is live already."""
        ...

    def suspend_number(self, number_id: UUID, because: str) -> None:
        """Ring this number no more until a person has decided."""
        ...

    def unbook(self, attempt_id: UUID) -> None:
        """Take back the call-back that was booked in this very call, if there is one."""
        ...

    def settle_appointments(self, referral_id: UUID, attempt_id: UUID) -> None:
        """Call-backs that were due are kept by this attempt."""
        ...


class CallerStore(Protocol):
    """Opens transactions for calls by hand."""

    def begin(self) -> AbstractContextManager[CallerTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...

    def beat(self, user_id: UUID) -> None:
        """The caller's page is still open."""
        ...
