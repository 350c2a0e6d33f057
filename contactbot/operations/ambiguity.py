"""Settle attempts nobody heard of, on any channel: never posted, adopted, or absent twice."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from contactbot.domain.attempts import LIVE, AttemptState
from contactbot.ports.outreach import Ambiguous, Attempt, OutreachStore, OutreachTransaction
from contactbot.ports.telephony import OutcomeUnknown, TelephonyError

FIRST_LOOK_SECONDS = 60.0
# How far the provider's clock may be from the database's, seconds and rounding included.
CLOCKS_APART = timedelta(seconds=30)
SECOND_LOOK_SECONDS = 1800.0
RETRY_LOOK_SECONDS = 60.0


class Listed(Protocol):
    """What the provider's list says of one call or text."""

    @property
    def provider_id(self) -> str: ...

    @property
    def outbound(self) -> bool: ...

    @property
    def created_at(self) -> datetime | None: ...


L = TypeVar("L", bound=Listed)
T = TypeVar("T", bound=OutreachTransaction)


@dataclass(frozen=True, slots=True)
class Lane(Generic[L, T]):
    """One channel: where its attempts are kept, what the provider lists, how an attempt goes on.

    `follow` moves an attempt to what was listed of it; `conclude` ends it.
    """

    store: OutreachStore
    begin: Callable[[], AbstractContextManager[T]]
    listed_to: Callable[[str], Sequence[L]]
    follow: Callable[[T, Attempt, L], None]
    conclude: Callable[[T, Attempt, AttemptState], None]
    at_fault_point: Callable[[str], None]


def settle(lane: Lane[L, T]) -> int:
    """Settle what nobody heard of and can be settled now; how many attempts were looked at."""
    overdue = lane.store.overdue_intents()
    for attempt_id in overdue:
        end(lane, attempt_id, AttemptState.NOT_PLACED, "never_posted", _never_posted)
    ambiguous = lane.store.ambiguous(FIRST_LOOK_SECONDS)
    for one in ambiguous:
        _look_up(lane, one)
    return len(overdue) + len(ambiguous)


def _never_posted(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.PLACING


def _unheard_of(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.POSTING and attempt.provider_id is None


def not_over(attempt: Attempt) -> bool:
    """Whether it still has no end."""
    return attempt.state in LIVE


def end(
    lane: Lane[L, T],
    attempt_id: UUID,
    state: AttemptState,
    because: str,
    still: Callable[[Attempt], bool],
) -> None:
    """End an attempt, if it is still what it was when we began to ask about it."""
    with lane.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is None or not still(attempt):
            return
        detail = {"because": because}
        transaction.add_event(attempt.id, "reconciler", attempt.looks, str(state), detail)
        lane.conclude(transaction, attempt, state)
        lane.at_fault_point("before_settling_commit")


def _look_up(lane: Lane[L, T], ambiguous: Ambiguous) -> None:
    """Ask the provider's list for what nobody told us the id of."""
    attempt_id = ambiguous.attempt.id
    last_look = ambiguous.age_seconds >= SECOND_LOOK_SECONDS
    try:
        candidates = _candidates(lane, ambiguous)
    except TelephonyError:
        if last_look:
            end(lane, attempt_id, AttemptState.UNKNOWN, "list_unavailable", _unheard_of)
        else:
            lane.store.looked(attempt_id, RETRY_LOOK_SECONDS, in_vain=True)
        return
    lane.at_fault_point("after_look")
    if len(candidates) == 1:
        _adopt(lane, attempt_id, candidates[0])
    elif candidates:
        end(lane, attempt_id, AttemptState.UNKNOWN, "several_candidates", _unheard_of)
    elif last_look and ambiguous.attempt.looks:
        end(lane, attempt_id, AttemptState.NOT_PLACED, "absent_twice", _unheard_of)
    else:
        # A first look may come late, after everything stood still: one look alone proves nothing.
        pause = max(SECOND_LOOK_SECONDS - ambiguous.age_seconds, RETRY_LOOK_SECONDS)
        lane.store.looked(attempt_id, pause)


def _candidates(lane: Lane[L, T], ambiguous: Ambiguous) -> list[L]:
    """What went to this number, nobody knows of, and can be this attempt's; times are real ones."""
    if ambiguous.number is None:
        raise OutcomeUnknown("the number cannot be read")
    ours = [one for one in lane.listed_to(ambiguous.number) if one.outbound]
    known = lane.store.known_provider_ids([one.provider_id for one in ours])
    since = ambiguous.posted_at - CLOCKS_APART
    return [
        one
        for one in ours
        if one.provider_id not in known and not (one.created_at and one.created_at < since)
    ]


def _adopt(lane: Lane[L, T], attempt_id: UUID, found: L) -> None:
    """The one that can be this attempt's: bound here, followed from its status."""
    with lane.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is None or not _unheard_of(attempt):
            return
        if transaction.bind(attempt.id, found.provider_id):
            transaction.add_event(attempt.id, "reconciler", attempt.looks, "bound")
            lane.follow(transaction, attempt, found)
            lane.at_fault_point("before_settling_commit")
