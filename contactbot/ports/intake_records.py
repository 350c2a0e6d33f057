"""What intake reads and keeps: persons as they are known, and referrals as they arrive."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.person import PersonDetails
from contactbot.domain.phone import PhoneNumber
from contactbot.domain.planning import Plan
from contactbot.domain.referral import ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.safety import TierDecision
from contactbot.domain.same_person import Marks, marks_of
from contactbot.ports.clock import Instant
from contactbot.ports.outreach import Case


class RowNotStored(Exception):
    """The store refused what was to be saved; nothing of the transaction was kept."""


class PersonUnreadable(RowNotStored):
    """What is kept of somebody a row may speak of cannot be opened; nothing was kept."""


@dataclass(frozen=True, slots=True)
class KnownReferral:
    """A referral that was imported before."""

    id: UUID
    person_id: UUID
    state: ReferralState
    unchanged: bool
    declined: bool
    is_only_one: bool


@dataclass(slots=True)
class NumberRecord:
    """A number of a person; the lowest position is tried first."""

    id: UUID
    number: PhoneNumber
    as_given: str = field(repr=False)
    position: int
    usable: bool = True
    suspended_because: str | None = None
    is_new: bool = False
    changed: bool = False


@dataclass(slots=True)
class PersonRecord:
    """A person while a batch is worked on; `save` writes what is marked as new or changed.

    `suspects` are the suspects’ numbers of all the person’s referrals; `linked` are persons this
    one was ever compared with by suggestion, whatever came of it.
    """

    id: UUID
    details: PersonDetails
    is_new: bool = False
    changed: bool = False
    protected: bool = False
    language_told_by_person: bool = False
    numbers: list[NumberRecord] = field(default_factory=list)
    suspects: set[str] = field(default_factory=set, repr=False)
    profile: ContactProfile | None = None
    profile_version: int = 0
    profile_changed: bool = False
    holds: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)
    suppressions: set[str] = field(default_factory=set)
    linked: set[UUID] = field(default_factory=set)
    _marks: Marks | None = field(default=None, repr=False)

    def usable_numbers(self) -> list[str]:
        """E.164 of the numbers that may be dialled, first choice first."""
        usable = [number for number in self.numbers if number.usable]
        if len(usable) < 2:
            return [each.number.e164 for each in usable]
        return [each.number.e164 for each in sorted(usable, key=lambda number: number.position)]

    def marks(self) -> Marks:
        """What this person is compared by; made once, until `forget_marks`."""
        if self._marks is None:
            self._marks = marks_of(self.details, self.usable_numbers())
        return self._marks

    def remember_marks(self, marks: Marks) -> None:
        """Take marks that somebody has made of just these details and numbers."""
        self._marks = marks

    def forget_marks(self) -> None:
        """To be called when details or numbers have changed."""
        self._marks = None


@dataclass(frozen=True, slots=True)
class ReferralWrite:
    """A referral to be kept.

    Without `plan` a known referral stays where it is, and a new one is `new` until it is planned
    in the same transaction; `state` overrides both.
    """

    id: UUID
    person_id: UUID
    row: ReferralRow
    fingerprint: str = field(repr=False)
    is_new: bool
    tier: TierDecision
    enhanced: bool = False
    plan: Plan | None = None
    state: ReferralState | None = None
    state_because: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A hold (of the person, or of one referral only) or a suppression of the person."""

    person_id: UUID
    reason: str
    referral_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """Two persons who may be one, and what they have in common."""

    one: UUID
    other: UUID
    because: tuple[str, ...]


@dataclass(slots=True)
class Changes:
    """Everything a batch leads to, saved together or not at all.

    Where a new referral’s plan is not automatic, its reasons are kept as a refused decision.
    """

    policy_version: str
    persons: dict[UUID, PersonRecord] = field(default_factory=dict)
    referrals: list[ReferralWrite] = field(default_factory=list)
    holds: list[Stop] = field(default_factory=list)
    suppressions: list[Stop] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)


class IntakeTransaction(Protocol):
    """One batch: a transaction that no other import runs beside."""

    @property
    def instant(self) -> Instant:
        """The moment of this transaction on both clocks, read from the database."""
        ...

    def new_id(self) -> UUID:
        """An id nobody has."""
        ...

    def known_referrals(
        self, fingerprints: Mapping[tuple[str, str], str]
    ) -> Mapping[tuple[str, str], KnownReferral]:
        """The referrals already kept, by (source system, reference).

        `fingerprints` are the rows as given; `unchanged` tells whether the row kept is the same.
        """
        ...

    def persons(self, ids: Iterable[UUID], marks: Sequence[Marks]) -> list[PersonRecord]:
        """These persons, those who share names, home or number with any of the marks, and those
        linked to either; all locked until the end of the transaction.

        Raises `PersonUnreadable` where what is kept of one of them cannot be opened.
        """
        ...

    def suspects_among(self, numbers: Iterable[str]) -> set[str]:
        """Which of these E.164 numbers are a suspect’s in any referral."""
        ...

    def suppressed_among(self, numbers: Iterable[str]) -> Mapping[str, str]:
        """Which of these E.164 numbers must never be dialled, and why."""
        ...

    def save(self, changes: Changes) -> None:
        """Keep all changes; raises `RowNotStored` where the store refuses one of them."""
        ...

    def open_referrals(self, persons: Iterable[UUID]) -> list[UUID]:
        """Referrals of these persons that are new, waiting, attempted or held."""
        ...

    def case(self, referral_id: UUID) -> Case:
        """All facts of one referral, as they are now; raises `CaseUnreadable`."""
        ...

    def apply(self, case: Case, plan: Plan, *, tried: bool = False) -> bool:
        """Store where the referral goes next; True if its state changed."""
        ...

    def keep_denial(self, case: Case, reasons: Sequence[str], policy_version: str) -> None:
        """Keep why a planned automatic call was refused, unless the last refusal said the same."""
        ...

    def set_aside(self, person_id: UUID, referral_id: UUID) -> None:
        """Hold a referral that cannot be read, with the refusal kept."""
        ...

    def protect(self, persons: Iterable[UUID]) -> None:
        """Make every referral of these persons a protected one."""
        ...

    def ask_cancel(self, person_id: UUID, because: str, *, but: UUID | None = None) -> int:
        """Have every live attempt of this person cancelled; how many."""
        ...

    def audit(self, actor: str, action: str, subject: UUID | None, **detail: str) -> None:
        """Keep who did what; ids and counts only, no personal data."""
        ...


class IntakeStore(Protocol):
    """Opens intake’s transactions."""

    def begin(self) -> AbstractContextManager[IntakeTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...
