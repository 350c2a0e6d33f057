"""A keypad call, webhook by webhook: the answer, each key, the provider’s progress reports."""

from contextlib import suppress
from datetime import datetime

from contactbot.domain.appointments import slots_for_call_back
from contactbot.domain.attempts import RANK, TERMINAL, AttemptState, from_provider
from contactbot.domain.gate import Channel, Means, Moment, Request, decide
from contactbot.operations.aftermath import conclude, correct
from contactbot.operations.deps import Outreach
from contactbot.operations.hearing import SETTLED, record_events
from contactbot.operations.intents import with_skew
from contactbot.ports.outreach import Attempt, Case, OutreachTransaction, Step
from contactbot.ports.talks import KeptSession
from contactbot.ports.telephony import CallProgress, TelephonyError
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.session import CallFacts, Session, Slot, Turn

Slots = tuple[tuple[datetime, datetime], ...]

# Endings after which nothing more is said, whatever is pressed.
GOODBYES = frozenset({"outside_hours", "withdrawn"})
GIVEN_UP = frozenset({AttemptState.NOT_PLACED, AttemptState.UNKNOWN, AttemptState.LOST_STATUS})
NOT_ANSWERED = frozenset({AttemptState.QUEUED, AttemptState.INITIATED, AttemptState.RINGING})
AT_ANSWER = Request(Channel.CALL, Means.AUTOMATIC, Moment.ANSWER)


def take_keys(world: Outreach, token: str, turn: int, provider_id: str, keys: str) -> str:
    """What the line hears next: turn 0 is the answered call, later ones bring the keys pressed.

    The same turn asked for twice gets the same words and changes nothing. Whatever is out of
    order, unknown or not allowed hears the neutral goodbye.
    """
    with world.store.begin() as transaction:
        step = transaction.step(token, turn)
        if step is None:
            transaction.count("webhook_unknown_attempt")
            return world.voice.goodbye()
        if not _belongs(transaction, step, provider_id):
            return world.voice.goodbye()
        if step.said is not None:
            return step.said
        words = (
            _key_pressed(world, transaction, step, turn, keys)
            if turn
            else _answered(world, transaction, step.attempt)
        )
        world.at_fault_point("before_turn_commit")
    world.at_fault_point("after_turn")
    return words


def _belongs(transaction: OutreachTransaction, step: Step, provider_id: str) -> bool:
    """Whether this call is this attempt's: it binds itself if the reply to the order was lost."""
    attempt = step.attempt
    if provider_id and attempt.provider_id == provider_id and not step.silent:
        return True  # once bound, an attempt keeps its call
    if provider_id and transaction.bind(attempt.id, provider_id):
        return True
    transaction.count("webhook_wrong_call")
    transaction.hold(attempt.person_id, attempt.referral_id, "second_call_seen", "outreach")
    return False


def _answered(world: Outreach, transaction: OutreachTransaction, attempt: Attempt) -> str:
    """The line was answered: the gate is asked again before the first word."""
    if attempt.state in TERMINAL or attempt.ending in GOODBYES:
        transaction.count("answered_after_the_end")
        return world.voice.goodbye()
    # The provider's report of the answer may have come first; then there is nothing to advance.
    transaction.answered(attempt.id)
    case = _case_on_the_line(world, transaction, attempt)
    decision = decide(AT_ANSWER, case.facts, world.policy)
    if attempt.cancel_because:
        return _say_goodbye(world, transaction, attempt, "withdrawn")
    if not decision.allowed:
        transaction.decide(case, AT_ANSWER, decision, attempt.id)
        return _say_goodbye(world, transaction, attempt, "outside_hours")
    slots = slots_for_call_back(transaction.instant.calendar, world.policy)
    facts = _facts(case.contact_codes, case.language, slots)
    transaction.begin_interview(attempt, world.script.hash)
    return _speak(world, transaction, attempt, 0, begin(world.script, facts), slots)


