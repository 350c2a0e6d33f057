"""What an ended attempt means for its referral: disposition, next step, word to the case store."""

from typing import Any

from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition, disposition_of
from contactbot.domain.gate import Channel
from contactbot.domain.intake import SuppressionReason
from contactbot.domain.invitations import INVITATION, invitation_due
from contactbot.domain.planning import Plan, Route, plan_next
from contactbot.domain.referral import ReferralState
from contactbot.operations.deps import Outreach
from contactbot.operations.needs import tell_needs
from contactbot.ports.outreach import Attempt, Case, CaseUnreadable, OutreachTransaction
from contactbot.scripting.session import Session

# Lines that were answered, or may have been.
REACHED = frozenset({AttemptState.COMPLETED, AttemptState.LOST_STATUS, AttemptState.UNKNOWN})


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
    ending = attempt.ending or _ending_without_script(transaction, attempt, state)
    disposition = disposition_of(state, ending)
    row = world.policy.disposition(disposition)
    if not transaction.close_attempt(attempt.id, state, disposition, row.aapor, ending, seconds):
        return False
    _close_interview(transaction, attempt, ending)
    _use_up_release(transaction, attempt, state, disposition)
    _plan(world, transaction, attempt, disposition, tried=row.counts_as_try)
    world.at_fault_point("before_outcome_commit")
    return True


def correct(
    world: Outreach, transaction: OutreachTransaction, attempt: Attempt, ending: str
) -> None:
    """What a person pressed reached us after the provider had reported the end: it stands.

    The state of the attempt stays; its disposition and the referral's next step follow the key.
    """
    disposition = disposition_of(attempt.state, ending)
    row = world.policy.disposition(disposition)
    transaction.add_event(attempt.id, "correction", 0, str(disposition), {"ending": ending})
    transaction.correct_attempt(attempt.id, disposition, row.aapor, ending)
    _plan(world, transaction, attempt, disposition, tried=False)


def _plan(
    world: Outreach,
    transaction: OutreachTransaction,
    attempt: Attempt,
    disposition: Disposition,
    *,
    tried: bool,
) -> None:
    """The referral's next step, and word of it to the case store."""
    row = world.policy.disposition(disposition)
    try:
        case = transaction.case(attempt.referral_id)
    except CaseUnreadable:
        transaction.set_aside(attempt.person_id, attempt.referral_id)
        return
    plan = plan_next(case.facts, case.case, world.policy, disposition)
    _stop(transaction, case, plan, disposition if row.next == "hold" else None)
    changed = transaction.apply(case, plan, tried=tried)
    _invite(world, transaction, case, plan)
    _tell(transaction, case, plan, _attempt_body(transaction, attempt, disposition, row.aapor))
    if changed:
        transaction.tell_case_store(case, "status", {"state": str(plan.state)})
    transaction.audit("outreach", "attempt_ended", attempt.id, disposition=str(disposition))


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

    Two wrong codes say that somebody else may have the telephone, so all the person's cases wait.
    A refusal holds for the whole programme: a new referral does not ask the same again.
    """
    if held_for is not None and plan.state is ReferralState.HELD:
        everywhere = held_for is Disposition.WRONG_CODE
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


def _ending_without_script(
    transaction: OutreachTransaction, attempt: Attempt, state: AttemptState
) -> str | None:
    """How a talk ended that the person, or the line, broke off."""
    kept = transaction.session(attempt.id)
    if kept is None or state is not AttemptState.COMPLETED:
        return None
    session = Session.from_json(kept.session["script"])
    if session.identity_proved:
        return "hung_up_after_identity"
    return "hung_up_before_identity" if session.language else "no_key"


def _close_interview(
    transaction: OutreachTransaction, attempt: Attempt, ending: str | None
) -> None:
    """An interview that did not end by its script stays, marked as broken off, with its needs."""
    kept = transaction.session(attempt.id)
    if kept is None:
        return
    interview = transaction.begin_interview(attempt, kept.script_hash)
    transaction.end_interview(interview, "broken_off", ending or "line_lost", attempt.language)
    if Session.from_json(kept.session["script"]).telling_needs:
        tell_needs(transaction, attempt)


def _attempt_body(
    transaction: OutreachTransaction, attempt: Attempt, disposition: str, aapor: str
) -> dict[str, Any]:
    at = transaction.instant.calendar
    return {
        "attempt": str(attempt.id),
        "channel": str(attempt.channel),
        "placed_at": attempt.placed_at.isoformat() if attempt.placed_at else None,
        "ended_at": at.isoformat(),
        "disposition": str(disposition),
        "aapor": aapor,
        "language": attempt.language,
    }


def _tell(transaction: OutreachTransaction, case: Case, plan: Plan, body: dict[str, Any]) -> None:
    transaction.tell_case_store(case, "attempt", body | {"next": str(plan.route)})
