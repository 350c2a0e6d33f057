"""Place due calls: gate, intent, fence, one request.

The attempt protocol: nothing leaves the house before an intent is committed, and an order whose
outcome is unknown is never given again (docs/reliability.md says how far this has been tried).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contactbot.domain.attempts import TERMINAL, AttemptState
from contactbot.operations.aftermath import conclude, conclude_all
from contactbot.operations.deps import Outreach
from contactbot.operations.intents import (
    DIAL_DEADLINE_SECONDS,
    Intended,
    clocks_apart,
    intend_due,
)
from contactbot.ports.outreach import Attempt, OutreachTransaction
from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
    TelephonyError,
)

ACCOUNT_PAUSE_SECONDS = 300.0
# Together are taken as many as the pace lets go within so long: one, at any provider's pace, so
# that who dies leaves one intent behind; more only where the queue itself would be the brake.
TOGETHER_SECONDS = 0.02
MOST_TOGETHER = 50


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


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the queue: what came of each person taken, and how long to wait for the next."""

    results: tuple[Dispatched, ...]
    wait_seconds: float = 0.0


class _Halt(Exception):
    """Neither this call nor those after it can be placed now."""


def place_due(world: Outreach) -> Look:
    """Take as many of the most urgent due referrals as the pace lets go together; call each."""
    together = min(int(world.calls_per_second * TOGETHER_SECONDS), MOST_TOGETHER)
    return _place(world, max(together, 1))


def place_next(world: Outreach) -> Dispatched:
    """Take the most urgent due referral and place one call for it, if the gate allows it now."""
    return _place(world, 1).results[0]


def _place(world: Outreach, most: int) -> Look:
    pace = world.calls_per_second
    slots = world.store.take_slots(most, pace, world.policy.calls.max_in_flight)
    if not slots.granted:
        return Look((Dispatched.NOT_NOW,), slots.wait_seconds)
    started = world.clock.boot_seconds()
    with world.store.begin() as transaction:
        if clocks_apart(world, transaction):
            return Look((Dispatched.CLOCKS_APART,))
        taken = intend_due(world, transaction, slots.granted)
        if taken.looked_at:
            world.at_fault_point("before_intent_commit")
    if len(taken.intended) < slots.granted:
        world.store.give_slots_back(slots.granted - len(taken.intended), pace)
    if not taken.looked_at:
        return Look((Dispatched.NOTHING_DUE,))
    withheld = [Dispatched.WITHHELD] * (taken.looked_at - len(taken.intended))
    return Look((*_dial_all(world, taken.intended, started), *withheld))


def _dial_all(
    world: Outreach, intended: Sequence[Intended], started: float
) -> Sequence[Dispatched]:
    """T2 for all, then each in its turn; what cannot be placed any more after a halt is ended.

    An attempt that stops being wanted between its fence and its own request is cancelled after it:
    with one in a batch that is the moment before the request.
    """
    if not intended:
        return ()
    world.at_fault_point("after_intent")
    fenced = world.store.fence([one.attempt_id for one in intended])
    world.at_fault_point("after_fence")
    results: list[Dispatched] = []
    for turn, one in enumerate(intended):
        if one.attempt_id not in fenced:
            _not_placed(world, [one.attempt_id], "deadline")
            results.append(Dispatched.REFUSED)
            continue
        _keep_pace(world, turn, started)
        try:
            results.append(_dial(world, one, started))
        except _Halt as halt:
            left = intended[turn:]
            _not_placed(world, [late.attempt_id for late in left], str(halt))
            return results + [Dispatched.REFUSED] * len(left)
    return results


def _keep_pace(world: Outreach, turn: int, started: float) -> None:
    wait = started + turn / world.calls_per_second - world.clock.boot_seconds()
    if turn and wait > 0:
        world.clock.sleep(wait)


def _dial(world: Outreach, intended: Intended, started: float) -> Dispatched:
    """T3: one request before the deadline; again only after a refusal before any effect."""
    allowed = True
    while allowed and world.clock.boot_seconds() - started < DIAL_DEADLINE_SECONDS:
        try:
            return _request(world, intended)
        except RefusedBeforeEffect as refusal:
            world.store.slow_down(refusal.retry_after)
            world.clock.sleep(min(refusal.retry_after, DIAL_DEADLINE_SECONDS))
            allowed = world.store.repost(intended.attempt_id)
    raise _Halt("deadline")


def _request(world: Outreach, intended: Intended) -> Dispatched:
    """One POST, and what its answer proves."""
    attempt_id = intended.attempt_id
    world.at_fault_point("before_post")
    try:
        placed = world.telephony.place_call(intended.order)
    except OutcomeUnknown:
        return Dispatched.UNCERTAIN
    except NumberRefused as refusal:
        return _number_refused(world, attempt_id, refusal.code)
    except AccountRefused as refusal:
        world.store.slow_down(ACCOUNT_PAUSE_SECONDS)
        raise _Halt(f"account_{refusal.code}") from None
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


def _not_placed(world: Outreach, attempt_ids: Sequence[UUID], because: str) -> None:
    with world.store.begin() as transaction:
        # A call that somebody reports exists, whatever was answered to the order for it.
        left = [one for one in transaction.attempts(attempt_ids) if one.provider_id is None]
        for attempt in left:
            transaction.add_event(attempt.id, "dispatcher", 0, "not_placed", {"because": because})
        conclude_all(world, transaction, left, AttemptState.NOT_PLACED)


def _number_refused(world: Outreach, attempt_id: UUID, code: int) -> Dispatched:
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is not None:
            transaction.add_event(attempt_id, "dispatcher", 0, "number_refused", {"code": code})
            transaction.close_number(attempt.number_id, f"provider_{code}")
            conclude(world, transaction, attempt, AttemptState.FAILED)
    return Dispatched.REFUSED
