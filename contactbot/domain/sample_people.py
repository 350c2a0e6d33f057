"""Pretended people: names, homes and numbers, some shared by a household, some spelt two ways.

A pretended person’s number lies in a block that no operator was ever given. Its last three digits
say how the person behaves on the pretended phone network: the first of them the language (0 and 1
Welsh, the rest English), the other two the behaviour. The contact code on the person’s card follows
from the number, so that both ends know it without telling each other.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from contactbot.domain.names import fold
from contactbot.domain.referral import Language
from contactbot.domain.sample_names import (
    AREAS,
    COMMON_FAMILY_NAMES,
    FAMILY_NAMES,
    GIVEN_NAMES,
    STREETS,
)

# Put together here, so that no whole number of the block is written anywhere.
PRETEND_BLOCK: Final = "+" + "44" + "4"
_WELSH_DIGITS: Final = "01"
_ENGLISH_DIGITS: Final = "23456789"
# Any step that shares no factor with a million visits every number of six digits once.
_STEP: Final = 387_421


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """One pretended person; `number` is E.164 or blank."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    date_of_birth: date | None = field(repr=False)
    address: str = field(repr=False)
    postcode: str = field(repr=False)
    area: str
    number: str = field(repr=False)
    language: Language | None


class People:
    """Makes people one after the other; the same seed makes the same people."""

    def __init__(self, random: Random, today: date) -> None:
        self._random = random
        self._today = today
        self._made = random.randrange(1_000_000)

    def stranger(self) -> SamplePerson:
        """Somebody new, at an address and with a number of their own."""
        random = self._random
        language = random.choices((Language.CY, Language.EN, None), (12, 60, 28))[0]
        letters = "".join(random.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return SamplePerson(
            given_name=random.choice(GIVEN_NAMES),
            family_name=self._family_name(),
            date_of_birth=self._birth() if random.random() < 0.93 else None,
            address=f"{random.randint(1, 180)} {random.choice(STREETS)}",
            # A postcode district that does not exist.
            postcode=f"NP99 {random.randint(1, 9)}{letters}",
            area=random.choice(AREAS),
            number="" if random.random() < 0.04 else self.number(language),
            language=language,
        )

    def housemate(self, of: SamplePerson, *, same_number: bool) -> SamplePerson:
        """Somebody of the same household: same home and surname, sometimes the same number."""
        own = self.number(of.language)
        return replace(
            of,
            given_name=self._random.choice(GIVEN_NAMES),
            date_of_birth=self._birth(),
            number=of.number if same_number else own,
        )

    def number(self, language: Language | None) -> str:
        """A number nobody has been given yet, whose owner speaks the language."""
        self._made = (self._made + _STEP) % 1_000_000
        digits = {Language.CY: _WELSH_DIGITS, Language.EN: _ENGLISH_DIGITS}
        speaks = self._random.choice(
            digits[language] if language else _WELSH_DIGITS + _ENGLISH_DIGITS
        )
        return f"{PRETEND_BLOCK}{self._made:06d}{speaks}{self._random.randrange(100):02d}"

    def _family_name(self) -> str:
        random = self._random
        return random.choice(COMMON_FAMILY_NAMES if random.random() < 0.6 else FAMILY_NAMES)

    def _birth(self) -> date:
        youngest = 8 if self._random.random() < 0.03 else 18
        years = self._random.triangular(youngest, 96, 34)
        return self._today - timedelta(days=int(years * 365.25) + 3)


def contact_code(number: str) -> str:
    """The four digits on the card of whoever holds this number."""
    return str(1000 + int(number[-6:]) * 7919 % 9000)


def respelt(person: SamplePerson) -> SamplePerson:
    """The same person as another clerk would write the name: no accents, no capitals."""
    return replace(
        person, given_name=fold(person.given_name).title(), family_name=person.family_name.upper()
    )


def misspelt(person: SamplePerson) -> SamplePerson:
    """The same person with a letter of the surname doubled, which no rule takes for certain."""
    name = person.family_name
    return replace(person, family_name=name + name[-1])


def slip(number: str, random: Random) -> str:
    """The number with one digit other than its last three changed."""
    place = random.randrange(5, len(number) - 3)
    changed = str((int(number[place]) + random.randint(1, 9)) % 10)
    return number[:place] + changed + number[place + 1 :]


def written(number: str, random: Random) -> str:
    """The number in one of the ways in which clerks and spreadsheets write it."""
    national = number.removeprefix("+44")
    ways = (
        number,
        f"0{national}",
        f"0{national[:4]} {national[4:]}",
        f"+44 (0){national[:4]} {national[4:7]} {national[7:]}",
        f"0044{national}",
        national,
        f"0{national[:4]}-{national[4:]}",
    )
    return random.choice(ways) if number else ""
