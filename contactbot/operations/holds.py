"""Lift a hold: once, for a reason that is kept, and back to the same planning as any referral."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contactbot.domain.gate import decide
from contactbot.domain.holds import Choice, choices_for, plan_after_hold, rule_of
from contactbot.domain.planning import PLANNED_CALL, Plan, Route
from contactbot.operations.supervision import DecidedAlready, Refused, Supervision, noted
from contactbot.ports.outreach import Case, CaseUnreadable
from contactbot.ports.staff import Member
from contactbot.ports.supervision import Hold, NumberSeen, SupervisionTransaction, TextTask

SHOWN_HOLDS = 100
OPTED_OUT = "opted_out"
NOT_THEIRS = "not_theirs"
STOPPED_HERE = "stopped_here"
# A number suspended for one of these reasons is what such a hold is about.
FREED_BY_HOLD = ("not_alone", "third_party_answered", NOT_THEIRS)


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A hold with all a supervisor needs to decide; no choice left = not by hand."""

    hold: Hold
    numbers: Sequence[NumberSeen]
    choices: tuple[Choice, ...]
    careful: bool
    others: Sequence[Hold]
    texts: Sequence[TextTask]
    unreadable: bool
    as_at: datetime


@dataclass(frozen=True, slots=True)
class KindOfHold:
    """Open holds of one kind, the oldest first; at most so many as a page shows."""

    holds: Sequence[Hold]
    as_at: datetime


def holds_of_kind(supervision: Supervision, member: Member, reason: str) -> KindOfHold:
    """Open holds of one kind, the oldest first; whom they stop is noted as listed."""
    with supervision.store.begin() as transaction:
        found = transaction.holds_of_kind(reason, SHOWN_HOLDS)
        for hold in found:
            transaction.audit(str(member.id), "person_listed", hold.person_id)
        return KindOfHold(found, transaction.instant.calendar)


def look_at(supervision: Supervision, member: Member, hold_id: UUID) -> LookedAt | None:
    """One hold; that it was looked at is kept in the same transaction."""
    with supervision.store.begin() as transaction:
        hold = transaction.find_hold(hold_id)
        if hold is None:
            return None
        transaction.lock_person(hold.person_id)
        transaction.audit(str(member.id), "person_hold_read", hold.person_id, hold=str(hold.id))
        return _looked_at(transaction, hold)


def lift(
    supervision: Supervision, member: Member, hold_id: UUID, choice: str, note: str
) -> Mapping[UUID, Plan | None]:
    """Lift the hold; where the referrals it stopped go now, None where one cannot be read.

    Nobody is rung by this: each referral is planned as a new one would be, and the gate decides
    again before any call. Raises `Refused` where this hold cannot be lifted so, `DecidedAlready`
    where it is lifted already.
    """
    note, by = noted(note), str(member.id)
    with supervision.store.begin() as transaction:
        found = transaction.find_hold(hold_id)
        if found is None:
            raise Refused
        transaction.lock_person(found.person_id)
        looked = _looked_at(transaction, transaction.find_hold(hold_id) or found)
        if looked.hold.lifted_at is not None:
            raise DecidedAlready
        if choice not in looked.choices:
            raise Refused
        if not transaction.lift(looked.hold, note, by):
            raise DecidedAlready
        _act_on(transaction, looked, Choice(choice), by)
        why = {"hold": str(hold_id), "reason": looked.hold.reason, "choice": choice}
        transaction.audit(by, "person_hold_lifted", found.person_id, **why)
        return {
            referral_id: _plan_again(supervision, transaction, found.person_id, referral_id)
            for referral_id in transaction.stopped_referrals(looked.hold)
        }


def _looked_at(transaction: SupervisionTransaction, hold: Hold) -> LookedAt:
    numbers = transaction.numbers_of(hold.person_id)
    another = any(_can_be_rung(number) for number in numbers)
    stopped = transaction.stopped_referrals(hold)
    unreadable = any(_case(transaction, each) is None for each in stopped)
    choices = choices_for(hold.reason, has_other_number=another)
    return LookedAt(
        hold=hold,
        numbers=numbers,
        choices=() if unreadable else choices,
        careful=rule_of(hold.reason).careful,
        others=[each for each in transaction.open_holds_of([hold.person_id]) if each.id != hold.id],
        texts=transaction.texts_of(hold.person_id),
        unreadable=unreadable,
        as_at=transaction.instant.calendar,
    )


def _can_be_rung(number: NumberSeen) -> bool:
    return number.usable and not number.stopped and number.suspended_because is None


def _case(transaction: SupervisionTransaction, referral_id: UUID) -> Case | None:
    """The case, unless something kept about it cannot be read."""
    try:
        return transaction.case(referral_id)
    except CaseUnreadable:
        return None


def _act_on(transaction: SupervisionTransaction, looked: LookedAt, choice: Choice, by: str) -> None:
    """What the choice says of the numbers and of the person."""
    person = looked.hold.person_id
    if choice is Choice.NUMBER_RIGHT:
        transaction.free_numbers(_in_question(looked), FREED_BY_HOLD)
    if choice is Choice.NUMBER_WRONG:
        transaction.suspend_numbers(_in_question(looked), NOT_THEIRS)
    if choice is Choice.STOP_NOT_THEIRS:
        stopped = [number.id for number in looked.numbers if number.stopped]
        transaction.suspend_numbers(stopped, STOPPED_HERE)
    if choice is Choice.STOP_STANDS:
        transaction.suppress(person_id=person, number_index=None, reason=OPTED_OUT, by=by)
        transaction.ask_cancel(person, OPTED_OUT)
    elif looked.careful:
        transaction.void_profile(person, looked.hold.reason)
        for referral_id in transaction.stopped_referrals(looked.hold):
            _tell_void(transaction, referral_id, looked.hold.reason)


def _tell_void(transaction: SupervisionTransaction, referral_id: UUID, because: str) -> None:
    case = _case(transaction, referral_id)
    if case is not None:
        body = {"confirmation": "void", "because": because}
        transaction.tell_case_store(case, "contact_profile", body)


def _in_question(looked: LookedAt) -> list[UUID]:
    """The numbers the hold is about: those shared with somebody, if any are; else all of them."""
    shared = [number.id for number in looked.numbers if number.shared_with]
    return shared or [number.id for number in looked.numbers]


def _plan_again(
    supervision: Supervision,
    transaction: SupervisionTransaction,
    person_id: UUID,
    referral_id: UUID,
) -> Plan | None:
    policy = supervision.outreach.policy
    case = _case(transaction, referral_id)
    if case is None:
        transaction.set_aside(person_id, referral_id)
        return None
    plan = plan_after_hold(case.facts, case.case, policy)
    if plan.route is not Route.AUTOMATIC:
        decision = decide(PLANNED_CALL, case.facts, policy)
        if not decision.allowed:
            transaction.decide(case, PLANNED_CALL, decision)
    if transaction.apply(case, plan):
        transaction.tell_case_store(case, "status", {"state": str(plan.state)})
    return plan
