"""Where a referral goes next: who tries it, when at the earliest, and when it is given up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contactbot.domain.calendar import (
    LONDON,
    DayPart,
    WeeklyHours,
    add_working_days,
    day_part,
    next_opening,
    overlap,
)
from contactbot.domain.gate import (
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
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.reasons import PASSING, Reason
from contactbot.domain.referral import ReferralState
from contactbot.domain.spacing import limits_reached

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
    }
)
RISK_RANK = {"red": 0, "amber": 1, None: 2, "green": 3}
SEARCH_STEPS = 60
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
    """The next step. `due_at` is set for the automatic route only; `reasons` say why not."""

    route: Route
    state: ReferralState
    due_at: datetime | None
    breach_at: datetime
    reasons: tuple[Reason, ...] = ()


def risk_rank(risk: str | None) -> int:
    """Order among equal deadlines: red, amber, not known, green; a word unheard of is red."""
    return RISK_RANK.get(risk, 0)


def breach_at(case: CaseFacts, policy: Policy) -> datetime:
    """When the first try is late: so many working days after receipt."""
    tries = policy.tries
    days = tries.first_enhanced_working_days if case.enhanced else tries.first_other_working_days
    return add_working_days(case.referred_at, days)


def plan_first(facts: ContactFacts, case: CaseFacts, policy: Policy) -> Plan:
    """Where a referral goes that nobody is trying at this moment."""
    return _by_gate(facts, case, policy, decide(PLANNED_CALL, facts, policy), facts.now)


def plan_next(
    facts: ContactFacts, case: CaseFacts, policy: Policy, last_disposition: str | None
) -> Plan:
    """Where a referral goes after an attempt with this disposition has ended.

    A refusal stands whatever else is true; holds and suppressions come next; then the number of
    tries. A disposition nobody knows holds the case for a person.
    """
    row = policy.disposition(last_disposition or "unknown")
    late = breach_at(case, policy)
    if row.next == "final":
        return Plan(Route.NONE, ReferralState(row.state), None, late)
    stopped = _stopped(facts, late)
    if stopped is not None:
        return stopped
    if row.next == "hold":
        return Plan(Route.NONE, ReferralState.HELD, None, late, (Reason.HELD,))
    tried = replace(facts, state=_state(facts))
    if row.next == "caller":
        state = ReferralState(row.state or tried.state)
        return Plan(Route.CALLER, state, None, late)
    if _exhausted(tried, case, policy):
        return Plan(Route.NONE, ReferralState.NO_CONTACT, None, late)
    decision = decide(PLANNED_CALL, tried, policy)
    return _by_gate(tried, case, policy, decision, _next_try(tried, policy, row))


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
    standing = set(reasons) - PASSING
    if not standing:
        due = max(earliest, decision.look_again_at or facts.now)
        return Plan(Route.AUTOMATIC, state, due, late)
    route = Route.CALLER if standing <= FOR_A_CALLER else Route.NONE
    return Plan(route, state, None, late, reasons)


def _state(facts: ContactFacts) -> ReferralState:
    tried = any(attempt.same_person and attempt.placed_at for attempt in facts.history)
    return ReferralState.ATTEMPTED if tried else ReferralState.AWAITING_CONTACT


def _tries(facts: ContactFacts, policy: Policy, since: datetime) -> list[PastAttempt]:
    """Attempts at the person that count as tries of this referral."""
    return [
        attempt
        for attempt in facts.history
        if attempt.same_person
        and attempt.placed_at is not None
        and attempt.placed_at >= since
        and policy.disposition(attempt.disposition or "unknown").counts_as_try
    ]


def _exhausted(facts: ContactFacts, case: CaseFacts, policy: Policy) -> bool:
    """Whether the person was tried often and variously enough, or for long enough."""
    tries = _tries(facts, policy, case.referred_at)
    if not tries:
        return False
    rules = policy.tries
    times = [attempt.placed_at for attempt in tries if attempt.placed_at is not None]
    if facts.now >= add_working_days(min(times), rules.within_working_days):
        return True
    parts = {day_part(at) for at in times}
    wanted = min(rules.day_parts, len(_parts_open(_hours(facts, policy))))
    return len(tries) >= rules.most and len(parts) >= wanted


def _hours(facts: ContactFacts, policy: Policy) -> WeeklyHours:
    wished = facts.profile.hours if facts.profile else None
    return overlap(wished or policy.hours.default, policy.hours.outer)


def _parts_open(hours: WeeklyHours) -> set[DayPart]:
    """The parts of a day the hours reach into."""
    spans = zip(DayPart, PART_STARTS, (*PART_STARTS[1:], 24), strict=True)
    return {
        part
        for part, first, last in spans
        for intervals in hours.days
        for start, end in intervals
        if max(start, first * 60) < min(end, last * 60)
    }


def _next_try(facts: ContactFacts, policy: Policy, row: DispositionRow) -> datetime:
    """The earliest moment for another try, preferring a part of the day not tried yet."""
    limits = limits_reached(facts.history, facts.now, policy)
    earliest = max([facts.now, *(limit.until for limit in limits)])
    if row.next == "retry_next_day":
        earliest = max(earliest, _midnight_after(facts.now))
    hours = _hours(facts, policy)
    if row.next == "retry_other_day_part":
        return _in_new_part(facts.history, hours, earliest)
    return next_opening(hours, earliest) or earliest


def _in_new_part(
    history: Sequence[PastAttempt], hours: WeeklyHours, earliest: datetime
) -> datetime:
    tried = {day_part(past.placed_at) for past in history if past.same_person and past.placed_at}
    first = candidate = next_opening(hours, earliest)
    for _ in range(SEARCH_STEPS):
        if candidate is None or day_part(candidate) not in tried:
            break
        candidate = next_opening(hours, _next_part(candidate))
    return candidate or first or earliest


def _next_part(at: datetime) -> datetime:
    """When the next part of the day begins."""
    local = at.astimezone(LONDON)
    later = [hour for hour in PART_STARTS if hour > local.hour]
    if not later:
        return _midnight_after(at)
    return local.replace(hour=later[0], minute=0, second=0, microsecond=0)


def _midnight_after(at: datetime) -> datetime:
    local = at.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return local + timedelta(days=1)
