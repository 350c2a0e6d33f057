"""What an ended attempt means for its referral: disposition, next step, word to the case store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition, disposition_of
from contactbot.domain.gate import Channel
from contactbot.domain.intake import SuppressionReason
from contactbot.domain.invitations import INVITATION, invitation_due
from contactbot.domain.planning import Plan, Route, plan_next
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.referral import ReferralState
from contactbot.operations.deps import Outreach
from contactbot.operations.needs import tell_needs
from contactbot.ports.endings import Closing, NextStep
from contactbot.ports.outreach import (
    Attempt,
    Case,
    CaseUnreadable,
    OutreachTransaction,
)
from contactbot.ports.talks import KeptSession
from contactbot.scripting.session import Session

# Ends that say somebody else has the telephone, or may have it.
SOMEBODY_ELSE = frozenset({Disposition.WRONG_CODE, Disposition.THIRD_PARTY_ANSWERED})
# Lines that were answered, or may have been.
REACHED = frozenset({AttemptState.COMPLETED, AttemptState.LOST_STATUS, AttemptState.UNKNOWN})


@dataclass(frozen=True, slots=True)
class _End:
    """An attempt that ends, and what that is called."""

    attempt: Attempt
    ending: str | None
    disposition: Disposition
    row: DispositionRow


def conclude(
    world: Outreach,
    transaction: OutreachTransaction,
    attempt: Attempt,
    state: AttemptState,
    seconds: int | None = None,
) -> bool:
    """T4: end the attempt and plan what follows, in the caller's transaction; False if it was over.

    The person is locked by whoever read the attempt.
    """
    return conclude_all(world, transaction, [attempt], state, seconds) == 1


def conclude_all(
    world: Outreach,
    transaction: OutreachTransaction,
    attempts: Sequence[Attempt],
    state: AttemptState,
    seconds: int | None = None,
) -> int:
    """T4 for attempts at different people; how many of them were not over yet."""
    kept = transaction.sessions([attempt.id for attempt in attempts])
    ends = [_end(world, attempt, kept.get(attempt.id), state) for attempt in attempts]
    closing = [
        Closing(end.attempt.id, str(end.disposition), end.row.aapor, end.ending) for end in ends
    ]
    closed = transaction.close_attempts(closing, state, seconds)
    over = [end for end in ends if end.attempt.id in closed]
    for end in over:
        _close_interview(transaction, end.attempt, kept.get(end.attempt.id), end.ending)
        _use_up_release(transaction, end.attempt, state, end.disposition)
    if over:
        _plan_all(world, transaction, over)
        world.at_fault_point("before_outcome_commit")
    return len(over)


def _end(world: Outreach, attempt: Attempt, kept: KeptSession | None, state: AttemptState) -> _End:
    ending = attempt.ending or _ending_without_script(kept, state)
    disposition = disposition_of(state, ending)
    return _End(attempt, ending, disposition, world.policy.disposition(disposition))


def correct(
    world: Outreach, transaction: OutreachTransaction, attempt: Attempt, turn: int, ending: str
) -> None:
    """What a person pressed reached us after the provider had reported the end: it stands.

    The state of the attempt stays; its disposition and the referral's next step follow the key.
    Each correction is an event of its own, and the case store hears of the attempt once more.
    """
    disposition = disposition_of(attempt.state, ending)
    row = world.policy.disposition(disposition)
    transaction.add_event(attempt.id, "correction", turn, str(disposition), {"ending": ending})
    transaction.correct_attempt(attempt.id, disposition, row.aapor, ending)
    end = _End(attempt, ending, disposition, row)
    _plan_all(world, transaction, [end], corrected=True)


def _plan_all(
    world: Outreach,
    transaction: OutreachTransaction,
    ends: Sequence[_End],
    *,
    corrected: bool = False,
) -> None:
    """Each referral's next step, and word of it to the case store."""
    cases = transaction.cases([end.attempt.referral_id for end in ends])
    steps = []
    for end in ends:
        case = cases[end.attempt.referral_id]
        if isinstance(case, CaseUnreadable):
            transaction.set_aside(end.attempt.person_id, end.attempt.referral_id)
        else:
            tried = end.row.counts_as_try and not corrected
            steps.append(_next_step(world, transaction, end, case, tried=tried))
    transaction.take_steps(steps)


