"""T1 of the attempt protocol: the gate’s answer on facts read under lock, then the intent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from contactbot.domain.gate import Channel, Decision, Means, Moment, Request, decide
from contactbot.domain.planning import plan_first
from contactbot.operations.deps import Outreach
from contactbot.ports.outreach import Case, CaseUnreadable, NewAttempt, OutreachTransaction, Target
from contactbot.ports.telephony import CallOrder

DIAL_DEADLINE_SECONDS = 3.0
# Somebody else is being rung at this telephone: as long as the gate waits for a live attempt.
NUMBER_BUSY = timedelta(minutes=10)
AUTOMATIC_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.DISPATCH)


@dataclass(frozen=True, slots=True)
class Intended:
    """An attempt whose intent is recorded, and the order to give for it."""

    attempt_id: UUID
    order: CallOrder


@dataclass(frozen=True, slots=True)
class Taken:
    """How many due referrals were looked at, and for which of them a call is intended."""

    looked_at: int
    intended: tuple[Intended, ...]


def intend_due(world: Outreach, transaction: OutreachTransaction, most: int) -> Taken:
    """Take due referrals, ask the gate about each, and record intents where it allows the call.

    Nobody in one transaction is, or may be, the same person as another; nor do two of the
    intended calls go to one telephone, for none of them counts yet when the next is judged.
    """
    claimed = transaction.claim_due(most)
    cases = transaction.cases(claimed) if claimed else {}
    wanted: dict[str, tuple[NewAttempt, Target]] = {}
    for referral_id in claimed:
        found = _judge(world, transaction, referral_id, cases[referral_id])
        if found is None:
            continue
        if found[1].number in wanted:
            _wait_for_number(transaction, referral_id)
        else:
            wanted[found[1].number] = found
    return Taken(len(claimed), tuple(_record(world, transaction, list(wanted.values()))))


def _judge(
    world: Outreach,
    transaction: OutreachTransaction,
    referral_id: UUID,
    found: Case | CaseUnreadable,
) -> tuple[NewAttempt, Target] | None:
    """The attempt the gate allows; where it does not, its reasons are kept."""
    if isinstance(found, CaseUnreadable):
        transaction.set_aside(found.person_id, referral_id)
        return None
    case = with_skew(world, transaction, found)
    decision = decide(AUTOMATIC_CALL, case.facts, world.policy)
    if decision.allowed and case.target is not None:
        return _attempt(world, case, case.target, decision), case.target
    transaction.decide(case, AUTOMATIC_CALL, decision)
    if decision.look_again_at is None:
        transaction.apply(case, plan_first(case.facts, case.case, world.policy))
    else:
        transaction.defer(referral_id, decision.look_again_at)
    return None


def _attempt(world: Outreach, case: Case, target: Target, decision: Decision) -> NewAttempt:
    return NewAttempt(
        id=world.new_id(),
        token=world.new_token(),
        referral_id=case.referral_id,
        person_id=case.person_id,
        number_id=target.number_id,
        number_index=target.index,
        close_at=decision.closes_at,
        deadline_seconds=DIAL_DEADLINE_SECONDS,
        policy_version=decision.policy_version,
        script_hash=world.script.hash,
    )


def _record(
    world: Outreach,
    transaction: OutreachTransaction,
    wanted: Sequence[tuple[NewAttempt, Target]],
) -> Sequence[Intended]:
    recorded = transaction.intend([attempt for attempt, _ in wanted])
    calls = world.policy.calls
    intended = []
    for attempt, target in wanted:
        if attempt.id in recorded:
            seconds = (calls.ring_seconds_automatic, calls.limit_seconds)
            order = CallOrder(attempt.token, target.number, *seconds)
            intended.append(Intended(attempt.id, order))
        else:
            _wait_for_number(transaction, attempt.referral_id)
    return intended


def _wait_for_number(transaction: OutreachTransaction, referral_id: UUID) -> None:
    transaction.defer(referral_id, transaction.instant.calendar + NUMBER_BUSY)


def with_skew(world: Outreach, transaction: OutreachTransaction, case: Case) -> Case:
    """The case with the difference between this machine's clock and the database's.

    Where real people are called, that is the calendar itself: a simulated one calls nobody.
    """
    return replace(case, facts=replace(case.facts, skew=_skew(world, transaction)))


def clocks_apart(world: Outreach, transaction: OutreachTransaction) -> bool:
    """Whether this machine's clock and the database's disagree by more than the policy allows.

    The gate would deny each case, and then look again by a calendar that may be days ahead: so no
    case is taken up at all, and each is still due when the clocks agree again.
    """
    apart = abs(_skew(world, transaction)) > timedelta(seconds=world.policy.calls.max_skew_seconds)
    if apart:
        transaction.count("clocks_apart")
    return apart


def _skew(world: Outreach, transaction: OutreachTransaction) -> timedelta:
    instant = transaction.instant
    return world.clock.real_now() - (instant.calendar if world.real_calendar else instant.real)
