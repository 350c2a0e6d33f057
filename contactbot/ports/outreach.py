"""What attempts are kept in: the transactions of the attempt protocol, with their promises."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from contactbot.domain.attempts import AttemptState
from contactbot.domain.gate import Channel, ContactFacts, Decision, Request
from contactbot.domain.planning import CaseFacts, Plan
from contactbot.ports.clock import Instant
from contactbot.ports.endings import EndingTransaction
from contactbot.ports.talks import KeptSession, TalkTransaction


class CaseUnreadable(Exception):
    """A case holds something that cannot be read; nobody is contacted until a person has looked."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__("a case cannot be read")
        self.person_id = person_id


@dataclass(frozen=True, slots=True)
class Target:
    """The number a case would be called on next."""

    number_id: UUID
    index: bytes
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Case:
    """A referral with all that the gate and the planner need to know, read under the lock."""

    referral_id: UUID
    person_id: UUID
    reference: str = field(repr=False)
    source_system: str
    facts: ContactFacts
    case: CaseFacts
    target: Target | None
    language: str | None
    contact_codes: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An intent to contact, as committed before anything leaves the house."""

    id: UUID
    token: str = field(repr=False)
    referral_id: UUID
    person_id: UUID
    number_id: UUID
    number_index: bytes
    close_at: datetime | None
    deadline_seconds: float
    policy_version: str
    script_hash: str
    channel: Channel = Channel.CALL


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt as it stands; `state` moves forward only and a terminal one is final."""

    id: UUID
    token: str = field(repr=False)
    referral_id: UUID
    person_id: UUID
    number_id: UUID
    number_index: bytes
    state: AttemptState
    provider_id: str | None
    placed_at: datetime | None
    close_at: datetime | None
    cancel_because: str | None
    looks: int
    seconds: int | None
    ending: str | None
    language: str | None
    channel: Channel = Channel.CALL


@dataclass(frozen=True, slots=True)
class Step:
    """What a webhook of a call finds: the attempt, what this turn was answered before, the talk.

    `silent`: nothing has been heard of the call for so long that it would soon be asked about.
    """

    attempt: Attempt
    said: str | None = field(repr=False)
    kept: KeptSession | None
    silent: bool


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """Who is on the line of a call in progress; `stopped` = a hold or a suppression stands."""

    stopped: bool
    contact_codes: tuple[str, ...] = field(repr=False)
    language: str | None


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One consent event as heard: the purpose and the very words, never edited afterwards."""

    purpose: str
    recipient: str
    decision: str
    wording: str
    wording_hash: str
    language: str
    script_hash: str
    channel: str = "voice"
    identity: str = "contact_code"
    captured_by: str = "keypad"


@dataclass(frozen=True, slots=True)
class ToldNeed:
    """What somebody last said about one area of need, and when they were asked."""

    area: str
    answer: str = field(repr=False)
    language: str
    channel: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """An attempt whose fate must be asked for.

    `number` is what the provider was given, None where it can no longer be read.
    """

    attempt: Attempt
    number: str | None = field(repr=False)
    posted_at: datetime
    age_seconds: float


@dataclass(frozen=True, slots=True)
class Slots:
    """How many contacts may be begun; where none may, in how many seconds to ask again."""

    granted: int
    wait_seconds: float = 0.0


class OutreachTransaction(EndingTransaction, TalkTransaction, Protocol):
    """One database transaction; nothing in it counts until the `with` block ends without error.

    Whatever changes a person's permission to be contacted locks that person's row first, so two
    transactions about one person follow each other.
    """

    @property
    def instant(self) -> Instant:
        """The moment of this transaction on both clocks, read from the database."""
        ...

    def claim_due(self, most: int) -> list[UUID]:
        """Lock the persons of the most urgent due referrals nobody else holds; the referrals' ids.

        Whoever may be the same person is locked too; where another holds one of them, the referral
        is due a minute later. No two of the referrals are of people who may be one.
        """
        ...

    def lock_person(self, person_id: UUID) -> None:
        """Wait for and hold this person's row until the transaction ends."""
        ...

    def case(self, referral_id: UUID, number_id: UUID | None = None) -> Case:
        """All facts of one referral, as they are now; raises `CaseUnreadable`.

        `number_id`: the number they are about, where it is not the one to call next.
        """
        ...

    def cases(self, referral_ids: Sequence[UUID]) -> dict[UUID, Case | CaseUnreadable]:
        """All facts of each referral, as they are now; the persons were locked before."""
        ...

    def set_aside(self, person_id: UUID, referral_id: UUID) -> None:
        """Hold a referral that cannot be read, with the Deny kept, so that others go on."""
        ...

    def open_attempt(self, attempt: NewAttempt) -> bool:
        """Record the intent; False, and nothing, if the person or number has a live attempt."""
        ...

    def intend(self, attempts: Sequence[NewAttempt]) -> set[UUID]:
        """Record automatic calls the gate allowed, each with its decision and its audit row.

        Their referrals leave the queue. An attempt whose person or number has a live one already
        is not recorded; the ids of those that are.
        """
        ...

    def attempt(self, attempt_id: UUID) -> Attempt | None:
        """The attempt by id, its person locked."""
        ...

    def attempts(self, attempt_ids: Sequence[UUID]) -> list[Attempt]:
        """Those of these attempts there are, their persons locked in order."""
        ...

    def attempt_by_token(self, token: str) -> Attempt | None:
        """The attempt a webhook names, its person locked; None if there is none."""
        ...

    def step(self, token: str, turn: int = -1) -> Step | None:
        """The attempt a webhook of a call names, its person locked; None if there is none.

        Without a turn it is a mere report.
        """
        ...

    def on_the_line(self, attempt: Attempt) -> OnTheLine:
        """Who is on the line of the call whose step was read; raises `CaseUnreadable`."""
        ...

    def add_event(
        self,
        attempt_id: UUID,
        source: str,
        sequence: int,
        status: str,
        detail: Mapping[str, Any] | None = None,
    ) -> bool:
        """Keep one event; False if this (source, sequence) was already kept."""
        ...

    def bind(self, attempt_id: UUID, provider_id: str) -> bool:
        """Give the attempt its provider id, once; False if it has another one already.

        Having heard of the call puts off asking the provider about it.
        """
        ...

    def advance(self, attempt_id: UUID, state: AttemptState) -> bool:
        """Move a live attempt forward; False if it is there already, further on, or over."""
        ...

    def decide(
        self, case: Case, request: Request, decision: Decision, attempt_id: UUID | None = None
    ) -> None:
        """Keep a decision: every Allow, and a Deny when its reasons changed since the last one."""
        ...

    def apply(self, case: Case, plan: Plan, *, tried: bool = False) -> bool:
        """Store where the referral goes next; True if its state changed."""
        ...

    def defer(self, referral_id: UUID, due_at: datetime | None) -> None:
        """Look at the referral again at `due_at`; None = not by itself."""
        ...

    def plan_text(self, referral_id: UUID, message: str, due_at: datetime) -> None:
        """Have this message sent from `due_at` on; a referral has one text plan, ever."""
        ...

    def hold(self, person_id: UUID, referral_id: UUID | None, reason: str, by: str) -> None:
        """Stop the case until a person decides; quiet if held for this reason already."""
        ...

    def suppress(
        self,
        *,
        person_id: UUID | None,
        number_index: bytes | None,
        reason: str,
        by: str,
        programme: str | None = None,
    ) -> None:
        """Never contact again, for one programme or any; quiet if that reason stands already."""
        ...

    def use_up_release(self, referral_id: UUID) -> None:
        """A supervisor's release of this referral has served; quiet if there is none."""
        ...

    def ask_cancel(self, person_id: UUID, because: str, *, but: UUID | None = None) -> int:
        """Have every live attempt of this person but one cancelled; how many."""
        ...

    def begin_interview(
        self, attempt: Attempt, script_hash: str, *, channel: str = "voice"
    ) -> UUID:
        """The interview of this attempt, begun if it was not."""
        ...

    def need(
        self, attempt: Attempt, area: str, answer: str, language: str, channel: str, by: str
    ) -> None:
        """Append what somebody said about one area of need, sealed."""
        ...

    def needs(self, referral_id: UUID) -> Sequence[ToldNeed]:
        """The newest answer about each area of need, in order of area."""
        ...

    def consent(self, attempt: Attempt, consent: ConsentRecord) -> None:
        """Append a consent event."""
        ...

    def appoint(
        self, attempt: Attempt, starts_at: datetime, ends_at: datetime, language: str | None
    ) -> None:
        """Book a call-back by a person."""
        ...

    def tell_case_store(self, case: Case, kind: str, body: Mapping[str, Any]) -> None:
        """Put one fact into the outbox, in this transaction."""
        ...

    def tell_of(self, attempt: Attempt, kind: str, body: Mapping[str, Any]) -> None:
        """Put one fact about this attempt's case into the outbox, in this transaction."""
        ...

    def audit(self, actor: str, action: str, subject: UUID | None, **detail: str) -> None:
        """Keep who did what; ids only, no personal data."""
        ...

    def count(self, name: str) -> None:
        """Add one to a counter that holds no id."""
        ...

    def persons_with_number(self, number: str) -> tuple[Sequence[bytes], Sequence[UUID]]:
        """The blind indexes of an E.164 number, and the persons it belongs to, locked in order."""
        ...


