"""Which texts out of the blue a person must see first, and what has been done by itself."""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Final

from contactbot.domain.reply_words import Effect, Meaning


class Urgency(IntEnum):
    """How soon a person must look; the lower, the sooner."""

    NOW = 0  # somebody may be in danger at this moment
    SOON = 1  # contact is stopped and only a person can say what it means
    LATER = 2  # nothing depends on it


# The order in which texts are shown; within a meaning the oldest first.
_ORDER: Final[Mapping[str, tuple[Urgency, int]]] = MappingProxyType(
    {
        Meaning.EMERGENCY: (Urgency.NOW, 0),
        Meaning.NOT_SAFE: (Urgency.NOW, 1),
        Meaning.DISTRESS: (Urgency.NOW, 2),
        Meaning.THIRD_PARTY: (Urgency.SOON, 0),
        Meaning.OPTOUT: (Urgency.SOON, 1),
        Meaning.WRONG_NUMBER: (Urgency.SOON, 3),
        Meaning.CALLBACK: (Urgency.LATER, 0),
        Meaning.COMPLAINT: (Urgency.SOON, 4),
        Meaning.HELP: (Urgency.LATER, 0),
        Meaning.WHO_IS_THIS: (Urgency.LATER, 0),
        Meaning.OPTIN: (Urgency.LATER, 0),
    }
)
_HELD_UNCLEAR: Final = (Urgency.SOON, 2)
_UNCLEAR: Final = (Urgency.LATER, 0)
# A meaning nobody has a rule for may be the worst one.
_UNHEARD_OF: Final = (Urgency.NOW, 3)


def order_of(meaning: str, effect: str) -> tuple[Urgency, int]:
    """Where a text stands in the list; what cannot be judged stands with danger."""
    if meaning == Meaning.UNCLEAR:
        return _UNCLEAR if effect == Effect.FLAG else _HELD_UNCLEAR
    return _ORDER.get(meaning, _UNHEARD_OF)


def urgency_of(meaning: str, effect: str) -> Urgency:
    """How soon a person must look at a text."""
    return order_of(meaning, effect)[0]


class Done(StrEnum):
    """What was done by itself the moment the text came."""

    NUMBER_STOPPED = "number_stopped"  # nobody rings or texts that number again
    ALL_HELD = "all_held"  # whatever waited or rang was stopped, for everybody with that number
    NOBODY_KNOWN = "nobody_known"  # nobody here has the number
    NOTHING = "nothing"


def done_about(effect: str, *, known: bool) -> tuple[Done, ...]:
    """What was done; `known` = somebody here has the number it came from."""
    done = {Effect.STOP: (Done.NUMBER_STOPPED, Done.ALL_HELD), Effect.FLAG: ()}
    # Without an owner there was nobody to hold; the number itself is stopped all the same.
    found = done.get(Effect(effect), (Done.ALL_HELD,)) if effect in set(Effect) else ()
    if known:
        return found or (Done.NOTHING,)
    return (*(each for each in found if each is Done.NUMBER_STOPPED), Done.NOBODY_KNOWN)
