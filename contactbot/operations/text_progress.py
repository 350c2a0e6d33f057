"""What becomes of a text on its way: the provider’s reports, its list, its last word."""

from collections.abc import Callable
from uuid import UUID

from contactbot.domain.attempts import LIVE, RANK, AttemptState, from_provider_text
from contactbot.operations.reconcile import (
    CLOCKS_APART,
    FIRST_LOOK_SECONDS,
    POLL_SECONDS,
    RETRY_LOOK_SECONDS,
    SECOND_LOOK_SECONDS,
)
from contactbot.operations.text_aftermath import conclude_text
from contactbot.operations.text_deps import Texts
from contactbot.ports.outreach import Ambiguous, Attempt
from contactbot.ports.telephony import OutcomeUnknown, TelephonyError
from contactbot.ports.texting import ProviderText, TextProgress, TextTransaction


def take_text_progress(world: Texts, token: str, progress: TextProgress) -> None:
    """One report: each status counts once, and the state only moves forward."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt_by_token(token)
        if attempt is None:
            transaction.count("webhook_unknown_attempt")
            return
        if not transaction.bind(attempt.id, progress.provider_id):
            transaction.count("webhook_wrong_call")
            person, referral = attempt.person_id, attempt.referral_id
            transaction.hold(person, referral, "second_text_seen", "outreach")
            return
        state = from_provider_text(progress.status)
        sequence = -1 if state is None else -2 - RANK[state]
        if transaction.add_event(attempt.id, "status", sequence, progress.status):
            _follow(world, transaction, attempt, progress.status, progress.error_code)
        world.outreach.at_fault_point("before_text_report_commit")


def _follow(
    world: Texts, transaction: TextTransaction, attempt: Attempt, status: str, code: int | None
) -> None:
    """Move the attempt to what the provider says of it; an unknown word moves nothing."""
    state = from_provider_text(status)
    if state is None:
        transaction.count("provider_status_unknown")
    elif state in LIVE:
        transaction.advance(attempt.id, state)
    else:
        conclude_text(world, transaction, attempt, state, status=status, code=code)


def reconcile_texts(world: Texts) -> int:
    """Settle what can be settled now; how many attempts were looked at."""
    overdue = world.store.overdue_intents()
    for attempt_id in overdue:
        _end(world, attempt_id, AttemptState.NOT_PLACED, "never_posted", _never_posted)
    ambiguous = world.store.ambiguous(FIRST_LOOK_SECONDS)
    for one in ambiguous:
        _look_up(world, one)
    silent = world.store.silent()
    for one in silent:
        _poll(world, one)
    return len(overdue) + len(ambiguous) + len(silent)


def _never_posted(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.PLACING


def _unheard_of(attempt: Attempt) -> bool:
    return attempt.state is AttemptState.POSTING and attempt.provider_id is None


def _not_over(attempt: Attempt) -> bool:
    return attempt.state in LIVE


def _end(
    world: Texts,
    attempt_id: UUID,
    state: AttemptState,
    because: str,
    still: Callable[[Attempt], bool],
) -> None:
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is not None and still(attempt):
            detail = {"because": because}
            transaction.add_event(attempt.id, "reconciler", attempt.looks, str(state), detail)
            conclude_text(world, transaction, attempt, state)


def _look_up(world: Texts, ambiguous: Ambiguous) -> None:
    """Ask the provider's list for a text nobody told us the id of, as is done for calls."""
    attempt_id = ambiguous.attempt.id
    last_look = ambiguous.age_seconds >= SECOND_LOOK_SECONDS
    try:
        candidates = _candidates(world, ambiguous)
    except TelephonyError:
        if last_look:
            _end(world, attempt_id, AttemptState.UNKNOWN, "list_unavailable", _unheard_of)
        else:
            world.store.looked(attempt_id, RETRY_LOOK_SECONDS, in_vain=True)
        return
    if len(candidates) == 1:
        _adopt(world, attempt_id, candidates[0])
    elif candidates:
        _end(world, attempt_id, AttemptState.UNKNOWN, "several_candidates", _unheard_of)
    elif last_look and ambiguous.attempt.looks:
        _end(world, attempt_id, AttemptState.NOT_PLACED, "absent_twice", _unheard_of)
    else:
        pause = max(SECOND_LOOK_SECONDS - ambiguous.age_seconds, RETRY_LOOK_SECONDS)
        world.store.looked(attempt_id, pause)


def _candidates(world: Texts, ambiguous: Ambiguous) -> list[ProviderText]:
    """The texts to this number that nobody knows of and that can be this attempt's."""
    if ambiguous.number is None:
        raise OutcomeUnknown("the number cannot be read")
    texts = [text for text in world.provider.texts_to(ambiguous.number) if text.outbound]
    known = world.store.known_provider_ids([text.provider_id for text in texts])
    since = ambiguous.posted_at - CLOCKS_APART
    return [
        text
        for text in texts
        if text.provider_id not in known and not (text.created_at and text.created_at < since)
    ]


def _adopt(world: Texts, attempt_id: UUID, text: ProviderText) -> None:
    """The one text that can be this attempt's: bound here, followed from its status."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is None or not _unheard_of(attempt):
            return
        if transaction.bind(attempt.id, text.provider_id):
            transaction.add_event(attempt.id, "reconciler", attempt.looks, "bound")
            _follow(world, transaction, attempt, text.status, text.error_code)


def _poll(world: Texts, silent: Ambiguous) -> None:
    """Ask after a text whose final report never came: at 1, 5 and 30 minutes, then give up.

    One that the carrier has had all that time is taken for sent: many carriers never say more.
    """
    attempt = silent.attempt
    try:
        text = world.provider.text(attempt.provider_id or "")
    except TelephonyError:
        text = None
    state = from_provider_text(text.status) if text else None
    looks = attempt.looks + 1
    if text is not None and state is not None and state not in LIVE:
        _take_last_word(world, attempt, text)
    elif looks < len(POLL_SECONDS):
        world.store.looked(attempt.id, POLL_SECONDS[looks] - POLL_SECONDS[looks - 1])
    elif text is not None and state is AttemptState.INITIATED:
        _take_last_word(world, attempt, text)
    else:
        _end(world, attempt.id, AttemptState.LOST_STATUS, "no_final_status", _not_over)


def _take_last_word(world: Texts, attempt: Attempt, text: ProviderText) -> None:
    with world.store.begin() as transaction:
        again = transaction.attempt(attempt.id)
        if again is None or not _not_over(again):
            return
        transaction.add_event(again.id, "poll", again.looks, text.status)
        state = from_provider_text(text.status)
        ended = AttemptState.COMPLETED if state in LIVE or state is None else state
        conclude_text(world, transaction, again, ended, status=text.status, code=text.error_code)


def cancel_unwanted_texts(world: Texts) -> int:
    """Take back the texts that still wait at the provider and must not go out; how many."""
    waiting = [
        attempt
        for attempt in world.store.to_cancel()
        if attempt.provider_id and attempt.state in {AttemptState.POSTING, AttemptState.QUEUED}
    ]
    for attempt in waiting:
        try:
            world.provider.cancel_text(attempt.provider_id or "")
        except TelephonyError:
            continue
    return len(waiting)


def erase_bodies(world: Texts) -> int:
    """Have the provider forget the words of texts that are over; how many."""
    erased = 0
    for attempt_id, provider_id in world.store.bodies_to_erase():
        try:
            world.provider.erase_body(provider_id)
        except TelephonyError:
            continue
        world.store.body_erased(attempt_id)
        erased += 1
    return erased
