"""What the end of a text means: for its number, for the plan, for the referral."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition
from contactbot.domain.planning import plan_first
from contactbot.domain.referral import ReferralState
from contactbot.domain.text_errors import TextFault, text_fault
from contactbot.operations.aftermath import conclude
from contactbot.operations.text_deps import Texts
from contactbot.ports.outreach import Attempt, CaseUnreadable
from contactbot.ports.texting import TextTransaction

# A telephone that was off is tried once more; a referral has two orders at the very most.
MOST_ORDERS = 2
_BY_FAULT = {
    TextFault.OPTED_OUT: Disposition.TEXT_OPTED_OUT,
    TextFault.NOT_A_MOBILE: Disposition.TEXT_NOT_A_MOBILE,
}
BY_STATUS = {
    "delivered": Disposition.TEXT_DELIVERED,
    "read": Disposition.TEXT_DELIVERED,
    "sent": Disposition.TEXT_SENT,
    "undelivered": Disposition.TEXT_UNDELIVERED,
    "failed": Disposition.TEXT_FAILED,
}


def conclude_text(
    world: Texts,
    transaction: TextTransaction,
    attempt: Attempt,
    state: AttemptState,
    *,
    status: str = "",
    code: int | None = None,
) -> None:
    """End the attempt and do what its end asks for, in the caller's transaction.

    `status` is the provider's last word and `code` its error; the person is locked.
    """
    fault = text_fault(code)
    ending = _BY_FAULT.get(fault) or BY_STATUS.get(status)
    ended = replace(attempt, ending=str(ending)) if ending else attempt
    if code is not None:
        transaction.note_text_error(attempt.id, code)
    if fault is TextFault.OPTED_OUT:
        suppress_everywhere(transaction, attempt, "provider")
    elif fault is TextFault.NOT_A_MOBILE:
        transaction.no_more_texts(attempt.number_id)
    elif fault is TextFault.WRONG_NUMBER:
        transaction.close_number(attempt.number_id, f"provider_{code}")
    if not conclude(world.outreach, transaction, ended, state):
        return
    if fault is TextFault.AWAY or state is AttemptState.NOT_PLACED:
        _once_more(world, transaction, attempt)
    if fault is TextFault.OPTED_OUT:
        replan(world, transaction, attempt.person_id)


def suppress_everywhere(transaction: TextTransaction, attempt: Attempt, by: str) -> None:
    """The person wants nothing more from us, by whatever channel and at whatever number."""
    transaction.suppress(person_id=attempt.person_id, number_index=None, reason="opted_out", by=by)
    transaction.suppress(
        person_id=None, number_index=attempt.number_index, reason="opted_out", by=by
    )
    transaction.ask_cancel(attempt.person_id, "opted_out", but=attempt.id)
    transaction.audit(by, "person_opted_out", attempt.person_id)


def replan(
    world: Texts, transaction: TextTransaction, person_id: UUID, *, held: bool = False
) -> None:
    """Take everything still to come off the queues, as the person's stops now have it.

    `held`: a supervisor is to see it, even where the number is out of bounds already.
    """
    for referral_id in transaction.planned_referrals(person_id):
        transaction.defer_text(referral_id, None)
        try:
            case = transaction.case(referral_id)
        except CaseUnreadable:
            transaction.set_aside(person_id, referral_id)
            continue
        plan = plan_first(case.facts, case.case, world.outreach.policy)
        if held:
            plan = replace(plan, state=ReferralState.HELD)
        if transaction.apply(case, plan):
            transaction.tell_case_store(case, "status", {"state": str(plan.state)})


def _once_more(world: Texts, transaction: TextTransaction, attempt: Attempt) -> None:
    if transaction.text_orders(attempt.referral_id) < MOST_ORDERS:
        pause = timedelta(hours=world.outreach.policy.limits.spacing_hours)
        transaction.defer_text(attempt.referral_id, transaction.instant.calendar + pause)
