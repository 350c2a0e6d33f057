"""Find out what became of calls nobody heard of, and end those that must not go on."""

from contactbot.domain.attempts import AttemptState, from_provider
from contactbot.operations.aftermath import conclude
from contactbot.operations.ambiguity import Lane, end, not_over, settle
from contactbot.operations.calls import follow
from contactbot.operations.deps import Outreach
from contactbot.ports.outreach import Ambiguous, Attempt, OutreachTransaction
from contactbot.ports.telephony import ProviderCall, TelephonyError

POLL_SECONDS = (60.0, 300.0, 1800.0)
STILL_THERE_SECONDS = 300.0
# The provider drops what has waited a day; what it still has then will never end by itself.
LONGEST_SECONDS = 25 * 3600.0

Calls = Lane[ProviderCall, OutreachTransaction]


def reconcile(world: Outreach) -> int:
    """Settle what can be settled now; how many attempts were looked at."""
    calls = _calls(world)
    looked = settle(calls)
    silent = world.store.silent()
    for one in silent:
        _poll(world, calls, one)
    return looked + len(silent)


def _calls(world: Outreach) -> Calls:
    def follow_listed(
        transaction: OutreachTransaction, attempt: Attempt, call: ProviderCall
    ) -> None:
        follow(world, transaction, attempt, from_provider(call.status), None)

    def conclude_so(
        transaction: OutreachTransaction, attempt: Attempt, state: AttemptState
    ) -> None:
        conclude(world, transaction, attempt, state)

    return Lane(
        store=world.store,
        begin=world.store.begin,
        listed_to=world.telephony.calls_to,
        follow=follow_listed,
        conclude=conclude_so,
        at_fault_point=world.at_fault_point,
    )


def _poll(world: Outreach, calls: Calls, silent: Ambiguous) -> None:
    """Ask after a call whose final report never came: at 1, 5 and 30 minutes, then give up.

    A call the provider still has is not given up for a day, as long as it may wait there: it may
    yet ring, and whoever gave it up could no longer cancel it.
    """
    attempt = silent.attempt
    provider_id = attempt.provider_id or ""
    try:
        call = world.telephony.call(provider_id)
    except TelephonyError:
        call = None
    state = from_provider(call.status) if call else None
    if state is None:
        _poll_again(calls, silent)
        return
    if not _is_over(state):
        if silent.age_seconds > LONGEST_SECONDS:
            end(calls, attempt.id, AttemptState.LOST_STATUS, "never_ended", not_over)
            return
        world.store.looked(attempt.id, STILL_THERE_SECONDS, in_vain=True)
    with world.store.begin() as transaction:
        again = transaction.attempt(attempt.id)
        if again is not None:
            transaction.add_event(attempt.id, "poll", attempt.looks, str(state))
            follow(world, transaction, again, state, None)


def _poll_again(calls: Calls, silent: Ambiguous) -> None:
    looks = silent.attempt.looks + 1
    if looks >= len(POLL_SECONDS):
        end(calls, silent.attempt.id, AttemptState.LOST_STATUS, "no_final_status", not_over)
        return
    calls.store.looked(silent.attempt.id, POLL_SECONDS[looks] - POLL_SECONDS[looks - 1])


def _is_over(state: AttemptState) -> bool:
    return state in FINAL_STATES


FINAL_STATES = frozenset(
    {
        AttemptState.COMPLETED,
        AttemptState.NO_ANSWER,
        AttemptState.BUSY,
        AttemptState.FAILED,
        AttemptState.CANCELED,
    }
)


def cancel_unwanted(world: Outreach) -> int:
    """End the calls that must not go on: opted out, released, or past their window; how many."""
    unwanted = world.store.to_cancel()
    for attempt in unwanted:
        if attempt.provider_id is None:
            continue
        try:
            world.telephony.end_call(attempt.provider_id)
        except TelephonyError:
            continue
    return len(unwanted)
