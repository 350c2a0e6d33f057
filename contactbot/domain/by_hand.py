"""A call by hand: the rungs a caller climbs, what proves who is there, and how it may end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition
from contactbot.domain.planning import Plan, Route
from contactbot.domain.policy import Policy
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.referral import ReferralState
from contactbot.domain.safety import Tier


class Stage(StrEnum):
    """The rung of the ladder; nothing about the case is shown before the last one."""

    BEFORE_CALL = "before_call"
    IDENTITY = "identity"
    PRIVACY = "privacy"
    CONTENT = "content"


def stage_of(*, attempted: bool, identity: str | None, private: bool) -> Stage:
    """The rung reached: called, then proved who is there, then alone."""
    if not attempted:
        return Stage.BEFORE_CALL
    if not identity:
        return Stage.IDENTITY
    return Stage.CONTENT if private else Stage.PRIVACY


@dataclass(frozen=True, slots=True)
class Proof:
    """What the person said on the line, or what we know of them; "" where nothing."""

    code: str = field(default="", repr=False)
    date_of_birth: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)


BY_CODE, BY_FACTS = "contact_code", "facts"


def proves(said: Proof, codes: Iterable[str], known: Proof, facts: Iterable[str]) -> str | None:
    """How it was proved who is there; None if it was not.

    The code alone is enough; else every fact the policy asks for, none of which we offered. With
    no facts asked for, or one we do not know ourselves, nothing is proved.
    """
    if said.code.strip() and said.code.strip() in set(codes):
        return BY_CODE
    wanted = tuple(facts)
    pairs = [(_folded(getattr(said, name)), _folded(getattr(known, name))) for name in wanted]
    return BY_FACTS if wanted and all(ours and ours == theirs for theirs, ours in pairs) else None


def _folded(text: str) -> str:
    """A date in any usual order of writing, or a postcode without its space."""
    digits = text.replace("/", "-").replace(".", "-").strip()
    parts = digits.split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        first, second, third = (int(part) for part in parts)
        year, month, day = (first, second, third) if first > 31 else (third, second, first)
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            return ""
    return "".join(text.split()).casefold()


def facts_for(tier: str, policy: Policy, *, confirmed: bool) -> tuple[str, ...]:
    """The facts that prove a person without a code.

    A protected person's number must have been confirmed, or released by a supervisor, first.
    """
    if tier == Tier.STANDARD:
        return policy.identity.standard
    return policy.identity.protected if confirmed else ()


# On which rungs each ending may be chosen, and what it says of the line.
_RUNGS: Mapping[Disposition, tuple[Stage, ...]] = MappingProxyType(
    {
        Disposition.NO_ANSWER: (Stage.IDENTITY,),
        Disposition.BUSY: (Stage.IDENTITY,),
        Disposition.FAILED: (Stage.IDENTITY,),
        Disposition.ANSWERED_NO_KEY: (Stage.IDENTITY,),
        Disposition.VOICEMAIL_LEFT: (Stage.IDENTITY,),
        Disposition.HUNG_UP_BEFORE_IDENTITY: (Stage.IDENTITY,),
        Disposition.WRONG_CODE: (Stage.IDENTITY,),
        Disposition.THIRD_PARTY_ANSWERED: (Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT),
        Disposition.NOT_ALONE: (Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT),
        Disposition.HUNG_UP_AFTER_IDENTITY: (Stage.PRIVACY, Stage.CONTENT),
        Disposition.OPTED_IN: (Stage.CONTENT,),
        Disposition.CALL_BACK: (Stage.CONTENT,),
        Disposition.DECLINED: (Stage.CONTENT,),
        Disposition.ASKED_FOR_PERSON: (Stage.CONTENT,),
        Disposition.STOPPED: (Stage.PRIVACY, Stage.CONTENT),
        Disposition.DO_NOT_RING: (Stage.IDENTITY, Stage.PRIVACY, Stage.CONTENT),
    }
)
_LINE: Mapping[Disposition, AttemptState] = MappingProxyType(
    {
        Disposition.NO_ANSWER: AttemptState.NO_ANSWER,
        Disposition.BUSY: AttemptState.BUSY,
        Disposition.FAILED: AttemptState.FAILED,
    }
)
# Whatever was settled, these may still be true of the end of the call.
_ALWAYS = frozenset(
    {Disposition.THIRD_PARTY_ANSWERED, Disposition.NOT_ALONE, Disposition.DO_NOT_RING}
)
# Endings of a talk in which support was neither agreed to nor refused.
_UNSETTLED = frozenset(
    {Disposition.STOPPED, Disposition.HUNG_UP_AFTER_IDENTITY, Disposition.ASKED_FOR_PERSON}
)


@dataclass(frozen=True, slots=True)
class Settled:
    """What a talk has settled so far.

    `voicemail`: the rules allow neutral words to be left on this person's machine.
    `support` is the newest answer about it for this case (`given`, `refused`, or None), `now` the
    answer on this very call; `booked`: a call-back was booked on it; `never`: the person asked on
    it not to be rung again.
    """

    support: str | None = None
    now: str | None = None
    booked: bool = False
    never: bool = False
    voicemail: bool = False


NOTHING_SETTLED = Settled()


def endings(
    stage: Stage, policy: Policy, settled: Settled = NOTHING_SETTLED
) -> tuple[DispositionRow, ...]:
    """The endings a caller may choose on this rung: those the policy allows by hand.

    Whoever has said yes or no has said it: the line lost afterwards does not unsay it. Opting in
    and declining need the answer to have been recorded first.
    """
    return tuple(
        row
        for row in policy.dispositions
        if row.by_hand
        and stage in _RUNGS.get(Disposition(row.name), ())
        and _fits(Disposition(row.name), stage, settled)
    )


def _fits(ending: Disposition, stage: Stage, settled: Settled) -> bool:
    """Whether an ending agrees with what was said."""
    if ending is Disposition.VOICEMAIL_LEFT:
        return settled.voicemail
    if stage is not Stage.CONTENT or ending in _ALWAYS:
        return True
    if settled.never:
        return False
    agreed = settled.support == "given"
    fitting = {
        Disposition.OPTED_IN: agreed and not settled.booked,
        Disposition.CALL_BACK: agreed and settled.booked,
        Disposition.DECLINED: settled.now == "refused",
    }
    return fitting.get(ending, ending in _UNSETTLED and settled.now is None)


def line_after(disposition: Disposition) -> AttemptState:
    """The state of the attempt that ended so."""
    return _LINE.get(disposition, AttemptState.COMPLETED)


# Endings that suspend the number, and the reason for which a supervisor must look.
HELD_FOR: Mapping[Disposition, str] = MappingProxyType(
    {
        Disposition.NOT_ALONE: "not_alone_by_hand",
        Disposition.THIRD_PARTY_ANSWERED: str(Disposition.THIRD_PARTY_ANSWERED),
    }
)


def is_unsafe(disposition: Disposition) -> bool:
    """Whether this ending suspends the number and tells a supervisor at once."""
    return disposition in HELD_FOR


KEPT_STATES = frozenset({ReferralState.CONTACTED, ReferralState.ONGOING})


def stays_with_callers(plan: Plan, row: DispositionRow) -> Plan | None:
    """Somebody we are in touch with and did not reach is rung again by a caller, not given up."""
    unfinished = row.next not in {"final", "hold"}
    if unfinished and plan.route is Route.NONE and plan.state in KEPT_STATES:
        return replace(plan, route=Route.CALLER, reasons=())
    return None
