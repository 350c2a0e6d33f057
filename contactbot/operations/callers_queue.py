"""Give callers the next person, and take back those whose caller has gone."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from contactbot.domain.attempts import AttemptState
from contactbot.domain.calendar import is_open
from contactbot.domain.gate import Channel, Decision, Means, Moment, Request, decide
from contactbot.operations.aftermath import conclude
from contactbot.operations.deps import Outreach
from contactbot.operations.intents import with_skew
from contactbot.ports.callers import CallerStore, CallerTransaction, Claim
from contactbot.ports.outreach import Case, CaseUnreadable
from contactbot.ports.staff import Member

# People the gate does not let be rung now are passed over; so many at one asking.
MOST_PASSED_OVER = 50
MOST_EXPLAINED = 50
LOOK_AGAIN = timedelta(days=1)


class Nobody(StrEnum):
    """Why there is no next person."""

    OUTSIDE_HOURS = "outside_hours"
    NEEDS_WELSH = "needs_welsh"
    NOBODY_DUE = "nobody_due"


@dataclass(frozen=True, slots=True)
class Calling:
    """The world as calls by hand see it."""

    outreach: Outreach
    store: CallerStore


def take_next(calling: Calling, member: Member) -> Claim | Nobody:
    """The person this caller has already, else the most urgent the gate lets be rung now."""
    for _ in range(MOST_PASSED_OVER):
        with calling.store.begin() as transaction:
            standing = transaction.standing(member.id)
            if not standing.somebody_gone:
                found = standing.claim or _choose(calling, transaction, member)
                if found is not None:
                    return found
        if standing.somebody_gone:
            take_back_gone(calling)
    return Nobody.NOBODY_DUE


def _choose(
    calling: Calling, transaction: CallerTransaction, member: Member
) -> Claim | Nobody | None:
    """The claim on whoever comes next; None if they were passed over, or taken at this moment."""
    referral_id = transaction.next_for_caller(welsh=member.welsh)
    if referral_id is None:
        return _nobody(calling, transaction, member)
    try:
        case = with_skew(calling.outreach, transaction, transaction.case(referral_id))
    except CaseUnreadable as fault:
        transaction.set_aside(fault.person_id, referral_id)
        return None
    return _claim(calling, transaction, case, member)


def _claim(
    calling: Calling, transaction: CallerTransaction, case: Case, member: Member
) -> Claim | None:
    request, decision = may_ring(calling, transaction, case)
    if not decision.allowed:
        pass_over(transaction, case, request, decision)
        return None
    fresh = calling.outreach.new_id()
    claim = transaction.open_claim(fresh, case.referral_id, case.person_id, member.id)
    if claim is not None:
        transaction.audit(str(member.id), "person_claimed", case.person_id, claim=str(fresh))
    return claim


def may_ring(
    calling: Calling, transaction: CallerTransaction, case: Case
) -> tuple[Request, Decision]:
    """What was asked of the gate for a call by hand at this moment, and its answer."""
    released = transaction.is_released(case.referral_id)
    request = Request(Channel.CALL, Means.BY_HAND, Moment.DISPATCH, released=released)
    return request, decide(request, case.facts, calling.outreach.policy)


def pass_over(
    transaction: CallerTransaction, case: Case, request: Request, decision: Decision
) -> None:
    """Keep why this person is not rung now, and look again when that may have changed."""
    transaction.decide(case, request, decision)
    again = decision.look_again_at or transaction.instant.calendar + LOOK_AGAIN
    transaction.defer(case.referral_id, again)


def say_why_not(calling: Calling) -> int:
    """Keep why people are offered to no caller, once for each change of reason; how many were due.

    Nobody’s turn comes of it: it only makes what was not done visible.
    """
    with calling.store.begin() as transaction:
        barred = transaction.barred(MOST_EXPLAINED)
        for referral_id in barred:
            try:
                case = with_skew(calling.outreach, transaction, transaction.case(referral_id))
            except CaseUnreadable as fault:
                transaction.set_aside(fault.person_id, referral_id)
                continue
            request, decision = may_ring(calling, transaction, case)
            if not decision.allowed:
                transaction.decide(case, request, decision)
        return len(barred)


def _nobody(calling: Calling, transaction: CallerTransaction, member: Member) -> Nobody:
    if not is_open(calling.outreach.policy.hours.default, transaction.instant.calendar):
        return Nobody.OUTSIDE_HOURS
    if not member.welsh and transaction.needs_welsh():
        return Nobody.NEEDS_WELSH
    return Nobody.NOBODY_DUE


def put_back(calling: Calling, member: Member) -> bool:
    """Let the person go without a call; False once the number was shown: that call must end."""
    with calling.store.begin() as transaction:
        claim = transaction.claim_of(member.id)
        if claim is None or claim.attempt_id is not None:
            return claim is None
        transaction.end_claim(claim.id, "put_back")
        transaction.audit(str(member.id), "person_put_back", claim.person_id)
        return True


def take_back_gone(calling: Calling) -> int:
    """Free the people whose caller's page has been silent for too long; how many.

    A number that was shown may have been rung: that attempt counts, with its end unknown.
    """
    with calling.store.begin() as transaction:
        gone = transaction.gone()
        for claim in gone:
            transaction.end_claim(claim.id, "caller_gone")
            transaction.audit(str(claim.user_id), "person_taken_back", claim.person_id)
            attempt = transaction.attempt(claim.attempt_id) if claim.attempt_id else None
            if attempt is not None:
                conclude(calling.outreach, transaction, attempt, AttemptState.LOST_STATUS)
        return len(gone)
