"""The one gate: whether this contact may be made at this moment, with every reason if not.

Pure and total. It denies by default: an unknown word, a missing row, a stale profile, a clock that
disagrees or an error of its own is a Deny, never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from contactbot.domain.attempts import AttemptState
from contactbot.domain.calendar import (
    LONDON,
    WeeklyHours,
    closing_after,
    next_opening,
    overlap,
)
from contactbot.domain.policy import Policy
from contactbot.domain.reasons import PASSING, Reason
from contactbot.domain.referral import Permission, ReferralState
from contactbot.domain.safety import Tier
from contactbot.domain.spacing import Limited, limits_reached


class Channel(StrEnum):
    """A way of contact."""

    CALL = "call"
    TEXT = "text"
    VOICEMAIL = "voicemail"


class Means(StrEnum):
    """Who makes the contact."""

    AUTOMATIC = "automatic"
    BY_HAND = "by_hand"


class Moment(StrEnum):
    """When the gate is asked; at ANSWER the call itself is no reason against it."""

    PLANNED = "planned"
    DISPATCH = "dispatch"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Request:
    """The contact in question; `released` = a supervisor has released it."""

    channel: Channel
    means: Means
    moment: Moment
    released: bool = False


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """How the person may be contacted, as the newest profile says."""

    safe_call: Permission
    safe_text: Permission
    safe_voicemail: Permission
    hours: WeeklyHours | None
    confirmed_on: date | None
    voided: bool


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """The number in question, by its blind index (hexadecimal)."""

    index: str
    usable: bool
    suspended: bool


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier attempt at the person (or one suggested to be the same) or at the number.

    `placed_at` is the time of the call, or of the intent where there was none.
    """

    same_person: bool
    same_number: bool
    channel: Channel
    state: AttemptState
    placed_at: datetime | None
    disposition: str | None


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """All that the gate looks at; `skew` is this machine's clock less the database's."""

    state: str
    tier: str
    profile: ProfileFacts | None
    number: NumberFacts | None
    holds: tuple[str, ...]
    suppressions: tuple[str, ...]
    history: tuple[PastAttempt, ...]
    live: bool
    now: datetime
    skew: timedelta
    language_hold: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The gate's answer. `look_again_at` is None where time alone will not change it.

    `closes_at` is the end of the window an allowed contact lies in.
    """

    allowed: bool
    reasons: tuple[Reason, ...]
    policy_version: str
    look_again_at: datetime | None
    closes_at: datetime | None = None


OPEN_STATES = frozenset({ReferralState.AWAITING_CONTACT, ReferralState.ATTEMPTED})
PLANNED_STATES = OPEN_STATES | {ReferralState.NEW, ReferralState.HELD}
SKEW_PAUSE = timedelta(minutes=1)
LIVE_PAUSE = timedelta(minutes=10)


def decide(request: Request, facts: ContactFacts, policy: Policy) -> Decision:
    """Allow or Deny, with reasons; never raises."""
    try:
        return _decide(request, facts, policy)
    except Exception:  # noqa: BLE001 - the gate is total: what it cannot judge it denies
        version = getattr(policy, "version", "unknown")
        return Decision(
            allowed=False, reasons=(Reason.GATE_ERROR,), policy_version=version, look_again_at=None
        )


def _decide(request: Request, facts: ContactFacts, policy: Policy) -> Decision:
    hours = _hours(request, facts, policy)
    limits = (
        () if request.moment is Moment.ANSWER else limits_reached(facts.history, facts.now, policy)
    )
    reasons = tuple(
        dict.fromkeys(
            (*_standing(request, facts, policy), *_passing(request, facts, policy, hours, limits))
        )
    )
    if not reasons and hours is not None:
        closes = closing_after(hours, facts.now)
        return Decision(
            allowed=True,
            reasons=(),
            policy_version=policy.version,
            look_again_at=None,
            closes_at=closes,
        )
    reasons = reasons or (Reason.NOT_PERMITTED,)
    again = _look_again(reasons, facts, hours, limits)
    return Decision(
        allowed=False, reasons=reasons, policy_version=policy.version, look_again_at=again
    )


def _standing(request: Request, facts: ContactFacts, policy: Policy) -> Iterator[Reason]:
    """Reasons that only a person or an event can remove."""
    if facts.now.tzinfo is None:
        yield Reason.TIME_WITHOUT_ZONE
    yield from _state(request, facts)
    if facts.suppressions:
        yield Reason.SUPPRESSED
    if facts.holds:
        yield Reason.HELD
    if facts.language_hold:
        yield Reason.LANGUAGE
    yield from _number(facts.number)
    yield from _permission(request, facts, policy)


def _state(request: Request, facts: ContactFacts) -> Iterator[Reason]:
    if facts.state not in frozenset(ReferralState) or facts.tier not in frozenset(Tier):
        yield Reason.UNKNOWN_VALUE
    elif facts.state not in (PLANNED_STATES if request.moment is Moment.PLANNED else OPEN_STATES):
        yield Reason.NOT_OPEN


def _number(number: NumberFacts | None) -> Iterator[Reason]:
    if number is None:
        yield Reason.NO_NUMBER
        return
    if number.suspended:
        yield Reason.NUMBER_SUSPENDED
    if not number.usable:
        yield Reason.NUMBER_UNUSABLE


def _permission(request: Request, facts: ContactFacts, policy: Policy) -> Iterator[Reason]:
    """The permission table, and how far the profile can still be believed."""
    profile = facts.profile
    if profile is None:
        yield Reason.NO_PROFILE
        return
    if profile.voided and not request.released:
        yield Reason.PROFILE_VOIDED
    said, then = _cell(request, facts, policy)
    if then == "deny":
        yield _denial(facts, request, said)
    if then == "supervisor_release" and not request.released:
        yield Reason.NEEDS_RELEASE
    if said is Permission.YES:
        yield from _belief(then, profile, facts, policy)


def _denial(facts: ContactFacts, request: Request, said: Permission) -> Reason:
    if said is Permission.NO:
        return Reason.SAID_NO
    if facts.tier == Tier.PROTECTED and request.means is Means.AUTOMATIC:
        return Reason.PROTECTED
    return Reason.NOT_PERMITTED


def _belief(
    then: str, profile: ProfileFacts, facts: ContactFacts, policy: Policy
) -> Iterator[Reason]:
    confirmed = profile.confirmed_on
    if confirmed is None:
        if then == "confirmed_profile_hours":
            yield Reason.PROFILE_UNCONFIRMED
        return
    days = policy.profiles.standard_valid_days
    if facts.tier == Tier.PROTECTED:
        days = policy.profiles.protected_valid_days
    age = (facts.now.astimezone(LONDON).date() - confirmed).days
    # A date that lies ahead cannot be true, so it is believed no more than one long past.
    if age > days or age < 0:
        yield Reason.PROFILE_STALE


def _cell(request: Request, facts: ContactFacts, policy: Policy) -> tuple[Permission, str]:
    if facts.profile is None:
        return Permission.BLANK, "deny"
    said = Permission(
        {
            Channel.CALL: facts.profile.safe_call,
            Channel.TEXT: facts.profile.safe_text,
            Channel.VOICEMAIL: facts.profile.safe_voicemail,
        }[request.channel]
    )
    cell = (str(facts.tier), str(request.channel), str(request.means), str(said))
    return said, policy.permissions.get(cell, "deny")


def _hours(request: Request, facts: ContactFacts, policy: Policy) -> WeeklyHours | None:
    """The hours that hold for this contact; None where the table gives none."""
    _, then = _cell(request, facts, policy)
    if then == "deny":
        return None
    wished = facts.profile.hours if facts.profile and "profile" in then else None
    return overlap(wished or policy.hours.default, policy.hours.outer)


def _passing(
    request: Request,
    facts: ContactFacts,
    policy: Policy,
    hours: WeeklyHours | None,
    limits: tuple[Limited, ...],
) -> Iterator[Reason]:
    """Reasons that time alone removes."""
    if abs(facts.skew) > timedelta(seconds=policy.calls.max_skew_seconds):
        yield Reason.CLOCK_SKEW
    if hours is not None and request.moment is not Moment.PLANNED:
        yield from _window(request, facts, policy, hours)
    if hours is not None and request.moment is Moment.PLANNED:
        if closing_after(hours, facts.now) is None:
            yield Reason.OUTSIDE_HOURS
    if facts.live and request.moment is not Moment.ANSWER:
        yield Reason.LIVE_ATTEMPT
    yield from (limit.reason for limit in limits)


def _window(
    request: Request, facts: ContactFacts, policy: Policy, hours: WeeklyHours
) -> Iterator[Reason]:
    closes = closing_after(hours, facts.now)
    if closes is None:
        yield Reason.OUTSIDE_HOURS
        return
    margin = policy.calls.close_margin_seconds + policy.calls.ring_seconds_automatic
    if request.moment is Moment.DISPATCH and closes - facts.now < timedelta(seconds=margin):
        yield Reason.WINDOW_CLOSING


def _look_again(
    reasons: tuple[Reason, ...],
    facts: ContactFacts,
    hours: WeeklyHours | None,
    limits: tuple[Limited, ...],
) -> datetime | None:
    """The earliest moment at which all these reasons could be gone; None if not by themselves."""
    if hours is None or not set(reasons) <= PASSING:
        return None
    earliest = max([facts.now, *(limit.until for limit in limits)])
    if Reason.CLOCK_SKEW in reasons:
        earliest = max(earliest, facts.now + SKEW_PAUSE)
    if Reason.LIVE_ATTEMPT in reasons:
        earliest = max(earliest, facts.now + LIVE_PAUSE)
    if Reason.WINDOW_CLOSING in reasons:
        earliest = max(earliest, closing_after(hours, facts.now) or facts.now)
    return next_opening(hours, earliest)
