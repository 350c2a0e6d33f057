"""One batch of referrals: who each speaks of, what stops contact, and where each goes first."""

from collections.abc import Iterator
from uuid import UUID

from contactbot.domain.intake import (
    HoldReason,
    SuppressionReason,
    holds_of,
    is_near_any,
    suppressions_of,
)
from contactbot.domain.policy import Policy
from contactbot.domain.referral import ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.safety import Tier
from contactbot.domain.same_person import Marks, likeness
from contactbot.operations.intake_people import People, Told, learn, newcomer
from contactbot.operations.intake_plans import (
    CASE_CHANGED,
    Draft,
    FirstPlans,
    is_held,
    plan_again,
)
from contactbot.ports.intake_records import (
    Changes,
    IntakeTransaction,
    KnownReferral,
    Link,
    PersonRecord,
    Stop,
)

UPDATED = "updated"
PROTECTED = "protected"


class Batch:
    """Collects what a batch leads to; `finish` saves it and plans again whatever it touched."""

    def __init__(
        self,
        transaction: IntakeTransaction,
        policy: Policy,
        told: list[Told],
        known: list[KnownReferral],
    ) -> None:
        self._transaction = transaction
        self._policy = policy
        self._changes = Changes(policy.version)
        self._drafts: list[Draft] = []
        # Persons who were there before, and why their other referrals must be looked at again.
        self._touched: dict[UUID, str] = {}
        self._newly_protected: set[UUID] = set()
        self._people = People(_persons(transaction, told, known))
        self._plans = FirstPlans(policy, transaction.instant.calendar)
        numbers = {number for each in told for number in each.marks.numbers}
        self._suspects = transaction.suspects_among(numbers)
        self._suppressed = transaction.suppressed_among(numbers)

    @property
    def suggested(self) -> int:
        """How many pairs of persons who may be one were found."""
        return len(self._changes.links)

    def take(self, told: Told, fingerprint: str, known: KnownReferral | None) -> UUID:
        """Take one row in; returns the id of its referral."""
        row, again = told.row, known is None
        person = self._person_of(told, known)
        learn(person, told, self._new_ids(), sole=known is not None and known.is_only_one)
        self._people.add(person)
        self._touch(person, UPDATED)
        self._suppress(person, row, known)
        self._suppress_by_number(person)
        self._suggest(person)
        self._hold_by_number(person, row, again=again)
        for reason in holds_of(row):
            self._hold(person, reason, again=again)
        decision = self._plans.tier(row)
        if decision.tier is Tier.PROTECTED and not person.protected:
            person.protected = True
            self._newly_protected.add(person.id)
            self._touch(person, PROTECTED)
        referral_id = known.id if known else self._transaction.new_id()
        self._drafts.append(Draft(referral_id, person, row, fingerprint, decision, known))
        return referral_id

    def finish(self) -> set[UUID]:
        """Save everything and plan anew what was there before; the referrals that are held now."""
        self._changes.referrals = [self._plans.placed(draft) for draft in self._drafts]
        self._transaction.save(self._changes)
        known_before = self._newly_protected.intersection(self._touched)
        self._transaction.protect(sorted(known_before))
        for person_id, because in sorted(self._touched.items()):
            if because != UPDATED:
                self._transaction.ask_cancel(person_id, because)
        for write in self._changes.referrals:
            if write.state is ReferralState.INELIGIBLE and not write.is_new:
                self._transaction.ask_cancel(write.person_id, CASE_CHANGED)
        held = {write.id for write in self._changes.referrals if is_held(write)}
        if self._touched:
            for referral_id in self._transaction.open_referrals(sorted(self._touched)):
                if plan_again(self._transaction, referral_id, self._policy):
                    held.add(referral_id)
        return held

    def _person_of(self, told: Told, known: KnownReferral | None) -> PersonRecord:
        if known is not None:
            person = self._people.get(known.person_id)
        else:
            same = self._people.same(told.marks)
            person = same or newcomer(self._transaction.new_id(), told)
        self._changes.persons[person.id] = person
        return person

    def _new_ids(self) -> Iterator[UUID]:
        while True:
            yield self._transaction.new_id()

    def _touch(self, person: PersonRecord, because: str) -> None:
        """A new person’s referrals are planned at the end of the batch anyhow."""
        if not person.is_new and (because != UPDATED or person.id not in self._touched):
            self._touched[person.id] = because

    def _suppress(
        self, person: PersonRecord, row: ReferralRow, known: KnownReferral | None
    ) -> None:
        """Never contact; a refusal that the source merely repeats does not undo a lifting."""
        for reason in suppressions_of(row):
            repeated = known is not None and known.declined
            if reason in person.suppressions or (
                repeated and reason is SuppressionReason.SUPPORT_DECLINED
            ):
                continue
            person.suppressions.add(reason)
            self._changes.suppressions.append(Stop(person.id, reason))
            self._touch(person, reason)

    def _suppress_by_number(self, person: PersonRecord) -> None:
        """Somebody at this number asked never to be rung again; the number keeps that, not they."""
        if not self._suppressed:
            return
        stops = (self._suppressed.get(number) for number in person.usable_numbers())
        person.suppressions.update(stop for stop in stops if stop)

    def _hold_by_number(self, person: PersonRecord, row: ReferralRow, *, again: bool) -> None:
        """Numbers that lead to somebody else, or to a suspect, are for a person to judge."""
        linked = self._people.linked(person)
        numbers = person.usable_numbers()
        suspects = person.suspects.union(*(other.suspects for other in linked))
        if suspects and is_near_any(numbers, suspects):
            self._hold(person, HoldReason.SUSPECT_NUMBER, again=again)
        elif not self._suspects.isdisjoint(numbers):
            self._hold(person, HoldReason.ALSO_SUSPECT, again=again)
        for number in numbers:
            for other in self._people.owners(number):
                if other is not person:
                    self._hold(person, HoldReason.SHARED_NUMBER, again=again)
                    self._hold(other, HoldReason.SHARED_NUMBER, again=again)
        if row.suspect_phone:
            self._hold_suspect(person, row.suspect_phone.number.e164, again=again)

    def _hold_suspect(self, person: PersonRecord, suspect: str, *, again: bool) -> None:
        """A suspect’s number may be some other victim’s, or near one of a linked person."""
        self._suspects.add(suspect)
        for owner in self._people.owners(suspect):
            if owner is not person:
                self._hold(owner, HoldReason.ALSO_SUSPECT, again=again)
        for other in self._people.linked(person):
            if is_near_any(other.usable_numbers(), [suspect]):
                self._hold(other, HoldReason.SUSPECT_NUMBER, again=again)

    def _hold(self, person: PersonRecord, reason: HoldReason, *, again: bool) -> None:
        """Hold once; what somebody released comes back only with a new referral (`again`)."""
        if reason in person.holds or (reason in person.released and not again):
            return
        person.holds.add(reason)
        self._changes.holds.append(Stop(person.id, reason))
        self._touch(person, reason)

    def _suggest(self, person: PersonRecord) -> None:
        """Suggest, once for ever, that two persons may be one."""
        marks = person.marks()
        for other in self._people.alike(marks):
            if other is person or other.id in person.linked:
                continue
            because = likeness(marks, other.marks())
            if not because:
                continue
            person.linked.add(other.id)
            other.linked.add(person.id)
            self._changes.links.append(Link(person.id, other.id, because))


def hold_contradicted(
    transaction: IntakeTransaction, referrals: list[KnownReferral], policy: Policy
) -> set[UUID]:
    """Hold referrals of which a file had a second, different row; the ids of those held."""
    reason = HoldReason.CONTRADICTING_ROWS
    stops = [Stop(referral.person_id, reason, referral.id) for referral in referrals]
    transaction.save(Changes(policy.version, holds=stops))
    held = set()
    for referral in referrals:
        transaction.ask_cancel(referral.person_id, reason)
        if referral.id in transaction.open_referrals([referral.person_id]):
            plan_again(transaction, referral.id, policy)
            held.add(referral.id)
    return held


def _persons(
    transaction: IntakeTransaction, told: list[Told], known: list[KnownReferral]
) -> list[PersonRecord]:
    """Everybody these rows may speak of, and everybody who may own a suspect’s number."""
    suspects = [
        Marks(numbers=frozenset({each.row.suspect_phone.number.e164}))
        for each in told
        if each.row.suspect_phone
    ]
    marks = [each.marks for each in told]
    return transaction.persons({referral.person_id for referral in known}, marks + suspects)
