"""One row of a referral file: read whole, or refused with every fault it has.

The columns and their values are those of the published file format. A wrong word is a fault, since
a guess could ring somebody; only unknown flags are kept, and then protect the victim.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

from contactbot.domain.calendar import WeeklyHours, parse_hours
from contactbot.domain.cells import (
    CellFault,
    RowFault,
    clean,
    read_date,
    read_moment,
    read_name,
    read_note,
    read_text,
    read_word,
)
from contactbot.domain.phone import PhoneFault, PhoneNumber, parse_phone
from contactbot.domain.referral import (
    CaseState,
    CrimeGroup,
    Flag,
    Language,
    OffenderKnown,
    OfficerView,
    Permission,
    Risk,
    Source,
)

NO_FLAGS: Final = "none"


@dataclass(frozen=True, slots=True)
class Flags:
    """What the source marked; `assessed` is false for a blank cell."""

    known: frozenset[Flag] = frozenset()
    assessed: bool = False
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenPhone:
    """A number as the source wrote it and as the network dials it."""

    as_given: str = field(repr=False)
    number: PhoneNumber


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One referral as its source gave it; `None` and empty texts are blank cells."""

    reference: str
    source_system: str
    source: Source
    crime_group: CrimeGroup
    referred_at: datetime
    flags: Flags = Flags()
    reported_on: date | None = None
    offence_code: str = ""
    area: str = ""
    given_name: str = field(default="", repr=False)
    family_name: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    address: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    phone: GivenPhone | None = None
    phone_2: GivenPhone | None = None
    suspect_phone: GivenPhone | None = None
    offender_known: OffenderKnown = OffenderKnown.BLANK
    contact_code: str = field(default="", repr=False)
    language: Language | None = None
    safe_call: Permission = Permission.BLANK
    safe_text: Permission = Permission.BLANK
    safe_voicemail: Permission = Permission.BLANK
    safe_hours: WeeklyHours | None = None
    safe_confirmed_on: date | None = None
    risk: Risk | None = None
    support_declined: bool = False
    officer_view: OfficerView | None = None
    officer_reason: str = field(default="", repr=False)
    case_state: CaseState | None = None
    victim_informed_on: date | None = None
    gender: str = field(default="", repr=False)
    ethnicity: str = field(default="", repr=False)
    sexual_orientation: str = field(default="", repr=False)
    disability: str = field(default="", repr=False)
    notes: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a row depends on besides the row: the time, and whether calling is pretended."""

    now: datetime
    allow_pretend: bool


_BLANK: Final = ("The cell is blank.", "Every row needs a value in this column.")
Reader = Callable[[str, Reading], object]


def read_row(cells: Mapping[str, str], reading: Reading) -> ReferralRow | tuple[RowFault, ...]:
    """Read a row given by column name; unknown columns are ignored, missing ones are blank.

    Returns the row, or all its faults in the order of the columns.
    """
    values: dict[str, Any] = {}
    faults: dict[str, RowFault] = {}
    for column, given in cells.items():
        read = COLUMNS.get(column) if given else None
        if read is None:
            continue
        try:
            text = given.strip() if column in _PHONES else clean(given)
            if text:
                values[column] = read(text, reading)
        except (CellFault, PhoneFault) as fault:
            faults[column] = RowFault(column, given, fault.message, fault.remedy)
    for column in MUST_HAVE_VALUE:
        if column not in values and column not in faults:
            faults[column] = RowFault(column, cells.get(column, ""), *_BLANK)
    if faults:
        return tuple(faults[column] for column in COLUMNS if column in faults)
    return ReferralRow(**values)


def _text(limit: int) -> Reader:
    return lambda text, _: read_text(text, limit)


def _note(limit: int) -> Reader:
    return lambda text, _: read_note(text, limit)


def _name(text: str, _: Reading) -> str:
    return read_name(text, 200)


def _word(words: Any, *, blank: Any = None) -> Reader:
    @lru_cache(maxsize=64)
    def read(text: str) -> Any:
        return read_word(text, words, blank=blank)

    return lambda text, _: read(text)


def _past_date(text: str, reading: Reading, *, years: int) -> date:
    """A day up to tomorrow, since a source’s clock may be a little ahead."""
    earliest, latest = _bounds(reading.now.date(), years)
    return read_date(text, earliest=earliest, latest=latest)


@lru_cache(maxsize=64)
def _bounds(today: date, years: int) -> tuple[date, date]:
    latest = today + timedelta(days=1)
    return date(latest.year - years, 1, 1), latest


def _referred_at(text: str, reading: Reading) -> datetime:
    return read_moment(text, latest=reading.now + timedelta(days=1))


def _phone(text: str, reading: Reading) -> GivenPhone:
    return GivenPhone(text, parse_phone(text, allow_pretend=reading.allow_pretend))


def _flags(text: str, _: Reading) -> Flags:
    return _flags_of(text)


@lru_cache(maxsize=1024)
def _flags_of(text: str) -> Flags:
    words = [word.strip().casefold() for word in text.split(";") if word.strip()]
    if words == [NO_FLAGS]:
        return Flags(assessed=True)
    known = frozenset(Flag(word) for word in words if word in Flag.__members__.values())
    unknown = tuple(read_note(word, 100) for word in words if word not in known)
    return Flags(known, assessed=bool(words), unknown=unknown)


def _contact_code(text: str, _: Reading) -> str:
    if len(text) == 4 and text.isascii() and text.isdigit() and text[0] != "0":
        return text
    raise CellFault(
        "A contact code is four digits from 1000 to 9999.",
        "Copy it from the card the person was given, or leave it blank.",
    )


def _hours(text: str, _: Reading) -> WeeklyHours:
    try:
        return parse_hours(text)
    except ValueError:
        raise CellFault(
            "These hours cannot be read in only one way.",
            "Write them like: mon-fri 09:00-12:00; sat 10:00-12:00.",
        ) from None


def _declined(text: str, _: Reading) -> bool:
    words = {"yes": True, "no": False}
    if text.casefold() not in words:
        raise CellFault("This word is not one of the column’s.", "Use yes, no, or leave it blank.")
    return words[text.casefold()]


def _email(text: str, _: Reading) -> str:
    name, at, host = text.rpartition("@")
    if not name or not at or "." not in host or any(c.isspace() or c in ",;" for c in text):
        raise CellFault("This is not one e-mail address.", "Give one address or leave it blank.")
    return read_text(text, 320)


COLUMNS: Final[Mapping[str, Reader]] = MappingProxyType(
    {
        "reference": _text(100),
        "source_system": _text(50),
        "source": _word(Source),
        "crime_group": _word(CrimeGroup),
        "flags": _flags,
        "referred_at": _referred_at,
        "reported_on": partial(_past_date, years=110),
        "offence_code": _text(50),
        "area": _text(100),
        "given_name": _name,
        "family_name": _name,
        "date_of_birth": partial(_past_date, years=125),
        "address": _text(500),
        "postcode": _text(20),
        "email": _email,
        "phone": _phone,
        "phone_2": _phone,
        "suspect_phone": _phone,
        "offender_known": _word(OffenderKnown, blank=OffenderKnown.BLANK),
        "contact_code": _contact_code,
        "language": _word(Language),
        "safe_call": _word(Permission, blank=Permission.BLANK),
        "safe_text": _word(Permission, blank=Permission.BLANK),
        "safe_voicemail": _word(Permission, blank=Permission.BLANK),
        "safe_hours": _hours,
        "safe_confirmed_on": partial(_past_date, years=10),
        "risk": _word(Risk),
        "support_declined": _declined,
        "officer_view": _word(OfficerView),
        "officer_reason": _note(2_000),
        "case_state": _word(CaseState),
        "victim_informed_on": partial(_past_date, years=30),
        "gender": _text(100),
        "ethnicity": _text(100),
        "sexual_orientation": _text(100),
        "disability": _text(200),
        "notes": _note(10_000),
    }
)
"""Every known column and how its cells are read, in the order in which files are written."""

REQUIRED_COLUMNS: Final = tuple(COLUMNS)[:6]
MUST_HAVE_VALUE: Final = frozenset(REQUIRED_COLUMNS) - {"flags"}
_PHONES: Final = frozenset({"phone", "phone_2", "suspect_phone"})
