"""A call by hand, rung by rung: number, identity, privacy, consent, call-back, ending."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from contactbot.domain.appointments import slots_for_call_back
from contactbot.domain.by_hand import (
    CONSENT,
    PURPOSE,
    RECIPIENT,
    Proof,
    Stage,
    endings,
    facts_for,
    is_unsafe,
    line_after,
    proves,
    stage_of,
    stays_with_callers,
)
from contactbot.domain.dispositions import Disposition
from contactbot.domain.planning import plan_next
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.reasons import Reason
from contactbot.operations.aftermath import conclude
from contactbot.operations.callers_queue import Calling, may_ring, pass_over
from contactbot.operations.intents import with_skew
from contactbot.ports.callers import CallerTransaction, Claim, Content, Profile
from contactbot.ports.outreach import Case, ConsentRecord, NewAttempt
from contactbot.ports.staff import Member
from contactbot.ports.translator import Translator

Slot = tuple[datetime, datetime]


class NotNow(Exception):
    """This step is not possible on this rung, or there is no person; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that the page of one caller may show at this moment, and nothing more."""

    claim: Claim
    stage: Stage
    profile: Profile
    facts: tuple[str, ...]
    has_code: bool
    content: Content | None = field(repr=False)
    slots: tuple[Slot, ...]
    endings: tuple[DispositionRow, ...]
    booked: bool


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
        stage = _stage(claim)
        case = transaction.case(claim.referral_id)
        content = None
        if stage is Stage.CONTENT and claim.attempt_id is not None:
            content = transaction.content(claim.referral_id, claim.attempt_id)
        shown = "profile" if content is None else "profile content"
        transaction.audit(str(member.id), "person_read", claim.person_id, shown=shown)
        policy = calling.outreach.policy
        consented = content is not None and content.consent == "given"
        open_slots = slots_for_call_back(transaction.instant.calendar, policy)
        return Scene(
            claim=claim,
            stage=stage,
            profile=transaction.profile(claim.referral_id),
            facts=_facts(calling, transaction, case),
            has_code=bool(case.contact_codes),
            content=content,
            slots=open_slots if stage is Stage.CONTENT else (),
            endings=endings(stage, policy, consented=consented),
            booked=claim.attempt_id is not None and transaction.booked(claim.attempt_id),
        )


def _stage(claim: Claim) -> Stage:
    return stage_of(
        attempted=claim.attempt_id is not None, identity=claim.identity, private=claim.private
    )


def _facts(calling: Calling, transaction: CallerTransaction, case: Case) -> tuple[str, ...]:
    profile = case.facts.profile
    confirmed = profile is not None and profile.confirmed_on is not None
    confirmed = confirmed or transaction.is_released(case.referral_id)
    return facts_for(case.facts.tier, calling.outreach.policy, confirmed=confirmed)


def _on(transaction: CallerTransaction, member: Member, *stages: Stage) -> Claim:
    claim = transaction.claim_of(member.id)
    if claim is None or _stage(claim) not in stages:
        raise NotNow
    return claim


def show_number(calling: Calling, member: Member) -> Shown:
    """Show the number, once: that is the attempt. The gate is asked again at this moment."""
    world = calling.outreach
    with calling.store.begin() as transaction:
        claim = _on(transaction, member, Stage.BEFORE_CALL)
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
        claim = _on(transaction, member, Stage.IDENTITY)
        case = transaction.case(claim.referral_id)
        facts = _facts(calling, transaction, case)
        how = proves(said, case.contact_codes, transaction.known_facts(claim.person_id), facts)
        transaction.audit(
            str(member.id), "person_identity_asked", claim.person_id, proved=how or "no"
        )
        if how is not None and claim.attempt_id is not None:
            transaction.change_claim(claim.id, identity=how, language=language)
            transaction.note(claim.attempt_id, language=language)
            transaction.prefer_language(claim.person_id, language, "caller")
            return True
        transaction.change_claim(claim.id, identity_tries=claim.identity_tries + 1)
        if claim.identity_tries + 1 >= calling.outreach.policy.identity.most_wrong:
            _finish(calling, transaction, claim, Disposition.WRONG_CODE, member)
        return False


def say_private(calling: Calling, member: Member) -> None:
    """The person is alone and able to listen."""
    with calling.store.begin() as transaction:
        claim = _on(transaction, member, Stage.PRIVACY)
        transaction.change_claim(claim.id, private=True)
        transaction.audit(str(member.id), "person_private", claim.person_id)


def record_consent(calling: Calling, member: Member, words: Translator, *, given: bool) -> None:
    """Keep the answer to the very words the page showed, and tell the case store."""
    with calling.store.begin() as transaction:
        claim = _on(transaction, member, Stage.CONTENT)
        language = claim.language or "en"
        wording = words.text("", CONSENT, language)
        record = ConsentRecord(
            purpose=PURPOSE,
            recipient=RECIPIENT,
            decision="given" if given else "refused",
            wording=wording,
            wording_hash=sha256(wording.encode()).hexdigest(),
            language=language,
            script_hash=calling.outreach.script.hash,
        )
        if claim.attempt_id is None:
            raise NotNow
        transaction.consent_by_hand(claim, claim.attempt_id, record, str(member.id))
        case = transaction.case(claim.referral_id)
        body = _consent_body(claim, record)
        transaction.tell_case_store(case, "consent", body)
        if given:
            transaction.tell_case_store(case, "referral_opt_in", body)


def _consent_body(claim: Claim, record: ConsentRecord) -> dict[str, str]:
    return {
        "purpose": record.purpose,
        "recipient": record.recipient,
        "decision": record.decision,
        "wording_hash": record.wording_hash,
        "language": record.language,
        "channel": "caller",
        "identity": claim.identity or "",
    }


def book_call_back(calling: Calling, member: Member, choice: int) -> None:
    """Book one of the times the page offered."""
    with calling.store.begin() as transaction:
        claim = _on(transaction, member, Stage.CONTENT)
        slots = slots_for_call_back(transaction.instant.calendar, calling.outreach.policy)
        if claim.attempt_id is None or not 0 <= choice < len(slots):
            raise NotNow
        transaction.appoint_by_hand(claim, claim.attempt_id, *slots[choice])


def finish(calling: Calling, member: Member, disposition: str) -> Disposition:
    """End the call with an ending that may be chosen on this rung."""
    with calling.store.begin() as transaction:
        claim = _on(transaction, member, Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT)
        if claim.attempt_id is None:
            raise NotNow
        consented = transaction.consent_of(claim.attempt_id) == "given"
        offered = endings(_stage(claim), calling.outreach.policy, consented=consented)
        if disposition not in {row.name for row in offered}:
            raise NotNow
        if disposition == Disposition.CALL_BACK and not transaction.booked(claim.attempt_id):
            raise NotNow
        chosen = Disposition(disposition)
        _finish(calling, transaction, claim, chosen, member)
        return chosen


def _finish(
    calling: Calling,
    transaction: CallerTransaction,
    claim: Claim,
    disposition: Disposition,
    member: Member,
) -> None:
    """The same aftermath as for a call of the machine; what is unsafe stops everything first."""
    if claim.attempt_id is None:
        raise NotNow
    transaction.note(claim.attempt_id, ending=str(disposition))
    attempt = transaction.attempt(claim.attempt_id)
    if attempt is None:
        raise NotNow
    by = str(member.id)
    if is_unsafe(disposition):
        transaction.suspend_number(attempt.number_id, str(disposition))
        transaction.hold(claim.person_id, claim.referral_id, "not_alone_by_hand", by)
    if disposition is Disposition.DO_NOT_RING:
        person, number = claim.person_id, attempt.number_index
        transaction.suppress(person_id=person, number_index=None, reason="opted_out", by=by)
        transaction.suppress(person_id=None, number_index=number, reason="opted_out", by=by)
        transaction.ask_cancel(person, "opted_out", but=attempt.id)
    before = transaction.case(claim.referral_id)
    conclude(calling.outreach, transaction, attempt, line_after(disposition))
    _keep(calling, transaction, before, disposition)
    transaction.settle_appointments(claim.referral_id, attempt.id)
    transaction.end_claim(claim.id, str(disposition))


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
