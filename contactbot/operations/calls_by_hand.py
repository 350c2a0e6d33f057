"""A call by hand, rung by rung: the number, who is there, the talk, how it ended."""

from dataclasses import dataclass, field, replace

from contactbot.domain.by_hand import (
    HELD_FOR,
    Proof,
    Settled,
    Stage,
    endings,
    facts_for,
    is_unsafe,
    line_after,
    proves,
    stays_with_callers,
)
from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import Channel, Decision, Means, Moment, Request, decide
from contactbot.domain.planning import plan_next
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.reasons import Reason
from contactbot.operations.aftermath import conclude
from contactbot.operations.callers_queue import Calling, may_ring, pass_over
from contactbot.operations.hearing import SUPPORT, never_again
from contactbot.operations.intents import with_skew
from contactbot.operations.talk_by_hand import Asked, NotNow, asked, begin_talk, on_rung, stage
from contactbot.ports.callers import CallerTransaction, Claim, Content, Profile, Told
from contactbot.ports.outreach import Attempt, Case, NewAttempt
from contactbot.ports.staff import Member
from contactbot.scripting.model import Ending


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the page of one caller may show at this moment, and nothing more.

    `content` and `told` are empty before the last rung. `asked`: what to read aloud now, from the
    question of privacy on. `settled`: what this talk has settled.
    """

    claim: Claim
    stage: Stage
    profile: Profile
    facts: tuple[str, ...]
    has_code: bool
    content: Content | None = field(repr=False)
    told: Told = field(repr=False)
    asked: Asked | None
    settled: Settled
    endings: tuple[DispositionRow, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The number to dial, shown this once; or why it may not be dialled."""

    number: str = field(default="", repr=False)
    reasons: tuple[Reason, ...] = ()


def scene(calling: Calling, member: Member) -> Scene | None:
    """What the caller's page shows; reading the person is kept in the same transaction."""
    with calling.store.begin() as transaction:
        claim = transaction.claim_of(member.id)
        if claim is None:
            return None
        rung = stage(claim)
        talking = rung in {Stage.PRIVACY, Stage.CONTENT}
        case = transaction.case(claim.referral_id)
        content, told, settled = None, Told(), Settled()
        if rung is Stage.IDENTITY:
            settled = Settled(voicemail=_may_leave_words(calling, case)[1].allowed)
        if rung is Stage.CONTENT:
            content = transaction.content(claim.referral_id)
            told = transaction.told(claim.referral_id)
            settled = _settled(transaction, claim, told)
        shown = "profile" if content is None else "profile content"
        transaction.audit(str(member.id), "person_read", claim.person_id, shown=shown)
        return Scene(
            claim=claim,
            stage=rung,
            profile=transaction.profile(claim.referral_id),
            facts=_facts(calling, transaction, case),
            has_code=bool(case.contact_codes),
            content=content,
            told=told,
            asked=asked(calling, transaction, claim) if talking else None,
            settled=settled,
            endings=endings(rung, calling.outreach.policy, settled),
        )


def _may_leave_words(calling: Calling, case: Case) -> tuple[Request, Decision]:
    """What the gate says of neutral words on this person's machine, on this very call."""
    request = Request(Channel.VOICEMAIL, Means.BY_HAND, Moment.ANSWER)
    return request, decide(request, case.facts, calling.outreach.policy)


def _settled(transaction: CallerTransaction, claim: Claim, told: Told) -> Settled:
    """What the person said about support, and whether on this very call."""
    agreed, wished = told.consents.get(SUPPORT), told.wished
    attempt = transaction.attempt(claim.attempt_id) if claim.attempt_id else None
    on_this_call = agreed is not None and agreed.attempt_id == claim.attempt_id
    return Settled(
        support=agreed.decision if agreed else None,
        now=agreed.decision if agreed and on_this_call else None,
        booked=wished is not None and wished.attempt_id == claim.attempt_id,
        never=attempt is not None and attempt.ending == Ending.DO_NOT_RING,
    )


def _facts(calling: Calling, transaction: CallerTransaction, case: Case) -> tuple[str, ...]:
    profile = case.facts.profile
    confirmed = profile is not None and profile.confirmed_on is not None
    confirmed = confirmed or transaction.is_released(case.referral_id)
    return facts_for(case.facts.tier, calling.outreach.policy, confirmed=confirmed)


