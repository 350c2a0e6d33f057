"""What a source tells of the person a referral is about, and how two tellings come together."""

from dataclasses import dataclass, field, fields, replace
from datetime import date

from contactbot.domain.referral import Language
from contactbot.domain.referral_row import GivenPhone, ReferralRow


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """A person as sources describe them; empty texts and `None` are what nobody told."""

    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    address: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    gender: str = field(default="", repr=False)
    ethnicity: str = field(default="", repr=False)
    sexual_orientation: str = field(default="", repr=False)
    disability: str = field(default="", repr=False)
    language: Language | None = None


_NAMES = tuple(detail.name for detail in fields(PersonDetails))


def details_of(row: ReferralRow) -> PersonDetails:
    """What this row tells of its person."""
    return PersonDetails(
        row.given_name,
        row.family_name,
        row.date_of_birth,
        row.address,
        row.postcode,
        row.email,
        row.gender,
        row.ethnicity,
        row.sexual_orientation,
        row.disability,
        row.language,
    )


def phones_of(row: ReferralRow) -> tuple[GivenPhone, ...]:
    """The person’s numbers in the order given, each once."""
    if row.phone_2 is None:
        return () if row.phone is None else (row.phone,)
    phones = {phone.number.e164: phone for phone in (row.phone_2, row.phone) if phone}
    return tuple(reversed(phones.values()))


def with_news(known: PersonDetails, told: PersonDetails) -> PersonDetails:
    """What is told now replaces what was known; a blank cell takes nothing away."""
    news = {name: getattr(told, name) for name in _NAMES if getattr(told, name)}
    return replace(known, **news)
