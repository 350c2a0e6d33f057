"""Where a referral goes next: who tries it, when at the earliest, and when it is given up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from contactbot.domain.calendar import (
    LONDON,
    DayPart,
    WeeklyHours,
    add_working_days,
    day_part,
)
from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import (
    PLANNED_STATES,
    Channel,
    ContactFacts,
    Decision,
    Means,
    Moment,
    PastAttempt,
    Request,
    decide,
)
from contactbot.domain.policy import Policy
from contactbot.domain.policy_tables import DispositionRow, Then
from contactbot.domain.reasons import PASSING, Reason
from contactbot.domain.referral import Permission, ReferralState
from contactbot.domain.safety import Tier
from contactbot.domain.spacing import limits_reached
from contactbot.domain.window import Window, window_for

PLANNED_CALL = Request(Channel.CALL, Means.AUTOMATIC, Moment.PLANNED)
# Reasons for which a person may still be able to do what the machine may not.
FOR_A_CALLER = frozenset(
    {
        Reason.PROTECTED,
        Reason.NO_NUMBER,
        Reason.NO_PROFILE,
        Reason.NUMBER_UNUSABLE,
        Reason.NUMBER_SUSPENDED,
        Reason.PROFILE_STALE,
        Reason.PROFILE_UNCONFIRMED,
        Reason.PROFILE_VOIDED,
        Reason.NOT_PERMITTED,
        Reason.LANGUAGE,
        Reason.NO_HOURS,
    }
)
REFUSALS = frozenset({ReferralState.DECLINED, ReferralState.SUPPRESSED})
RISK_RANK = {"red": 0, "amber": 1, None: 2, "green": 3}
SEARCH_STEPS = 4 * 7  # a week of day-parts, nights included
PART_STARTS = (0, 12, 17)


class Route(StrEnum):
    """Who tries the referral next."""

    AUTOMATIC = "automatic"
    CALLER = "caller"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the clock of a referral needs; `enhanced` = protected, hate or repeat."""

    referred_at: datetime
    enhanced: bool
    risk: str | None
    first_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """The next step. `due_at` is set for the automatic route only; `reasons` say why not.

    A reason that time alone removes only moves `due_at`, and is none of them.
    """

    route: Route
    state: ReferralState
    due_at: datetime | None
    breach_at: datetime
    reasons: tuple[Reason, ...] = ()


def risk_rank(risk: str | None) -> int:
    """Order among equal deadlines: red, amber, not known, green; a word unheard of is red."""
    return RISK_RANK.get(risk, 0)


def enhanced(tier: str, flags: Iterable[str], policy: Policy) -> bool:
    """Whether the shorter first-try clock holds: protected, hate or repeat."""
    return tier != Tier.STANDARD or not policy.tiers.enhanced_flags.isdisjoint(map(str, flags))


def breach_at(case: CaseFacts, policy: Policy) -> datetime:
    """When the first try is late: so many working days after receipt."""
    tries = policy.tries
    days = tries.first_enhanced_working_days if case.enhanced else tries.first_other_working_days
    return add_working_days(case.referred_at, days)


def plan_first(facts: ContactFacts, case: CaseFacts, policy: Policy) -> Plan:
    """Where a referral goes that nobody is trying at this moment: a new one, or a changed one."""
    return plan_by(decide(PLANNED_CALL, facts, policy), facts, case, policy)


def plan_by(decision: Decision, facts: ContactFacts, case: CaseFacts, policy: Policy) -> Plan:
    """The same, by what the gate has decided on `PLANNED_CALL` for exactly these facts."""
    return _by_gate(facts, case, policy, decision, facts.now)


def plan_next(
    facts: ContactFacts, case: CaseFacts, policy: Policy, last_disposition: str | None
) -> Plan:
    """Where a referral goes after an attempt with this disposition has ended.

    A refusal made in this call stands whatever else is true, and one made before it stands too;
    suppressions and holds come next; then the number of tries. A disposition nobody knows holds
    the case for a person.
    """
    row = policy.disposition(last_disposition or Disposition.UNKNOWN)
    late = breach_at(case, policy)
    settled = _settled(facts, row, late)
    if settled is not None:
        return settled
    if row.next == "hold":
        return Plan(Route.NONE, ReferralState.HELD, None, late, (Reason.HELD,))
    tried = replace(facts, state=_state(facts))
    if row.next == "caller":
        return Plan(Route.CALLER, ReferralState(row.state or tried.state), None, late)
    decision = decide(PLANNED_CALL, tried, policy)
    return _by_gate(tried, case, policy, decision, _next_try(tried, policy, row))


def _settled(facts: ContactFacts, row: DispositionRow, late: datetime) -> Plan | None:
    """The plan where nothing is left to plan: it was said, it was settled before, or it is barred.

    What was settled before is never overwritten by a call that settled nothing.
    """
    if row.state in REFUSALS:
        return Plan(Route.NONE, ReferralState(row.state), None, late)
    if row.next != "final" and facts.state not in PLANNED_STATES:
        return Plan(Route.NONE, _settled_state(facts.state), None, late, (Reason.NOT_OPEN,))
    if row.next != "final" or facts.suppressions:
        return _stopped(facts, late)
    return Plan(Route.NONE, ReferralState(row.state), None, late)


def _settled_state(state: str) -> ReferralState:
    """The state as it is; one nobody has heard of is held for a person."""
    known = {str(known): known for known in ReferralState}
    return known.get(state, ReferralState.HELD)