def _next_step(
    world: Outreach, transaction: OutreachTransaction, end: _End, case: Case, *, tried: bool
) -> NextStep:
    plan = plan_next(case.facts, case.case, world.policy, end.disposition)
    _stop(transaction, case, plan, end.disposition if end.row.next == "hold" else None)
    _invite(world, transaction, case, plan)
    body = _attempt_body(transaction, end, plan)
    return NextStep(
        referral_id=case.referral_id,
        source_system=case.source_system,
        reference=case.reference,
        state=case.facts.state,
        plan=plan,
        attempt_id=end.attempt.id,
        disposition=str(end.disposition),
        body=body,
        tried=tried,
    )


def _use_up_release(
    transaction: OutreachTransaction,
    attempt: Attempt,
    state: AttemptState,
    disposition: Disposition,
) -> None:
    """What a supervisor's release was given for has happened, once somebody answered.

    Only the person's own wish to be called back lets it run on to its end.
    """
    answered = attempt.channel is Channel.CALL and state in REACHED
    if answered and disposition is not Disposition.CALL_BACK:
        transaction.use_up_release(attempt.referral_id)


def _invite(world: Outreach, transaction: OutreachTransaction, case: Case, plan: Plan) -> None:
    """A text before the next call, where enough calls went unanswered and texts are welcome."""
    if plan.route is Route.AUTOMATIC:
        due_at = invitation_due(case.facts, case.case, world.policy)
        if due_at is not None:
            transaction.plan_text(case.referral_id, INVITATION, due_at)


def _stop(
    transaction: OutreachTransaction, case: Case, plan: Plan, held_for: Disposition | None
) -> None:
    """What this attempt bars beyond its own referral.

    Where somebody else has the telephone, or may have it, all the person's cases wait.
    A refusal holds for the whole programme: a new referral does not ask the same again.
    """
    if held_for is not None and plan.state is ReferralState.HELD:
        everywhere = held_for in SOMEBODY_ELSE
        referral = None if everywhere else case.referral_id
        transaction.hold(case.person_id, referral, str(held_for), "outreach")
    if plan.state is ReferralState.DECLINED:
        transaction.suppress(
            person_id=case.person_id,
            number_index=None,
            reason=str(SuppressionReason.SUPPORT_DECLINED),
            by="keypad",
            programme="support",
        )


def _ending_without_script(kept: KeptSession | None, state: AttemptState) -> str | None:
    """How a talk ended that the person, or the line, broke off."""
    if kept is None or state is not AttemptState.COMPLETED:
        return None
    session = Session.from_json(kept.session["script"])
    if session.identity_proved:
        return "hung_up_after_identity"
    return "hung_up_before_identity" if session.language else "no_key"


def _close_interview(
    transaction: OutreachTransaction,
    attempt: Attempt,
    kept: KeptSession | None,
    ending: str | None,
) -> None:
    """An interview that did not end by its script stays, marked as broken off, with its needs."""
    if kept is None:
        return
    interview = transaction.begin_interview(attempt, kept.script_hash)
    transaction.end_interview(interview, "broken_off", ending or "line_lost", attempt.language)
    if Session.from_json(kept.session["script"]).telling_needs:
        tell_needs(transaction, attempt)


def _attempt_body(transaction: OutreachTransaction, end: _End, plan: Plan) -> dict[str, Any]:
    attempt = end.attempt
    return {
        "attempt": str(attempt.id),
        "channel": str(attempt.channel),
        "placed_at": attempt.placed_at.isoformat() if attempt.placed_at else None,
        "ended_at": transaction.instant.calendar.isoformat(),
        "disposition": str(end.disposition),
        "aapor": end.row.aapor,
        "language": attempt.language,
        "next": str(plan.route),
    }
