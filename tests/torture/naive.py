"""The orders of call and record that others use, to see this harness fail them."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import text

from contactbot.operations.deps import Outreach
from contactbot.operations.dispatch import Dispatched
from contactbot.operations.intents import intend_due
from contactbot.ports.telephony import CallOrder, OutcomeUnknown, ProviderCall, TelephonyError

TRIES = 3
SENDING = text("""
    UPDATE attempts SET state = 'posting', posted_at_real = clock_timestamp(),
           placed_at = simulated_now(), look_at_real = clock_timestamp() WHERE id = :id
""")


class NetworkFault(Exception):
    """The order or its reply was lost."""


def call_then_record(world: Outreach) -> Dispatched:
    """A: the row is committed after the call; a process that dies between them leaves no trace."""
    try:
        return _called_then_recorded(world)
    except NetworkFault:
        return Dispatched.UNCERTAIN


def _called_then_recorded(world: Outreach) -> Dispatched:
    with world.store.begin() as transaction:
        taken = intend_due(world, transaction, 1)
        if not taken.intended:
            return Dispatched.WITHHELD if taken.looked_at else Dispatched.NOTHING_DUE
        attempt, call = taken.intended[0].attempt_id, taken.intended[0].order
        world.at_fault_point("after_intent")
        try:
            placed = world.telephony.place_call(call)
        except TelephonyError:
            raise NetworkFault from None
        world.at_fault_point("after_post")
        transaction.connection.execute(SENDING, {"id": attempt})  # type: ignore[attr-defined]
        transaction.bind(attempt, placed.provider_id)
        world.at_fault_point("before_binding_commit")
    world.at_fault_point("after_binding")
    return Dispatched.PLACED


def record_then_call_again(world: Outreach) -> Dispatched:
    """B: “sending” is committed first, and after a lost reply the order is simply given again."""
    order = _committed(world)
    if not isinstance(order, tuple):
        return order
    attempt, call = order
    with world.store.begin() as transaction:
        transaction.connection.execute(SENDING, {"id": attempt})  # type: ignore[attr-defined]
    world.at_fault_point("after_fence")
    for _ in range(TRIES):
        with suppress(OutcomeUnknown):
            return _kept(world, attempt, world.telephony.place_call(call))
    return Dispatched.UNCERTAIN


def without_fence(world: Outreach) -> Dispatched:
    """Ours, without the deadline: whoever wakes up after a stall calls."""
    order = _committed(world)
    if not isinstance(order, tuple):
        return order
    attempt, call = order
    try:
        return _kept(world, attempt, world.telephony.place_call(call))
    except TelephonyError:
        return Dispatched.UNCERTAIN


def _committed(world: Outreach) -> tuple[UUID, CallOrder] | Dispatched:
    with world.store.begin() as transaction:
        taken = intend_due(world, transaction, 1)
    if not taken.looked_at:
        return Dispatched.NOTHING_DUE
    world.at_fault_point("after_intent")
    for one in taken.intended:
        return one.attempt_id, one.order
    return Dispatched.WITHHELD


def _kept(world: Outreach, attempt: UUID, placed: ProviderCall) -> Dispatched:
    world.at_fault_point("after_post")
    with world.store.begin() as transaction:
        transaction.bind(attempt, placed.provider_id)
    world.at_fault_point("after_binding")
    return Dispatched.PLACED
