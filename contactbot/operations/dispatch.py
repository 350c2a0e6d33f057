"""Place the next due call: gate, intent, fence, one request.

The attempt protocol: nothing leaves the house before an intent is committed, and an order whose
outcome is unknown is never given again (docs/reliability.md says how far this has been tried).
"""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from contactbot.domain.attempts import TERMINAL, AttemptState
from contactbot.domain.gate import Channel, Means, Moment, Request, decide
from contactbot.domain.planning import plan_first
from contactbot.operations.aftermath import conclude
from contactbot.operations.deps import Outreach
from contactbot.ports.outreach import Attempt, Case, CaseUnreadable, NewAttempt, OutreachTransaction
from contactbot.ports.telephony import (
    AccountRefused,
    CallOrder,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
    TelephonyError,
)

DIAL_DEADLINE_SECONDS = 3.0
ACCOUNT_PAUSE_SECONDS = 300.0
# Somebody else is being rung at this telephone: as long as the gate waits for a live attempt.
NUMBER_BUSY = timedelta(minutes=10)
AUTOMATIC_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.DISPATCH)


class Dispatched(StrEnum):
    """What came of one look at the queue."""

    PLACED = "placed"
    WITHHELD = "withheld"  # the gate said no, and the reason is kept
    NOT_NOW = "not_now"  # the pace or the number of calls in flight
    NOTHING_DUE = "nothing_due"
    CLOCKS_APART = "clocks_apart"  # nothing is decided by a calendar that may be wrong
    UNCERTAIN = "uncertain"  # the reconciler will find out
    REFUSED = "refused"  # certainly not placed


# Whoever looks again and again until nothing is left to do stops at these.
IDLE = frozenset({Dispatched.NOTHING_DUE, Dispatched.CLOCKS_APART})


def place_next(world: Outreach) -> Dispatched:
    """Take the most urgent due referral and place one call for it, if the gate allows it now."""
    if not world.store.take_slot(world.calls_per_second, world.policy.calls.max_in_flight):
        return Dispatched.NOT_NOW
    started = world.clock.boot_seconds()
    with world.store.begin() as transaction:
        if clocks_apart(world, transaction):
            return Dispatched.CLOCKS_APART
        referral_id = transaction.claim_due()
        if referral_id is None:
            return Dispatched.NOTHING_DUE
        order = _intend(world, transaction, referral_id)
        world.at_fault_point("before_intent_commit")
    if order is None:
        world.store.give_slot_back(world.calls_per_second)
        return Dispatched.WITHHELD
    world.at_fault_point("after_intent")
    return _dial(world, *order, started)


def _intend(
    world: Outreach, transaction: OutreachTransaction, referral_id: UUID
) -> tuple[UUID, CallOrder] | None:
    """T1: the gate's answer, and the intent if it allowed the call."""
    try:
        case = with_skew(world, transaction, transaction.case(referral_id))
    except CaseUnreadable as fault:
        transaction.set_aside(fault.person_id, referral_id)
        return None
    decision = decide(AUTOMATIC_CALL, case.facts, world.policy)
    if not decision.allowed or case.target is None:
        transaction.decide(case, AUTOMATIC_CALL, decision)
        if decision.look_again_at is None:
            transaction.apply(case, plan_first(case.facts, case.case, world.policy))
        else:
            transaction.defer(referral_id, decision.look_again_at)
        return None
    attempt = NewAttempt(
        id=world.new_id(),
        token=world.new_token(),
        referral_id=referral_id,
        person_id=case.person_id,
        number_id=case.target.number_id,
        number_index=case.target.index,
        close_at=decision.closes_at,
        deadline_seconds=DIAL_DEADLINE_SECONDS,
        policy_version=world.policy.version,
        script_hash=world.script.hash,
    )
    if not transaction.open_attempt(attempt):
        transaction.defer(referral_id, transaction.instant.calendar + NUMBER_BUSY)
        return None
    transaction.decide(case, AUTOMATIC_CALL, decision, attempt.id)
    transaction.defer(referral_id, None)
    transaction.audit("dispatcher", "attempt_intended", attempt.id)
    calls = world.policy.calls
    return attempt.id, CallOrder(
        attempt.token, case.target.number, calls.ring_seconds_automatic, calls.limit_seconds
    )


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


def _dial(world: Outreach, attempt_id: UUID, order: CallOrder, started: float) -> Dispatched:
    """T2 and T3: the fence, then the request; again only after a refusal before any effect."""
    allowed = world.store.fence(attempt_id)
    world.at_fault_point("after_fence")
    while allowed and world.clock.boot_seconds() - started < DIAL_DEADLINE_SECONDS:
        try:
            return _request(world, attempt_id, order)
        except RefusedBeforeEffect as refusal:
            world.store.slow_down(refusal.retry_after)
            world.clock.sleep(min(refusal.retry_after, DIAL_DEADLINE_SECONDS))
            allowed = world.store.repost(attempt_id)
    return _not_placed(world, attempt_id, "deadline")


def _request(world: Outreach, attempt_id: UUID, order: CallOrder) -> Dispatched:
    """One POST, and what its answer proves."""
    world.at_fault_point("before_post")
    try:
        placed = world.telephony.place_call(order)
    except OutcomeUnknown:
        return Dispatched.UNCERTAIN
    except NumberRefused as refusal:
        return _number_refused(world, attempt_id, refusal.code)
    except AccountRefused as refusal:
        world.store.slow_down(ACCOUNT_PAUSE_SECONDS)
        return _not_placed(world, attempt_id, f"account_{refusal.code}")
    world.at_fault_point("after_post")
    _save_provider_id(world, attempt_id, placed.provider_id)
    return Dispatched.PLACED


def _save_provider_id(world: Outreach, attempt_id: UUID, provider_id: str) -> None:
    """T3, and the end of the call at once if somebody asked for it meanwhile."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        wanted = attempt is not None and _bind(transaction, attempt, provider_id)
        world.at_fault_point("before_binding_commit")
    world.at_fault_point("after_binding")
    if not wanted:
        # What cannot be ended now is ended by whoever looks for calls to cancel, or hears goodbye.
        with suppress(TelephonyError):
            world.telephony.end_call(provider_id)


def _bind(transaction: OutreachTransaction, attempt: Attempt, provider_id: str) -> bool:
    """Give the attempt its call; False if this call must not go on."""
    if not transaction.bind(attempt.id, provider_id):
        transaction.count("provider_id_twice")
        person, referral = attempt.person_id, attempt.referral_id
        transaction.hold(person, referral, "second_call_seen", "dispatcher")
        return False
    transaction.advance(attempt.id, AttemptState.QUEUED)
    return not attempt.cancel_because and attempt.state not in TERMINAL


def _not_placed(world: Outreach, attempt_id: UUID, because: str) -> Dispatched:
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        # A call that somebody reports exists, whatever was answered to the order for it.
        if attempt is not None and attempt.provider_id is None:
            transaction.add_event(attempt_id, "dispatcher", 0, "not_placed", {"because": because})
            conclude(world, transaction, attempt, AttemptState.NOT_PLACED)
    return Dispatched.REFUSED


def _number_refused(world: Outreach, attempt_id: UUID, code: int) -> Dispatched:
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is not None:
            transaction.add_event(attempt_id, "dispatcher", 0, "number_refused", {"code": code})
            transaction.close_number(attempt.number_id, f"provider_{code}")
            conclude(world, transaction, attempt, AttemptState.FAILED)
    return Dispatched.REFUSED
