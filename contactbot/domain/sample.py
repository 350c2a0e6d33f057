"""A sample referral file: the published mix of crimes and sources, as blank as real feeds.

Crimes and sources are those of the office’s yearly report of 15,061 referrals; that many rows have
exactly its counts, and any other number of rows has them in proportion.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Final, TypeVar

from contactbot.domain.referral import CrimeGroup, Flag, Permission, Source
from contactbot.domain.referral_row import COLUMNS, NO_FLAGS
from contactbot.domain.sample_names import (
    BURGLARIES,
    COMPANIES,
    ETHNICITIES,
    GENDERS,
    NOTES,
    OFFENCE_CODES,
    ORIENTATIONS,
    UNKNOWN_FLAGS,
)
from contactbot.domain.sample_people import (
    People,
    SamplePerson,
    contact_code,
    misspelt,
    respelt,
    slip,
    written,
)

Kind = TypeVar("Kind")

REPORTED_CRIMES: Final[Mapping[CrimeGroup, int]] = MappingProxyType(
    {
        CrimeGroup.VIOLENCE: 5_285,
        CrimeGroup.CRIMINAL_DAMAGE_ARSON: 2_916,
        CrimeGroup.THEFT: 2_353,
        CrimeGroup.PUBLIC_ORDER: 1_877,
        CrimeGroup.BURGLARY: 1_193,
        CrimeGroup.MISC_SOCIETY: 782,
        CrimeGroup.SEXUAL: 304,
        CrimeGroup.OTHER: 177,
        CrimeGroup.ROBBERY: 124,
        CrimeGroup.UNKNOWN: 43,
        CrimeGroup.WEAPONS: 6,
        CrimeGroup.DRUGS: 1,
    }
)
REPORTED_SOURCES: Final[Mapping[Source, int]] = MappingProxyType(
    {
        Source.HOME_FORCE: 13_352,
        Source.OTHER_FORCE: 1_150,
        Source.SELF: 244,
        Source.OTHER_AGENCY: 315,
    }
)
LAST_MOMENT: Final = datetime(2026, 3, 23, 9, 0, tzinfo=UTC)
"""A Monday at nine in winter time: every sample referral came in during the three weeks before."""

_SYSTEMS: Final = {Source.HOME_FORCE: "niche", Source.OTHER_FORCE: "athena", Source.SELF: "manual"}
_CONFRONTING: Final = frozenset({CrimeGroup.VIOLENCE, CrimeGroup.PUBLIC_ORDER, CrimeGroup.SEXUAL})
_RARE_FLAGS: Final = tuple(
    flag for flag in Flag if flag not in {Flag.DOMESTIC_ABUSE, Flag.SEXUAL, Flag.DECEASED}
)
_HOURS: Final = ("mon-fri 09:00-12:00", "mon-fri 17:00-20:00; sat 10:00-12:00", "tue 13:00-16:30")


def proportional(counts: Mapping[Kind, int], total: int) -> dict[Kind, int]:
    """Share out `total` in proportion to `counts`, by largest remainder; exact for their sum."""
    whole = sum(counts.values())
    shares = {kind: divmod(count * total, whole) for kind, count in counts.items()}
    given = {kind: share for kind, (share, _) in shares.items()}
    by_remainder = sorted(shares, key=lambda kind: -shares[kind][1])
    for kind in by_remainder[: total - sum(given.values())]:
        given[kind] += 1
    return given


def sample_rows(count: int, random: Random) -> Iterator[dict[str, str]]:
    """Rows by column name, every one acceptable while calling is pretended."""
    crimes = _shuffled(proportional(REPORTED_CRIMES, count), random)
    sources = _shuffled(proportional(REPORTED_SOURCES, count), random)
    people = People(random, LAST_MOMENT.date())
    before: list[SamplePerson] = []
    for index, (crime, source) in enumerate(zip(crimes, sources, strict=True)):
        person = _next_person(people, before, random)
        before = [*before[-199:], person]
        row = _row(index, person, crime, source, random)
        if person.number and random.random() < 0.03:
            row["phone_2"] = written(people.number(person.language), random)
        yield row


def _shuffled(counts: Mapping[Kind, int], random: Random) -> list[Kind]:
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    random.shuffle(kinds)
    return kinds


def _next_person(people: People, before: list[SamplePerson], random: Random) -> SamplePerson:
    """Mostly somebody new; sometimes a housemate, or somebody who was referred before."""
    chance = random.random()
    if not before or chance > 0.10:
        return people.stranger()
    known = random.choice(before)
    if chance > 0.04:
        return people.housemate(known, same_number=chance > 0.085)
    return respelt(known) if chance > 0.004 else misspelt(known)


def _row(
    index: int, person: SamplePerson, crime: CrimeGroup, source: Source, random: Random
) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    row |= {
        "reference": f"{source.value[:2].upper()}{index + 1:06d}",
        "source_system": _SYSTEMS.get(source, "partner"),
        "source": source.value,
        "crime_group": crime.value,
        "flags": _flags(crime, random),
        "offence_code": _offence(crime, random),
        "offender_known": _offender_known(crime, random),
        "risk": random.choices(("", "green", "amber", "red"), (82, 10, 6, 2))[0],
    }
    row |= _times(random) | _who(person, random) | _safe_contact(random) | _rest(random)
    row |= _suspect(person, random)
    if Flag.BUSINESS in row["flags"].split(";") and random.random() < 0.5:
        row |= {"given_name": "", "family_name": random.choice(COMPANIES), "date_of_birth": ""}
    return row


def _flags(crime: CrimeGroup, random: Random) -> str:
    chance = random.random()
    if chance < 0.15:
        return ""
    if chance < 0.153:
        return random.choice(UNKNOWN_FLAGS)
    flags: list[Flag] = []
    if crime in _CONFRONTING and random.random() < 0.18:
        flags.append(Flag.DOMESTIC_ABUSE)
    if crime is CrimeGroup.SEXUAL and random.random() < 0.9:
        flags.append(Flag.SEXUAL)
    if random.random() < 0.10:
        flags.append(random.choice(_RARE_FLAGS))
    if random.random() < 0.004:
        flags.append(Flag.DECEASED)
    return ";".join(dict.fromkeys(flags)) or NO_FLAGS


def _offence(crime: CrimeGroup, random: Random) -> str:
    return random.choice(BURGLARIES if crime is CrimeGroup.BURGLARY else OFFENCE_CODES)


def _offender_known(crime: CrimeGroup, random: Random) -> str:
    known = (30, 52, 18) if crime in _CONFRONTING else (8, 78, 14)
    return random.choices(("yes", "no", ""), known)[0]


def _times(random: Random) -> dict[str, str]:
    """Most referrals are days old, a few weeks."""
    age = timedelta(minutes=int(21 * 24 * 60 * random.random() ** 3))
    moment = LAST_MOMENT - age
    ways = (f"{moment:%Y-%m-%dT%H:%M:%S}", f"{moment:%Y-%m-%dT%H:%M}Z", f"{moment:%d/%m/%Y %H:%M}")
    reported = moment - timedelta(days=random.randint(0, 6))
    return {
        "referred_at": random.choices(ways, (6, 2, 2))[0],
        "reported_on": f"{reported:%Y-%m-%d}" if random.random() < 0.8 else "",
    }


def _who(person: SamplePerson, random: Random) -> dict[str, str]:
    born = person.date_of_birth
    card = person.number and random.random() < 0.5
    email = f"sample{random.randrange(10**6)}@example.org" if random.random() < 0.2 else ""
    return {
        "area": person.area,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "date_of_birth": born.strftime(random.choice(("%Y-%m-%d", "%d/%m/%Y"))) if born else "",
        "address": person.address,
        "postcode": person.postcode,
        "email": email,
        "phone": written(person.number, random),
        "contact_code": contact_code(person.number) if card else "",
        "language": person.language or "",
    }


def _safe_contact(random: Random) -> dict[str, str]:
    """Mostly blank; whoever said yes often gave hours, and the day it was confirmed."""

    def said(yes: int, no: int) -> str:
        return random.choices((Permission.YES, Permission.NO, ""), (yes, no, 100 - yes - no))[0]

    call = said(12, 5)
    gave_hours = call == Permission.YES and random.random() < 0.4
    confirmed = LAST_MOMENT - timedelta(days=random.randint(1, 60))
    gave_day = call == Permission.YES and random.random() < 0.7
    return {
        "safe_call": call,
        "safe_text": said(8, 5),
        "safe_voicemail": said(4, 8),
        "safe_hours": random.choice(_HOURS) if gave_hours else "",
        "safe_confirmed_on": f"{confirmed:%Y-%m-%d}" if gave_day else "",
    }


def _rest(random: Random) -> dict[str, str]:
    def often(chance: float, *values: str) -> str:
        return random.choice(values) if random.random() < chance else ""

    return {
        "support_declined": often(0.05, "yes"),
        "officer_view": often(0.3, "needs_support", "no_need"),
        "officer_reason": often(0.1, "Spoke at the scene.", "Low impact; insured."),
        "case_state": often(0.4, "investigation", "suspect_identified", "no_further_action"),
        "gender": often(0.8, *GENDERS),
        "ethnicity": often(0.6, *ETHNICITIES),
        "sexual_orientation": often(0.2, *ORIENTATIONS),
        "disability": often(0.1, "yes", "no", "hearing loss"),
        "notes": often(0.08, *NOTES),
    }


def _suspect(person: SamplePerson, random: Random) -> dict[str, str]:
    """A suspect’s number in some cases; now and then it is the victim’s own, or a slip from it."""
    chance = random.random()
    if chance > 0.08 or not person.number:
        return {}
    other = f"{person.number[:-9]}{random.randrange(10**9):09d}"
    number = other
    if chance < 0.003:
        number = slip(person.number, random) if chance < 0.002 else person.number
    return {"suspect_phone": written(number, random)}
