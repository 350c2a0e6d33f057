"""Where a referral goes first, and where it goes when something about its person has changed."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from contactbot.domain.calendar import LONDON
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.gate import (
    Channel,
    ContactFacts,
    Decision,
    Means,
    Moment,
    NumberFacts,
    ProfileFacts,
    Request,
    decide,
)
from contactbot.domain.planning import (
    PLANNED_CALL,
    CaseFacts,
    Plan,
    Route,
    plan_by,
    plan_first,
)
from contactbot.domain.policy import Policy
from contactbot.domain.referral import OffenderKnown, ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.safety import Tier, TierDecision, TierFacts, tier_of, under_age
from contactbot.ports.intake_records import (
    IntakeTransaction,
    KnownReferral,
    PersonRecord,
    ReferralWrite,
)
from contactbot.ports.outreach import CaseUnreadable

OTHER_REFERRAL = "other_referral"
CASE_CHANGED = "case_changed"
ANSWERED_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.ANSWER)


@dataclass(frozen=True, slots=True)
class Draft:
    """A row taken in, before its place in the queue is known; `known` is its earlier telling."""

    id: UUID
    person: PersonRecord
    row: ReferralRow
    fingerprint: str = field(repr=False)
    tier: TierDecision
    known: KnownReferral | None


class FirstPlans:
    """Tiers and first plans of one moment; rows that are alike in all that counts share them.

    What is shared are the answers of `tier_of`, of the gate and of the planner, asked with all they
    look at; nothing is decided here.
    """

    def __init__(self, policy: Policy, now: datetime) -> None:
        self._policy = policy
        self._now = now
        self._today = now.astimezone(LONDON).date()
        self._tiers: dict[Hashable, TierDecision] = {}
        self._decisions: dict[Hashable, Decision] = {}
        self._plans: dict[Hashable, Plan] = {}

    def tier(self, row: ReferralRow) -> TierDecision:
        """The tier this row alone calls for, today."""
        if under_age(row.date_of_birth, self._today, self._policy.tiers.adult_age):
            return tier_of(self._tier_facts(row, row.date_of_birth), self._policy)
        # Of a birth date the tier asks only whether it is a child’s.
        flags = row.flags
        alike = (
            (flags.known, flags.assessed, not flags.unknown),
            (row.crime_group, row.risk, row.offender_known),
        )
        decision = self._tiers.get(alike)
        if decision is None:
            decision = self._tiers[alike] = tier_of(self._tier_facts(row, None), self._policy)
        return decision

    def placed(self, draft: Draft) -> ReferralWrite:
        """The referral with its tier, and its plan where nothing else need be asked for it.

        People are protected, not cases: one protected referral protects all of a person’s.
        """
        row, tier, known, policy = draft.row, draft.tier, draft.known, self._policy
        if draft.person.protected and tier.tier is not Tier.PROTECTED:
            tier = TierDecision(Tier.PROTECTED, (OTHER_REFERRAL,))
        marked = not row.flags.known.isdisjoint(policy.tiers.enhanced_flags)
        enhanced = tier.tier is Tier.PROTECTED or marked
        plan, state, because = None, None, None
        refused = sorted(row.flags.known & policy.eligibility.ineligible_flags)
        if refused and (known is None or known.state in _NOT_BEGUN):
            state, because = ReferralState.INELIGIBLE, refused[0]
        elif known is not None:
            reopened = known.state is ReferralState.INELIGIBLE and not refused
            state = ReferralState.NEW if reopened else None
        elif draft.person.is_new:
            plan = self._plan(draft, tier.tier, enhanced=enhanced)
        return ReferralWrite(
            id=draft.id,
            person_id=draft.person.id,
            row=row,
            fingerprint=draft.fingerprint,
            is_new=known is None,
            tier=tier,
            enhanced=enhanced,
            plan=plan,
            state=state,
            state_because=because,
        )

    def _plan(self, draft: Draft, tier: Tier, *, enhanced: bool) -> Plan:
        """The first plan of a person nobody has tried to contact yet."""
        row, person = draft.row, draft.person
        numbers = any(number.usable for number in person.numbers)
        stops = tuple(sorted(person.holds)), tuple(sorted(person.suppressions))
        facts = tier, person.profile, numbers, stops
        # Deadlines run in whole local days, and there is no history that could be older or newer.
        day = _local_day(row.referred_at.replace(minute=0, second=0, microsecond=0))
        alike = facts, day, enhanced, row.risk
        plan = self._plans.get(alike)
        if plan is None:
            asked = self._facts(person, tier, numbers=numbers, stops=stops)
            decision = self._decisions.get(facts)
            if decision is None:
                decision = decide(PLANNED_CALL, asked, self._policy)
                self._decisions[facts] = decision
            case = CaseFacts(
                referred_at=row.referred_at,
                enhanced=enhanced,
                risk=row.risk,
                first_contact_at=None,
            )
            plan = self._plans[alike] = plan_by(decision, asked, case, self._policy)
        return plan

    def _tier_facts(self, row: ReferralRow, born: date | None) -> TierFacts:
        known = row.offender_known
        return TierFacts(
            flags=frozenset(map(str, row.flags.known)),
            flags_assessed=row.flags.assessed,
            unknown_flags=bool(row.flags.unknown),
            crime_group=row.crime_group,
            birth_date=born,
            on=self._today,
            risk=row.risk,
            offender_known=None if known is OffenderKnown.BLANK else known,
        )

    def _facts(
        self,
        person: PersonRecord,
        tier: Tier,
        *,
        numbers: bool,
        stops: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> ContactFacts:
        return ContactFacts(
            state=ReferralState.NEW,
            tier=tier,
            profile=_profile(person.profile),
            number=NumberFacts(str(person.id), usable=True, suspended=False) if numbers else None,
            holds=stops[0],
            suppressions=stops[1],
            history=(),
            live=False,
            now=self._now,
            skew=timedelta(0),
        )


@lru_cache(maxsize=4096)
def _local_day(hour: datetime) -> date:
    """The day in Wales; every hour lies in one of them."""
    return hour.astimezone(LONDON).date()


def is_held(write: ReferralWrite) -> bool:
    """Whether the referral waits for a person’s decision."""
    return write.plan is not None and write.plan.state is ReferralState.HELD


def plan_again(transaction: IntakeTransaction, referral_id: UUID, policy: Policy) -> bool:
    """Plan a referral whose person changed; true if it is held now.

    A case already tried keeps its next try, unless it may no longer be tried automatically; a call
    that could not be answered any more, as the case stands now, is not to ring on.
    """
    try:
        case = transaction.case(referral_id)
    except CaseUnreadable as fault:
        transaction.set_aside(fault.person_id, referral_id)
        return True
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
