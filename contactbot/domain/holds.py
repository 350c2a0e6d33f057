"""What lifting a hold means, kind by kind: what must be decided, and who may ring afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import ContactFacts
from contactbot.domain.intake import HoldReason
from contactbot.domain.planning import CaseFacts, Plan, Route, plan_first
from contactbot.domain.policy import Policy
from contactbot.domain.referral import ReferralState


class Choice(StrEnum):
    """What a supervisor may find; each says what becomes of the numbers."""

    GO_ON = "go_on"  # no number is in question
    NUMBER_RIGHT = "number_right"  # the person’s own, or safe to reach them at
    NUMBER_WRONG = "number_wrong"  # never used again for this person
    STOP_STANDS = "stop_stands"  # it was the person’s own wish: never contact them
    STOP_NOT_THEIRS = "stop_not_theirs"  # somebody else’s: that number stays out of bounds


@dataclass(frozen=True, slots=True)
class HoldRule:
    """`choices` to lift it by, the first the most usual; none = never by hand.

    `careful`: what was known to be safe is so no more, so the machine never rings again by itself
    and a caller only after a supervisor’s release.
    """

    choices: tuple[Choice, ...]
    careful: bool = True


_NUMBER: Final = (Choice.NUMBER_RIGHT, Choice.NUMBER_WRONG)
_STOP: Final = (Choice.STOP_STANDS, Choice.STOP_NOT_THEIRS)
_GO_ON: Final = (Choice.GO_ON,)

# What nobody has a rule for is lifted with care.
UNHEARD_OF: Final = HoldRule(_NUMBER)
RULES: Final[Mapping[str, HoldRule]] = MappingProxyType(
    {
        HoldReason.SHARED_NUMBER: HoldRule(_NUMBER, careful=False),
        HoldReason.SUSPECT_NUMBER: HoldRule(_NUMBER),
        HoldReason.ALSO_SUSPECT: HoldRule(_NUMBER),
        HoldReason.BUSINESS_WITHOUT_CONTACT: HoldRule(_GO_ON, careful=False),
        HoldReason.IN_CUSTODY: HoldRule(_GO_ON, careful=False),
        HoldReason.CONTRADICTING_ROWS: HoldRule(_GO_ON, careful=False),
        "contacted_by_other_team": HoldRule(_GO_ON, careful=False),
        "second_call_seen": HoldRule(_GO_ON, careful=False),
        "second_text_seen": HoldRule(_GO_ON, careful=False),
        "case_unreadable": HoldRule(_GO_ON, careful=False),
        Disposition.ERROR: HoldRule(_GO_ON, careful=False),
        Disposition.UNKNOWN: HoldRule(_GO_ON, careful=False),
        Disposition.WRONG_CODE: HoldRule(_NUMBER),
        "not_alone_by_hand": HoldRule(_NUMBER),
        Disposition.THIRD_PARTY_ANSWERED: HoldRule(_NUMBER),
        "opted_out_by_ring_back": HoldRule(_STOP),
        "text_optout": HoldRule(_STOP),
        "text_emergency": HoldRule(_NUMBER),
        "text_distress": HoldRule(_NUMBER),
        "text_not_safe": HoldRule(_NUMBER),
        "text_third_party": HoldRule(_NUMBER),
        "text_wrong_number": HoldRule(_NUMBER),
        "text_unclear": HoldRule(_NUMBER),
    }
)

# Kinds in which somebody may be in danger come first wherever holds are listed.
DANGER_FIRST: Final = (
    "text_emergency",
    "text_not_safe",
    "text_distress",
    "not_alone_by_hand",
    str(Disposition.THIRD_PARTY_ANSWERED),
    "text_third_party",
    "text_optout",
    "opted_out_by_ring_back",
    str(HoldReason.SUSPECT_NUMBER),
    str(HoldReason.ALSO_SUSPECT),
)


def rule_of(reason: str) -> HoldRule:
    """The rule for this kind of hold."""
    return RULES.get(reason, UNHEARD_OF)


def order_of_kind(reason: str) -> tuple[int, str]:
    """Where a kind stands in a list of kinds."""
    place = DANGER_FIRST.index(reason) if reason in DANGER_FIRST else len(DANGER_FIRST)
    return place, reason


def choices_for(reason: str, *, has_other_number: bool) -> tuple[Choice, ...]:
    """The choices that can be made now.

    Only the person can take a stop back. Where it was somebody else’s it holds for the number it
    came from, so lifting needs another number; without one the hold stays.
    """
    return tuple(
        choice
        for choice in rule_of(reason).choices
        if choice is not Choice.STOP_NOT_THEIRS or has_other_number
    )


def plan_after_hold(facts: ContactFacts, case: CaseFacts, policy: Policy) -> Plan:
    """Where a referral goes once a hold is lifted: by the rules for any other, and never further.

    Somebody we had been in touch with goes back to the callers: the machine would begin again
    with who we are.
    """
    plan = plan_first(facts, case, policy)
    stopped = plan.state in {ReferralState.HELD, ReferralState.SUPPRESSED}
    if case.first_contact_at is None or stopped:
        return plan
    barred = plan.route is Route.NONE and bool(plan.reasons)
    route = Route.NONE if barred else Route.CALLER
    return replace(plan, route=route, state=ReferralState.CONTACTED, due_at=None)


def sorted_kinds(reasons: Iterable[str]) -> list[str]:
    """Kinds of hold, danger first."""
    return sorted(reasons, key=order_of_kind)
