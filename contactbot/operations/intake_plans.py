"""Where a referral goes first, and where it goes when something about its person has changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from contactbot.domain.calendar import LONDON
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.gate import (
    Channel,
    ContactFacts,
    Means,
    Moment,
    NumberFacts,
    ProfileFacts,
    Request,
    decide,
)
from contactbot.domain.planning import CaseFacts, Route, plan_first
from contactbot.domain.policy import Policy
from contactbot.domain.referral import OffenderKnown, ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.safety import Tier, TierDecision, TierFacts, tier_of
from contactbot.ports.intake_records import (
    IntakeTransaction,
    KnownReferral,
    PersonRecord,
    ReferralWrite,
)

OTHER_REFERRAL = "other_referral"
CASE_CHANGED = "case_changed"
ANSWERED_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.ANSWER)


def tier_of_row(row: ReferralRow, now: datetime, policy: Policy) -> TierDecision:
    """The tier this row alone calls for, today."""
    facts = TierFacts(
        flags=frozenset(map(str, row.flags.known)),
        flags_assessed=row.flags.assessed,
        unknown_flags=bool(row.flags.unknown),
        crime_group=row.crime_group,
        birth_date=row.date_of_birth,
        on=now.astimezone(LONDON).date(),
        risk=row.risk,
        offender_known=None if row.offender_known is OffenderKnown.BLANK else row.offender_known,
    )
    return tier_of(facts, policy)


def placed(
    write: ReferralWrite,
    person: PersonRecord,
    known: KnownReferral | None,
    now: datetime,
    policy: Policy,
) -> ReferralWrite:
    """The referral with its tier, and its plan where nothing else need be asked for it.

    People are protected, not cases: one protected referral protects all of a person’s.
    """
    if person.protected and write.tier.tier is not Tier.PROTECTED:
        write = replace(write, tier=TierDecision(Tier.PROTECTED, (OTHER_REFERRAL,)))
    is_protected = write.tier.tier is Tier.PROTECTED
    marked = not write.row.flags.known.isdisjoint(policy.tiers.enhanced_flags)
    write = replace(write, enhanced=is_protected or marked)
    refused = sorted(write.row.flags.known & policy.eligibility.ineligible_flags)
    if refused and (known is None or known.state in _NOT_BEGUN):
        return replace(write, state=ReferralState.INELIGIBLE, state_because=refused[0])
    if known is not None:
        reopened = known.state is ReferralState.INELIGIBLE and not refused
        return replace(write, state=ReferralState.NEW) if reopened else write
    if not person.is_new:
        return write
    case = CaseFacts(
        referred_at=write.row.referred_at,
        enhanced=write.enhanced,
        risk=write.row.risk,
        first_contact_at=None,
    )
    return replace(write, plan=plan_first(_facts(write, person, now), case, policy))


def is_held(write: ReferralWrite) -> bool:
    """Whether the referral waits for a person’s decision."""
    return write.plan is not None and write.plan.state is ReferralState.HELD


def plan_again(transaction: IntakeTransaction, referral_id: UUID, policy: Policy) -> bool:
    """Plan a referral whose person changed; true if it is held now.

    A case already tried keeps its next try, unless it may no longer be tried automatically; a call
    that could not be answered any more, as the case stands now, is not to ring on.
    """
    case = transaction.case(referral_id)
    plan = plan_first(case.facts, case.case, policy)
    as_planned = replace(case.facts, state=plan.state)
    if case.facts.live and not decide(ANSWERED_CALL, as_planned, policy).allowed:
        transaction.ask_cancel(case.person_id, CASE_CHANGED)
    keeps = plan.route is Route.AUTOMATIC and case.facts.state == ReferralState.ATTEMPTED
    if not keeps:
        transaction.apply(case, plan)
    if plan.route is not Route.AUTOMATIC:
        transaction.keep_denial(case, [str(reason) for reason in plan.reasons], policy.version)
    return plan.state is ReferralState.HELD


_NOT_BEGUN = frozenset(
    {
        ReferralState.NEW,
        ReferralState.AWAITING_CONTACT,
        ReferralState.HELD,
        ReferralState.INELIGIBLE,
    }
)


def _facts(write: ReferralWrite, person: PersonRecord, now: datetime) -> ContactFacts:
    """The facts of a person nobody has tried to contact yet."""
    numbers = person.usable_numbers()
    return ContactFacts(
        state=ReferralState.NEW,
        tier=write.tier.tier,
        profile=_profile(person.profile),
        number=NumberFacts(str(person.id), usable=True, suspended=False) if numbers else None,
        holds=tuple(sorted(person.holds)),
        suppressions=tuple(sorted(person.suppressions)),
        history=(),
        live=False,
        now=now,
        skew=timedelta(0),
    )


def _profile(profile: ContactProfile | None) -> ProfileFacts | None:
    if profile is None:
        return None
    return ProfileFacts(
        safe_call=profile.safe_call,
        safe_text=profile.safe_text,
        safe_voicemail=profile.safe_voicemail,
        hours=profile.hours,
        confirmed_on=profile.confirmed_on,
        voided=profile.voided_at is not None,
    )
