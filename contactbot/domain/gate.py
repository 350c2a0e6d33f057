"""The one gate: whether this contact may be made at this moment, with every reason if not.

Pure and total. It denies by default: an unknown word, a missing row, a stale profile, a clock that
disagrees or an error of its own is a Deny, never an exception.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from contactbot.domain.attempts import AttemptState
from contactbot.domain.calendar import LONDON, WeeklyHours
from contactbot.domain.policy import Policy
from contactbot.domain.policy_tables import Then
from contactbot.domain.reasons import Reason
from contactbot.domain.referral import Permission, ReferralState
from contactbot.domain.safety import Tier
from contactbot.domain.spacing import Limited, limits_reached
from contactbot.domain.window import Window, window_for


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
    """The number in question, by its blind index (hexadecimal); `mobile` = it can take texts."""

    index: str
    usable: bool
    suspended: bool
    mobile: bool = False


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
# A person who agreed to support is rung again by a caller, never by the machine.
BY_HAND_STATES = OPEN_STATES | {ReferralState.CONTACTED, ReferralState.ONGOING}
# How long to wait for what has no time of its own.
_PAUSES = MappingProxyType(
    {Reason.CLOCK_SKEW: timedelta(minutes=1), Reason.LIVE_ATTEMPT: timedelta(minutes=10)}
)
_STATES = frozenset(ReferralState)
_TIERS = frozenset(Tier)


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
    unreadable = tuple(_unreadable(request, facts))
    if unreadable:
        return _denial(unreadable, policy, None)
    answering = request.moment is Moment.ANSWER
    limits = () if answering else limits_reached(facts.history, facts.now, policy)
    said, then = _cell(request, facts, policy)
    window = _window(request, facts, policy, then)
    standing = tuple(_standing(request, facts, policy, (said, then)))
    passing = tuple(_passing(request, facts, policy, window, limits))
    if standing or passing or window is None:
        again = None
        if window is not None and not standing:
            again = _look_again(request, facts, policy, window, (passing, limits))
        return _denial(standing + passing or (Reason.NOT_PERMITTED,), policy, again)
    return Decision(
        allowed=True,
        reasons=(),
        policy_version=policy.version,
        look_again_at=None,
        closes_at=window.closing_after(facts.now),
    )


def _denial(reasons: tuple[Reason, ...], policy: Policy, again: datetime | None) -> Decision:
    reasons = tuple(dict.fromkeys(reasons))
    return Decision(
        allowed=False, reasons=reasons, policy_version=policy.version, look_again_at=again
    )


def _unreadable(request: Request, facts: ContactFacts) -> Iterator[Reason]:
    """Values nobody has a rule for: nothing else can be judged by them."""
    if facts.now.tzinfo is None:
        yield Reason.TIME_WITHOUT_ZONE
    known = facts.state in _STATES and facts.tier in _TIERS
    if not known or not all(isinstance(value, kind) for value, kind in _kinds(request, facts)):
        yield Reason.UNKNOWN_VALUE


def _kinds(request: Request, facts: ContactFacts) -> Iterator[tuple[object, type]]:
    """Every value that must be of its kind, since an empty or odd one might read as consent."""
    yield from ((request.channel, Channel), (request.means, Means), (request.moment, Moment))
    yield from ((request.released, bool), (facts.live, bool), (facts.language_hold, bool))
    yield from ((facts.holds, tuple), (facts.suppressions, tuple), (facts.history, tuple))
    if facts.number is not None:
        said_of_it = (facts.number.usable, facts.number.suspended, facts.number.mobile)
        yield from ((said, bool) for said in said_of_it)
    if facts.profile is not None:
        yield facts.profile.voided, bool
        for said in (
            facts.profile.safe_call,
            facts.profile.safe_text,
            facts.profile.safe_voicemail,
        ):
            yield said, Permission


def _standing(
    request: Request, facts: ContactFacts, policy: Policy, cell: tuple[Permission, Then]
) -> Iterator[Reason]:
    """Reasons that only a person or an event can remove."""
    if facts.state not in _open_states(request):
        yield Reason.NOT_OPEN
    if facts.suppressions:
        yield Reason.SUPPRESSED
    if facts.holds:
        yield Reason.HELD
    if facts.language_hold:
        yield Reason.LANGUAGE
    yield from _number(request.channel, facts.number)
    if facts.profile is None:
        yield Reason.NO_PROFILE
        return
    yield from _permission(request, facts, cell)
    if cell[0] is Permission.YES:
        yield from _belief(facts.profile, facts, policy, cell[1])
    window = _window(request, facts, policy, cell[1])
    if window is not None and window.is_empty:
        yield Reason.NO_HOURS


def _open_states(request: Request) -> frozenset[ReferralState]:
    if request.moment is Moment.PLANNED:
        return PLANNED_STATES
    return BY_HAND_STATES if request.means is Means.BY_HAND else OPEN_STATES


def _number(channel: Channel, number: NumberFacts | None) -> Iterator[Reason]:
    if number is None:
        yield Reason.NO_NUMBER
        return
    if number.suspended:
        yield Reason.NUMBER_SUSPENDED
    if not number.usable:
        yield Reason.NUMBER_UNUSABLE
    if channel is Channel.TEXT and not number.mobile:
        yield Reason.NOT_A_MOBILE


def _cell(request: Request, facts: ContactFacts, policy: Policy) -> tuple[Permission, Then]:
    """What the person said about this channel, and what the permission table makes of it."""
    if facts.profile is None:
        return Permission.BLANK, "deny"
    said = {
        Channel.CALL: facts.profile.safe_call,
        Channel.TEXT: facts.profile.safe_text,
        Channel.VOICEMAIL: facts.profile.safe_voicemail,
    }[request.channel]
    # Two rules hold even if a table were to say otherwise.
    if said is Permission.NO or _machine_for_protected(request, facts):
        return said, "deny"
    cell = (str(facts.tier), str(request.channel), str(request.means), str(said))
    return said, policy.permissions.get(cell, "deny")


def _machine_for_protected(request: Request, facts: ContactFacts) -> bool:
    return facts.tier != Tier.STANDARD and request.means is not Means.BY_HAND


def _permission(
    request: Request, facts: ContactFacts, cell: tuple[Permission, Then]
) -> Iterator[Reason]:
    said, then = cell
    released = request.released and request.means is Means.BY_HAND
    if facts.profile is not None and facts.profile.voided and not released:
        yield Reason.PROFILE_VOIDED
    if said is Permission.NO:
        yield Reason.SAID_NO
    elif _machine_for_protected(request, facts):
        yield Reason.PROTECTED
    elif then == "deny":
        yield Reason.NOT_PERMITTED
    elif then == "supervisor_release" and not released:
        yield Reason.NEEDS_RELEASE


def _belief(
    profile: ProfileFacts, facts: ContactFacts, policy: Policy, then: Then
) -> Iterator[Reason]:
    """How far a yes can still be believed."""
    confirmed = profile.confirmed_on
    if confirmed is None:
        if then == "confirmed_profile_hours":
            yield Reason.PROFILE_UNCONFIRMED
        return
    days = policy.profiles.standard_valid_days
    if facts.tier != Tier.STANDARD:
        days = policy.profiles.protected_valid_days
    age = (facts.now.astimezone(LONDON).date() - confirmed).days
    # A date that lies ahead cannot be true, so it is believed no more than one long past.
    if age > days or age < 0:
        yield Reason.PROFILE_STALE


def _window(request: Request, facts: ContactFacts, policy: Policy, then: Then) -> Window | None:
    wished = facts.profile.hours if facts.profile else None
    automatic = request.means is not Means.BY_HAND
    return window_for(then, wished, policy.hours, automatic=automatic)


def _passing(
    request: Request,
    facts: ContactFacts,
    policy: Policy,
    window: Window | None,
    limits: tuple[Limited, ...],
) -> Iterator[Reason]:
    """Reasons that time alone removes."""
    if abs(facts.skew) > timedelta(seconds=policy.calls.max_skew_seconds):
        yield Reason.CLOCK_SKEW
    if window is not None:
        closes = window.closing_after(facts.now)
        if closes is None:
            yield Reason.OUTSIDE_HOURS
        elif closes - facts.now < _margin(request, policy):
            yield Reason.WINDOW_CLOSING
    if facts.live and request.moment is not Moment.ANSWER:
        yield Reason.LIVE_ATTEMPT
    yield from (limit.reason for limit in limits)


def _margin(request: Request, policy: Policy) -> timedelta:
    """How long before closing a contact must begin: once begun, it may use the window whole."""
    if request.moment is not Moment.DISPATCH:
        return timedelta(0)
    calls = policy.calls
    ring = calls.ring_seconds_automatic
    if request.means is Means.BY_HAND:
        ring = calls.ring_seconds_by_hand
    return timedelta(seconds=calls.close_margin_seconds + ring)


def _look_again(
    request: Request,
    facts: ContactFacts,
    policy: Policy,
    window: Window,
    found: tuple[tuple[Reason, ...], tuple[Limited, ...]],
) -> datetime | None:
    """The earliest moment (UTC) at which all these reasons could be gone; None if none is near."""
    reasons, limits = found
    pauses = [_PAUSES[reason] for reason in reasons if reason in _PAUSES]
    earliest = max([facts.now.astimezone(UTC), *(limit.until for limit in limits)])
    earliest = max([earliest, *(facts.now + pause for pause in pauses)])
    opening = window.next_opening(earliest)
    closes = window.closing_after(opening) if opening else None
    if opening and closes and closes - opening < _margin(request, policy):
        return window.next_opening(closes)
    return opening
