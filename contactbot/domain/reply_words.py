"""What follows from a text that came out of the blue: only ever more safety."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Meaning(StrEnum):
    """What was said; the first ones outrank the later ones."""

    EMERGENCY = "emergency"  # danger now
    DISTRESS = "distress"  # needs a person soon
    NOT_SAFE = "not_safe"  # cannot speak freely
    THIRD_PARTY = "third_party"  # somebody else has the telephone
    OPTOUT = "optout"  # stop contacting
    WRONG_NUMBER = "wrong_number"
    COMPLAINT = "complaint"
    CALLBACK = "callback"  # another time
    OPTIN = "optin"
    WHO_IS_THIS = "who_is_this"
    HELP = "help"
    UNCLEAR = "unclear"


class Effect(StrEnum):
    """What follows; each can only make contact safer."""

    STOP = "stop"  # never contact again, by any channel
    HOLD = "hold"  # nothing more until a supervisor has decided
    FLAG = "flag"  # a person reads it


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as understood."""

    meaning: Meaning
    effect: Effect


_EFFECTS: Final[Mapping[Meaning, Effect]] = MappingProxyType(
    {
        Meaning.EMERGENCY: Effect.HOLD,
        Meaning.DISTRESS: Effect.HOLD,
        Meaning.NOT_SAFE: Effect.HOLD,
        Meaning.THIRD_PARTY: Effect.HOLD,
        Meaning.WRONG_NUMBER: Effect.HOLD,
        Meaning.OPTOUT: Effect.STOP,
    }
)


def reading(meaning: str, *, about_stopping: bool) -> Reading:
    """The effect of a meaning; words about stopping that may mean the opposite hold all contact.

    A meaning that no uninvited text can have is unclear.
    """
    if meaning not in set(Meaning):
        return Reading(Meaning.UNCLEAR, Effect.FLAG)
    known = Meaning(meaning)
    if known is Meaning.UNCLEAR and about_stopping:
        return Reading(known, Effect.HOLD)
    return Reading(known, _EFFECTS.get(known, Effect.FLAG))
