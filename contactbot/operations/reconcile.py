"""Find out what became of attempts nobody heard of, and end those that must not go on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from contactbot.domain.attempts import LIVE, AttemptState, from_provider
from contactbot.operations.aftermath import conclude
from contactbot.operations.calls import follow
from contactbot.operations.deps import Outreach
from contactbot.ports.outreach import Ambiguous, Attempt
from contactbot.ports.telephony import OutcomeUnknown, ProviderCall, TelephonyError

FIRST_LOOK_SECONDS = 60.0
# How far the provider's clock may be from the database's, seconds and rounding included.
CLOCKS_APART = timedelta(seconds=30)
SECOND_LOOK_SECONDS = 1800.0
RETRY_LOOK_SECONDS = 60.0
POLL_SECONDS = (60.0, 300.0, 1800.0)
STILL_THERE_SECONDS = 300.0
# The provider drops what has waited a day; what it still has then will never end by itself.
LONGEST_SECONDS = 25 * 3600.0


def reconcile(world: Outreach) -> int:
    """Settle what can be settled now; how many attempts were looked at."""
    looked = 0
    for attempt_id in world.store.overdue_intents():
        _end(world, attempt_id, AttemptState.NOT_PLACED, "never_posted", _never_posted)
        looked += 1
    for ambiguous in world.store.ambiguous(FIRST_LOOK_SECONDS):
        _look_up(world, ambiguous)
        looked += 1
    for silent in world.store.silent():
        _poll(world, silent)
        looked += 1
    return looked


def _never_posted(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.PLACING


def _unheard_of(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.POSTING and attempt.provider_id is None


def _not_over(attempt: Attempt) -> bool:
    return attempt.state in LIVE


def _end(
    world: Outreach,
    attempt_id: UUID,
    state: AttemptState,
    because: str,
    still: Callable[[Attempt], bool],
) -> None:
    """End an attempt, if it is still what it was when we began to ask about it."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is None or not still(attempt):
            return
        transaction.add_event(
            attempt.id, "reconciler", attempt.looks, str(state), {"because": because}
        )
        conclude(world, transaction, attempt, state)
        world.at_fault_point("before_settling_commit")


def _look_up(world: Outreach, ambiguous: Ambiguous) -> None:
    """Ask the provider's list for a call nobody told us the id of."""
    attempt_id = ambiguous.attempt.id
    last_look = ambiguous.age_seconds >= SECOND_LOOK_SECONDS
    try:
        calls = _calls_to(world, ambiguous.number)
    except TelephonyError:
        if last_look:
            _end(world, attempt_id, AttemptState.UNKNOWN, "list_unavailable", _unheard_of)
        else:
            world.store.looked(attempt_id, RETRY_LOOK_SECONDS, in_vain=True)
        return
    known = world.store.known_provider_ids([call.provider_id for call in calls])
    candidates = [
        call
        for call in calls
        if call.provider_id not in known and not _is_older(call, ambiguous.posted_at)
    ]
    world.at_fault_point("after_look")
    if len(candidates) == 1:
        _adopt(world, ambiguous, candidates[0])
    elif candidates:
        _end(world, attempt_id, AttemptState.UNKNOWN, "several_candidates", _unheard_of)
    elif last_look and ambiguous.attempt.looks:
        _end(world, attempt_id, AttemptState.NOT_PLACED, "absent_twice", _unheard_of)
    else:
        # A first look may come late, after everything stood still: one look alone proves nothing.
        pause = max(SECOND_LOOK_SECONDS - ambiguous.age_seconds, RETRY_LOOK_SECONDS)
        world.store.looked(attempt_id, pause)


def _calls_to(world: Outreach, number: str | None) -> list[ProviderCall]:
    """The calls the provider knows of; a number that cannot be read cannot be asked after."""
    if number is None:
        raise OutcomeUnknown("the number cannot be read")
    return [call for call in world.telephony.calls_to(number) if call.outbound]


def _is_older(call: ProviderCall, posted_at: datetime) -> bool:
    """Whether the call was there before we asked for one; both times are real ones."""
    return call.created_at is not None and call.created_at < posted_at - CLOCKS_APART


def _adopt(world: Outreach, ambiguous: Ambiguous, call: ProviderCall) -> None:
    """The one call that can be this attempt's: bound here, followed from its status."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(ambiguous.attempt.id)
        if attempt is None or not _unheard_of(attempt):
            return
        transaction.bind(attempt.id, call.provider_id)
        transaction.add_event(attempt.id, "reconciler", attempt.looks, "bound")
        follow(world, transaction, attempt, from_provider(call.status), None)
        world.at_fault_point("before_settling_commit")


def _poll(world: Outreach, silent: Ambiguous) -> None:
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
        _poll_again(world, silent)
        return
    if not _is_over(state):
        if silent.age_seconds > LONGEST_SECONDS:
            _end(world, attempt.id, AttemptState.LOST_STATUS, "never_ended", _not_over)
            return
        world.store.looked(attempt.id, STILL_THERE_SECONDS, in_vain=True)
    with world.store.begin() as transaction:
        again = transaction.attempt(attempt.id)
        if again is not None:
            transaction.add_event(attempt.id, "poll", attempt.looks, str(state))
            follow(world, transaction, again, state, None)


def _poll_again(world: Outreach, silent: Ambiguous) -> None:
    looks = silent.attempt.looks + 1
    if looks >= len(POLL_SECONDS):
        _end(world, silent.attempt.id, AttemptState.LOST_STATUS, "no_final_status", _not_over)
        return
    world.store.looked(silent.attempt.id, POLL_SECONDS[looks] - POLL_SECONDS[looks - 1])


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
