"""Whether two referrals speak of one person: certainly, perhaps, or not.

Wrongly making two people one tells a stranger, maybe the offender, about a victim; so only number,
birth date and surname together are certain, and everything less is a suggestion for a human.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from contactbot.domain.names import fold, fold_home
from contactbot.domain.person import PersonDetails


@dataclass(frozen=True, slots=True)
class Marks:
    """What persons are compared by; numbers are E.164."""

    surname_birth: str | None = field(default=None, repr=False)
    names: str | None = field(default=None, repr=False)
    birth: str | None = field(default=None, repr=False)
    home: str | None = field(default=None, repr=False)
    numbers: frozenset[str] = field(default=frozenset(), repr=False)


class Likeness(StrEnum):
    """What two persons have in common."""

    NAMES = "names"
    BIRTH_DATE = "birth_date"
    NUMBER = "number"
    HOME = "home"


def marks_of(person: PersonDetails, numbers: Iterable[str]) -> Marks:
    """The marks of a person; what nobody told makes no mark."""
    given, family = fold(person.given_name), fold(person.family_name)
    birth = person.date_of_birth.isoformat() if person.date_of_birth else None
    return Marks(
        surname_birth=f"{family} {birth}" if family and birth else None,
        names=f"{given}|{family}" if given and family else None,
        birth=birth,
        home=fold_home(person.address, person.postcode),
        numbers=frozenset(numbers),
    )


def is_same_person(one: Marks, other: Marks) -> bool:
    """Equal number, birth date and folded surname."""
    return _equal(one.surname_birth, other.surname_birth) and bool(one.numbers & other.numbers)


def likeness(one: Marks, other: Marks) -> tuple[Likeness, ...]:
    """What the two have in common where that is two things or more; else nothing."""
    common = (
        (Likeness.NAMES, _equal(one.names, other.names)),
        (Likeness.BIRTH_DATE, _equal(one.birth, other.birth)),
        (Likeness.NUMBER, bool(one.numbers & other.numbers)),
        (Likeness.HOME, _equal(one.home, other.home)),
    )
    alike = tuple(what for what, equal in common if equal)
    return alike if len(alike) >= 2 else ()


def _equal(one: str | None, other: str | None) -> bool:
    return one is not None and one == other