def _key_pressed(
    world: Outreach, transaction: OutreachTransaction, step: Step, turn: int, keys: str
) -> str:
    attempt, kept = step.attempt, step.kept
    session = None if kept is None else Session.from_json(kept.session["script"])
    ended = session is None or session.ending is not None or attempt.ending in GOODBYES
    if kept is None or session is None or ended or kept.turn + 1 != turn:
        transaction.count("webhook_out_of_order")
        return world.voice.goodbye()
    line = transaction.on_the_line(attempt)
    if line.stopped or attempt.cancel_because:
        return _say_goodbye(world, transaction, attempt, "withdrawn")
    slots = tuple(
        (datetime.fromisoformat(start), datetime.fromisoformat(end))
        for start, end in kept.session["slots"]
    )
    facts = _facts(line.contact_codes, line.language, slots)
    spoken = advance(world.script, session, keys, facts)
    words = _speak(world, transaction, attempt, turn, spoken, slots)
    if attempt.state in TERMINAL:
        _correct_late(world, transaction, attempt, turn)
    return words


def _correct_late(
    world: Outreach, transaction: OutreachTransaction, attempt: Attempt, turn: int
) -> None:
    """The provider had reported the end before this key reached us: what it settled still holds."""
    now = transaction.attempt(attempt.id)
    if now is not None and now.ending is not None and now.ending != attempt.ending:
        correct(world, transaction, attempt, turn, now.ending)


def _case_on_the_line(world: Outreach, transaction: OutreachTransaction, attempt: Attempt) -> Case:
    """The case with the number this call went to, which may not be the one to call next."""
    case = transaction.case(attempt.referral_id, attempt.number_id)
    return with_skew(world, transaction, case)


def _facts(codes: tuple[str, ...], language: str | None, slots: Slots) -> CallFacts:
    return CallFacts(
        contact_codes=codes,
        slots=tuple(Slot(start.isoformat(), end.isoformat()) for start, end in slots),
        preferred_language=language,
    )


def _speak(
    world: Outreach,
    transaction: OutreachTransaction,
    attempt: Attempt,
    turn: int,
    spoken: Turn,
    slots: Slots,
) -> str:
    """Record what this turn established, keep it, and give the words."""
    record_events(world, transaction, attempt, turn, spoken)
    words = world.voice.words(spoken, attempt.token, turn + 1)
    state = {
        "script": spoken.session.to_json(),
        "slots": [[start.isoformat(), end.isoformat()] for start, end in slots],
    }
    transaction.keep_session(attempt.id, KeptSession(turn, state, world.script.hash), words)
    return words


def _say_goodbye(
    world: Outreach, transaction: OutreachTransaction, attempt: Attempt, ending: str
) -> str:
    """Nothing more may be said on this call."""
    if attempt.ending not in SETTLED:
        transaction.note(attempt.id, ending=ending)
    transaction.audit("outreach", "attempt_ended_early", attempt.id, ending=ending)
    return world.voice.goodbye()


def take_progress(world: Outreach, token: str, progress: CallProgress) -> None:
    """One progress report: each (call, sequence) counts once and the state only moves forward.

    A call that turns up after it was given up is ended before anybody answers it: nobody looks
    after its window any more, and its person may be called again.
    """
    with world.store.begin() as transaction:
        step = transaction.step(token)
        if step is None:
            transaction.count("webhook_unknown_attempt")
            return
        attempt = step.attempt
        if not _belongs(transaction, step, progress.provider_id):
            return
        state = from_provider(progress.status)
        if transaction.add_event(attempt.id, "status", _sequence(progress, state), progress.status):
            follow(world, transaction, attempt, state, progress.seconds)
        world.at_fault_point("before_report_commit")
    world.at_fault_point("after_report")
    if attempt.state in GIVEN_UP and state in NOT_ANSWERED:
        with suppress(TelephonyError):
            world.telephony.end_call(progress.provider_id)


def _sequence(progress: CallProgress, state: AttemptState | None) -> int:
    """The report's number; one without a number is told apart by what it says."""
    if progress.sequence is not None:
        return progress.sequence
    return -1 if state is None else -2 - RANK[state]


def follow(
    world: Outreach,
    transaction: OutreachTransaction,
    attempt: Attempt,
    state: AttemptState | None,
    seconds: int | None,
) -> None:
    """Move the attempt to what the provider says of it; an unknown word moves nothing."""
    if state is None:
        transaction.count("provider_status_unknown")
    elif state in RANK and RANK[state] < RANK[AttemptState.COMPLETED]:
        transaction.advance(attempt.id, state)
    else:
        conclude(world, transaction, attempt, state, seconds)