class OutreachStore(Protocol):
    """Opens transactions; each short guarded update of the protocol is one of its own.

    Outside a transaction a store sees the attempts of one channel only: calls, or texts.
    """

    def begin(self) -> AbstractContextManager[OutreachTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...

    def take_slots(self, wanted: int, per_second: float, max_in_flight: int) -> Slots:
        """So many may be begun now at the pace of all workers; each takes its share at once."""
        ...

    def give_slots_back(self, unused: int, per_second: float) -> None:
        """So many of the slots just taken were not used: the next call need not wait for them."""
        ...

    def slow_down(self, seconds: float) -> None:
        """Place nothing for so long, all workers together."""
        ...

    def fence(self, attempt_ids: Sequence[UUID]) -> set[UUID]:
        """`placing` → `posting`, only before the deadline on database time; which may be posted."""
        ...

    def repost(self, attempt_id: UUID) -> bool:
        """Whether a refused order may be given again: still `posting`, still before deadline."""
        ...

    def overdue_intents(self) -> list[UUID]:
        """Attempts in `placing` past their deadline: certainly never posted."""
        ...

    def ambiguous(self, older_than_seconds: float) -> list[Ambiguous]:
        """Attempts in `posting` without a provider id whose time to be looked up has come."""
        ...

    def silent(self) -> list[Ambiguous]:
        """Attempts with a provider id and no final status whose time to be polled has come."""
        ...

    def looked(
        self, attempt_id: UUID, again_after_seconds: float, *, in_vain: bool = False
    ) -> None:
        """Count one look at an attempt unless nothing was to be seen, and when to look again."""
        ...

    def to_cancel(self) -> list[Attempt]:
        """Live attempts to end: cancelling was asked, or their window closed before an answer."""
        ...

    def known_provider_ids(self, provider_ids: Sequence[str]) -> set[str]:
        """Which of these are bound to attempts already."""
        ...
