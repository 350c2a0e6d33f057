"""What becomes of a text on its way: the provider’s reports, its list, its last word."""

from contactbot.domain.attempts import LIVE, RANK, AttemptState, from_provider_text
from contactbot.operations.ambiguity import Lane, end, not_over, settle
from contactbot.operations.reconcile import POLL_SECONDS
from contactbot.operations.text_aftermath import conclude_text
from contactbot.operations.text_deps import Texts
from contactbot.ports.outreach import Ambiguous, Attempt
from contactbot.ports.telephony import TelephonyError
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
    lane = _lane(world)
    looked = settle(lane)
    silent = world.store.silent()
    for one in silent:
        _poll(world, lane, one)
    return looked + len(silent)


def _lane(world: Texts) -> Lane[ProviderText, TextTransaction]:
    def follow(transaction: TextTransaction, attempt: Attempt, text: ProviderText) -> None:
        _follow(world, transaction, attempt, text.status, text.error_code)

    def conclude(transaction: TextTransaction, attempt: Attempt, state: AttemptState) -> None:
        conclude_text(world, transaction, attempt, state)

    return Lane(
        store=world.store,
        begin=world.store.begin,
        listed_to=world.provider.texts_to,
        follow=follow,
        conclude=conclude,
        at_fault_point=world.outreach.at_fault_point,
    )


def _poll(world: Texts, lane: Lane[ProviderText, TextTransaction], silent: Ambiguous) -> None:
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
        end(lane, attempt.id, AttemptState.LOST_STATUS, "no_final_status", not_over)


def _take_last_word(world: Texts, attempt: Attempt, text: ProviderText) -> None:
    with world.store.begin() as transaction:
        again = transaction.attempt(attempt.id)
        if again is None or not not_over(again):
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
