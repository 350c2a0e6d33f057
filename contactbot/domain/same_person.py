"""Whether two referrals speak of one person: certainly, perhaps, or not.

Wrongly making two people one tells a stranger, maybe the offender, about a victim; so only number,
birth date and surname together are certain, and everything less is a suggestion for a human.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from contactbot.domain.names import fold, fold_home
from contactbot.domain.referral_row import ReferralRow

Mark = TypeVar("Mark", str, bytes)


@dataclass(frozen=True, slots=True)
class Marks(Generic[Mark]):
    """What persons are compared by: plain texts, or the keyed indexes of those texts."""

    surname_birth: Mark | None = field(default=None, repr=False)
    names: Mark | None = field(default=None, repr=False)
    birth: Mark | None = field(default=None, repr=False)
    home: Mark | None = field(default=None, repr=False)
    numbers: frozenset[Mark] = field(default=frozenset(), repr=False)


class Likeness(StrEnum):
    """What two persons have in common."""

    NAMES = "names"
    BIRTH_DATE = "birth_date"
    NUMBER = "number"
    HOME = "home"


def marks_of(row: ReferralRow) -> Marks[str]:
    """The marks of the person a row speaks of; a blank cell makes no mark."""
    given, family = fold(row.given_name), fold(row.family_name)
    birth = row.date_of_birth.isoformat() if row.date_of_birth else None
    numbers = [phone.number.e164 for phone in (row.phone, row.phone_2) if phone]
    return Marks(
        surname_birth=f"{family} {birth}" if family and birth else None,
        names=f"{given}|{family}" if given and family else None,
        birth=birth,
        home=fold_home(row.address, row.postcode),
        numbers=frozenset(numbers),
    )


def is_same_person(one: Marks[Mark], other: Marks[Mark]) -> bool:
    """Equal number, birth date and folded surname."""
    return _equal(one.surname_birth, other.surname_birth) and bool(one.numbers & other.numbers)


def likeness(one: Marks[Mark], other: Marks[Mark]) -> tuple[Likeness, ...]:
    """What the two have in common where that is two things or more; else nothing."""
    common = (
        (Likeness.NAMES, _equal(one.names, other.names)),
        (Likeness.BIRTH_DATE, _equal(one.birth, other.birth)),
        (Likeness.NUMBER, bool(one.numbers & other.numbers)),
        (Likeness.HOME, _equal(one.home, other.home)),
    )
    alike = tuple(what for what, equal in common if equal)
    return alike if len(alike) >= 2 else ()


def _equal(one: Mark | None, other: Mark | None) -> bool:
    return one is not None and one == other