def _stopped(facts: ContactFacts, late: datetime) -> Plan | None:
    if facts.suppressions:
        reasons = (Reason.SUPPRESSED,)
        return Plan(Route.NONE, ReferralState.SUPPRESSED, None, late, reasons)
    if facts.holds:
        return Plan(Route.NONE, ReferralState.HELD, None, late, (Reason.HELD,))
    return None


def _by_gate(
    facts: ContactFacts, case: CaseFacts, policy: Policy, decision: Decision, earliest: datetime
) -> Plan:
    """The route the gate leaves open, from `earliest` on."""
    late = breach_at(case, policy)
    reasons = decision.reasons
    if Reason.NOT_OPEN in reasons:
        return Plan(Route.NONE, ReferralState(facts.state), None, late, reasons)
    stopped = _stopped(facts, late)
    if stopped is not None:
        return stopped
    state = _state(facts)
    standing = tuple(reason for reason in reasons if reason not in PASSING)
    if standing:
        route = Route.CALLER if set(standing) <= FOR_A_CALLER else Route.NONE
        return Plan(route, state, None, late, standing)
    due = max(earliest, facts.now if decision.allowed else decision.look_again_at or earliest)
    return _automatic(facts, case, policy, Plan(Route.AUTOMATIC, state, due, late))


def _automatic(facts: ContactFacts, case: CaseFacts, policy: Policy, plan: Plan) -> Plan:
    """The plan for another automatic try, unless there have been enough or a person must go on."""
    past = [row for row, _ in _since(facts, policy, case.referred_at)]
    if any(row.next == "caller" for row in past):
        return replace(plan, route=Route.CALLER, due_at=None)
    failed = sum(row.name == Disposition.FAILED for row in past)
    if failed >= policy.tries.failures_before_caller:
        reasons = (Reason.NUMBER_UNUSABLE,)
        return replace(plan, route=Route.CALLER, due_at=None, reasons=reasons)
    if plan.due_at is not None and _exhausted(facts, case, policy, plan.due_at):
        return replace(plan, route=Route.NONE, state=ReferralState.NO_CONTACT, due_at=None)
    return plan


def _state(facts: ContactFacts) -> ReferralState:
    tried = any(attempt.same_person and attempt.placed_at for attempt in facts.history)
    return ReferralState.ATTEMPTED if tried else ReferralState.AWAITING_CONTACT


def _since(
    facts: ContactFacts, policy: Policy, since: datetime
) -> Iterator[tuple[DispositionRow, datetime]]:
    """Attempts at the person since the referral came, with what each counts for and its time."""
    for past in facts.history:
        if past.same_person and past.placed_at is not None and past.placed_at >= since:
            yield policy.disposition(past.disposition or Disposition.UNKNOWN), past.placed_at


def _exhausted(facts: ContactFacts, case: CaseFacts, policy: Policy, due_at: datetime) -> bool:
    """Whether the person has been tried often and variously enough, or for long enough by then."""
    times = [at for row, at in _since(facts, policy, case.referred_at) if row.counts_as_try]
    if not times:
        return False
    rules = policy.tries
    if due_at >= add_working_days(min(times), rules.within_working_days):
        return True
    parts = {day_part(at) for at in times}
    wanted = min(rules.day_parts, len(_parts_open(_window(facts, policy).hours)))
    return len(times) >= rules.most and len(parts) >= wanted


def _window(facts: ContactFacts, policy: Policy) -> Window:
    """The hours in which this person may be called automatically, or would be."""
    profile = facts.profile
    asked = profile is not None and profile.safe_call is Permission.YES
    then: Then = "profile_hours" if asked else "default_hours"
    wished = profile.hours if profile else None
    return window_for(then, wished, policy.hours, automatic=True) or Window(policy.hours.default)


@lru_cache(maxsize=4096)
def _parts_open(hours: WeeklyHours) -> frozenset[DayPart]:
    """The parts of a day the hours reach into."""
    spans = zip(DayPart, PART_STARTS, (*PART_STARTS[1:], 24), strict=True)
    return frozenset(
        part
        for part, first, last in spans
        for intervals in hours.days
        for start, end in intervals
        if max(start, first * 60) < min(end, last * 60)
    )


def _next_try(facts: ContactFacts, policy: Policy, row: DispositionRow) -> datetime:
    """The earliest moment for another try, preferring a part of the day not tried yet."""
    limits = limits_reached(facts.history, facts.now, policy)
    earliest = max([facts.now, *(limit.until for limit in limits)])
    if row.next == "retry_next_day":
        earliest = max(earliest, _midnight_after(facts.now))
    window = _window(facts, policy)
    if row.next == "retry_other_day_part":
        return _in_new_part(facts.history, window, earliest)
    return window.next_opening(earliest) or earliest


def _in_new_part(history: Sequence[PastAttempt], window: Window, earliest: datetime) -> datetime:
    """The first opening in a part of the day not tried yet; simply the first where all were."""
    tried = {
        day_part(past.placed_at)
        for past in history
        if past.same_person and past.placed_at and past.channel is Channel.CALL
    }
    first = candidate = window.next_opening(earliest)
    left = _parts_open(window.hours) - tried
    for _ in range(SEARCH_STEPS if left else 0):
        if candidate is None or day_part(candidate) in left:
            return candidate or earliest
        candidate = window.next_opening(_next_part(candidate))
    return first or earliest


def _next_part(at: datetime) -> datetime:
    """When the next part of the day begins."""
    local = at.astimezone(LONDON)
    later = [hour for hour in PART_STARTS if hour > local.hour]
    if not later:
        return _midnight_after(at)
    return local.replace(hour=later[0], minute=0, second=0, microsecond=0).astimezone(UTC)


def _midnight_after(at: datetime) -> datetime:
    local = at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (local + timedelta(days=1)).astimezone(UTC)
