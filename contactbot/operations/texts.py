"""Send the next due text: gate, intent, fence, one request, as for a call."""

from contextlib import suppress
from uuid import UUID

from contactbot.domain.attempts import TERMINAL, AttemptState
from contactbot.domain.gate import Channel, Means, Moment, Request, decide
from contactbot.domain.invitations import INVITATION, life_of_text
from contactbot.domain.segments import count_segments
from contactbot.operations.dispatch import ACCOUNT_PAUSE_SECONDS, Dispatched
from contactbot.operations.intents import (
    DIAL_DEADLINE_SECONDS,
    NUMBER_BUSY,
    clocks_apart,
    with_skew,
)
from contactbot.operations.text_aftermath import conclude_text
from contactbot.operations.text_deps import Texts
from contactbot.ports.outreach import Case, CaseUnreadable, NewAttempt, Target
from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
    TelephonyError,
)
from contactbot.ports.texting import SentText, TextOrder, TextTransaction
from contactbot.scripting.messages import BOTH

AUTOMATIC_TEXT = Request(Channel.TEXT, Means.AUTOMATIC, Moment.DISPATCH)


def place_next_text(world: Texts) -> Dispatched:
    """Take the longest due text plan and send one text for it, if the gate allows it now."""
    calls = world.outreach.policy.calls
    if not world.store.take_slots(1, world.per_second, calls.max_in_flight).granted:
        return Dispatched.NOT_NOW
    started = world.outreach.clock.boot_seconds()
    with world.store.begin() as transaction:
        if clocks_apart(world.outreach, transaction):
            return Dispatched.CLOCKS_APART
        referral_id = transaction.claim_text()
        order = _intend(world, transaction, referral_id) if referral_id else None
        world.outreach.at_fault_point("before_text_intent_commit")
    if order is None:
        world.store.give_slots_back(1, world.per_second)
        return Dispatched.WITHHELD if referral_id else Dispatched.NOTHING_DUE
    world.outreach.at_fault_point("after_text_intent")
    return _send(world, *order, started)


def _intend(
    world: Texts, transaction: TextTransaction, referral_id: UUID
) -> tuple[UUID, TextOrder] | None:
    """T1: the gate's answer, and the intent if it allowed the text."""
    policy = world.outreach.policy
    try:
        case = with_skew(world.outreach, transaction, transaction.case(referral_id))
    except CaseUnreadable as fault:
        transaction.defer_text(referral_id, None)
        transaction.set_aside(fault.person_id, referral_id)
        return None
    decision = decide(AUTOMATIC_TEXT, case.facts, policy)
    if not decision.allowed or case.target is None:
        transaction.decide(case, AUTOMATIC_TEXT, decision)
        transaction.defer_text(referral_id, decision.look_again_at)
        return None
    attempt = NewAttempt(
        id=world.outreach.new_id(),
        token=world.outreach.new_token(),
        referral_id=referral_id,
        person_id=case.person_id,
        number_id=case.target.number_id,
        number_index=case.target.index,
        close_at=decision.closes_at,
        deadline_seconds=DIAL_DEADLINE_SECONDS,
        policy_version=policy.version,
        script_hash=world.messages_hash,
        channel=Channel.TEXT,
    )
    if not transaction.open_attempt(attempt):
        transaction.defer_text(referral_id, transaction.instant.calendar + NUMBER_BUSY)
        return None
    transaction.decide(case, AUTOMATIC_TEXT, decision, attempt.id)
    transaction.audit("dispatcher", "attempt_intended", attempt.id)
    life = life_of_text(decision.closes_at, transaction.instant.calendar, policy)
    return attempt.id, _order(world, transaction, attempt, case, case.target, life)


def _order(
    world: Texts,
    transaction: TextTransaction,
    attempt: NewAttempt,
    case: Case,
    target: Target,
    life: int,
) -> TextOrder:
    """The words in the person's language, in both where it is not known."""
    form = case.language or BOTH
    body = world.bodies[INVITATION][form]
    sent = SentText(INVITATION, form, count_segments(body).number, life)
    transaction.order_text(attempt.referral_id, attempt.id, sent)
    if case.language is not None:
        transaction.note(attempt.id, language=case.language)
    return TextOrder(attempt.token, target.number, body, life)


def _send(world: Texts, attempt_id: UUID, order: TextOrder, started: float) -> Dispatched:
    """T2 and T3: the fence, then the request; again only after a refusal before any effect."""
    clock = world.outreach.clock
    allowed = attempt_id in world.store.fence([attempt_id])
    world.outreach.at_fault_point("after_text_fence")
    while allowed and clock.boot_seconds() - started < DIAL_DEADLINE_SECONDS:
        try:
            return _request(world, attempt_id, order)
        except RefusedBeforeEffect as refusal:
            world.store.slow_down(refusal.retry_after)
            clock.sleep(min(refusal.retry_after, DIAL_DEADLINE_SECONDS))
            allowed = world.store.repost(attempt_id)
    return _not_sent(world, attempt_id, AttemptState.NOT_PLACED, "deadline")


def _request(world: Texts, attempt_id: UUID, order: TextOrder) -> Dispatched:
    """One POST, and what its answer proves."""
    world.outreach.at_fault_point("before_text_post")
    try:
        sent = world.provider.send_text(order)
    except OutcomeUnknown:
        return Dispatched.UNCERTAIN
    except NumberRefused as refusal:
        because = f"number_{refusal.code}"
        return _not_sent(world, attempt_id, AttemptState.FAILED, because, refusal.code)
    except AccountRefused as refusal:
        world.store.slow_down(ACCOUNT_PAUSE_SECONDS)
        because = f"account_{refusal.code}"
        return _not_sent(world, attempt_id, AttemptState.NOT_PLACED, because)
    world.outreach.at_fault_point("after_text_post")
    _save_provider_id(world, attempt_id, sent.provider_id)
    return Dispatched.PLACED


def _save_provider_id(world: Texts, attempt_id: UUID, provider_id: str) -> None:
    """T3, and the text taken back at once if somebody asked for it meanwhile."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        if attempt is None:
            return
        bound = transaction.bind(attempt_id, provider_id)
        if bound:
            transaction.advance(attempt_id, AttemptState.QUEUED)
        else:
            transaction.count("provider_id_twice")
            person, referral = attempt.person_id, attempt.referral_id
            transaction.hold(person, referral, "second_text_seen", "dispatcher")
        world.outreach.at_fault_point("before_text_binding_commit")
    if attempt.cancel_because or attempt.state in TERMINAL or not bound:
        with suppress(TelephonyError):
            world.provider.cancel_text(provider_id)


def _not_sent(
    world: Texts, attempt_id: UUID, state: AttemptState, because: str, code: int | None = None
) -> Dispatched:
    """End an attempt that the provider certainly did not take."""
    with world.store.begin() as transaction:
        attempt = transaction.attempt(attempt_id)
        # A text that somebody reports exists, whatever was answered to the order for it.
        if attempt is not None and attempt.provider_id is None:
            transaction.add_event(attempt_id, "dispatcher", 0, "not_sent", {"because": because})
            status = "failed" if state is AttemptState.FAILED else ""
            conclude_text(world, transaction, attempt, state, status=status, code=code)
    return Dispatched.REFUSED