def show_number(calling: Calling, member: Member) -> Shown:
    """Show the number, once: that is the attempt. The gate is asked again at this moment."""
    world = calling.outreach
    with calling.store.begin() as transaction:
        claim = on_rung(transaction, member, Stage.BEFORE_CALL)
        case = with_skew(world, transaction, transaction.case(claim.referral_id))
        request, decision = may_ring(calling, transaction, case)
        if not decision.allowed or case.target is None:
            pass_over(transaction, case, request, decision)
            transaction.end_claim(claim.id, "withheld")
            return Shown(reasons=decision.reasons)
        attempt = NewAttempt(
            id=world.new_id(),
            token=world.new_token(),
            referral_id=claim.referral_id,
            person_id=claim.person_id,
            number_id=case.target.number_id,
            number_index=case.target.index,
            close_at=decision.closes_at,
            deadline_seconds=0.0,
            policy_version=world.policy.version,
            script_hash=world.script.hash,
        )
        if not transaction.begin_by_hand(attempt, str(member.id)):
            transaction.end_claim(claim.id, "number_busy")
            return Shown(reasons=(Reason.LIVE_ATTEMPT,))
        transaction.decide(case, request, decision, attempt.id)
        transaction.change_claim(claim.id, attempt_id=attempt.id)
        transaction.audit(
            str(member.id), "person_number_shown", claim.person_id, attempt=str(attempt.id)
        )
        return Shown(number=case.target.number)


def prove_identity(calling: Calling, member: Member, said: Proof, language: str) -> bool:
    """Whether what the person said proves who they are; too many wrong tries end the call."""
    with calling.store.begin() as transaction:
        claim = on_rung(transaction, member, Stage.IDENTITY)
        case = transaction.case(claim.referral_id)
        facts = _facts(calling, transaction, case)
        how = proves(said, case.contact_codes, transaction.known_facts(claim.person_id), facts)
        transaction.audit(
            str(member.id), "person_identity_asked", claim.person_id, proved=how or "no"
        )
        if how is not None:
            transaction.change_claim(claim.id, identity=how, language=language)
            begin_talk(calling, transaction, claim, language, how)
            return True
        transaction.change_claim(claim.id, identity_tries=claim.identity_tries + 1)
        if claim.identity_tries + 1 >= calling.outreach.policy.identity.most_wrong:
            _finish(calling, transaction, claim, Disposition.WRONG_CODE, member)
        return False


def finish(calling: Calling, member: Member, disposition: str) -> Disposition:
    """End the call with an ending that may be chosen on this rung."""
    with calling.store.begin() as transaction:
        claim = on_rung(transaction, member, Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT)
        settled = Settled()
        if stage(claim) is Stage.CONTENT:
            settled = _settled(transaction, claim, transaction.told(claim.referral_id))
        elif disposition == Disposition.VOICEMAIL_LEFT:
            settled = Settled(voicemail=_leave_words(calling, transaction, claim))
        offered = endings(stage(claim), calling.outreach.policy, settled)
        if disposition not in {row.name for row in offered}:
            raise NotNow
        chosen = Disposition(disposition)
        _finish(calling, transaction, claim, chosen, member)
        return chosen


def _leave_words(calling: Calling, transaction: CallerTransaction, claim: Claim) -> bool:
    """Whether words may be left; the decision is kept with the ending."""
    case = with_skew(calling.outreach, transaction, transaction.case(claim.referral_id))
    request, decision = _may_leave_words(calling, case)
    transaction.decide(case, request, decision, claim.attempt_id)
    return decision.allowed


def _finish(
    calling: Calling,
    transaction: CallerTransaction,
    claim: Claim,
    disposition: Disposition,
    member: Member,
) -> None:
    """The same aftermath as for a call of the machine; what is unsafe stops everything first."""
    attempt = transaction.attempt(claim.attempt_id) if claim.attempt_id else None
    if attempt is None:
        raise NotNow
    transaction.note(attempt.id, ending=str(disposition))
    if is_unsafe(disposition):
        _stop(transaction, claim, attempt, disposition, str(member.id))
    if disposition is Disposition.DO_NOT_RING:
        never_again(transaction, attempt, str(member.id))
    before = transaction.case(claim.referral_id)
    noted = replace(attempt, ending=str(disposition))
    conclude(calling.outreach, transaction, noted, line_after(disposition))
    _keep(calling, transaction, before, disposition)
    transaction.settle_appointments(claim.referral_id, attempt.id)
    transaction.end_claim(claim.id, str(disposition))


def _stop(
    transaction: CallerTransaction,
    claim: Claim,
    attempt: Attempt,
    disposition: Disposition,
    by: str,
) -> None:
    """Suspend the number and hold: the case, or all the person's cases if another has the phone."""
    referral = None if disposition is Disposition.THIRD_PARTY_ANSWERED else claim.referral_id
    transaction.suspend_number(attempt.number_id, str(disposition))
    transaction.hold(claim.person_id, referral, HELD_FOR[disposition], by)


def _keep(
    calling: Calling, transaction: CallerTransaction, before: Case, disposition: Disposition
) -> None:
    """Somebody we are in touch with stays with callers until something is settled."""
    policy = calling.outreach.policy
    after = transaction.case(before.referral_id)
    plan = plan_next(after.facts, after.case, policy, disposition)
    kept = stays_with_callers(plan, policy.disposition(disposition))
    if kept is not None:
        transaction.apply(after, kept)
