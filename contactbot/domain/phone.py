"""A phone number as the network dials it, read from any UK writing and never guessed.

libphonenumber decides, with two exceptions of ours: it calls some of Ofcom's drama numbers invalid,
and the block `+44 4…`, which no operator was ever given, is where pretended people live.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType
from rapidfuzz.distance import OSA

from contactbot.domain.uk_numbers import COUNTRY, line_type


class PhoneKind(StrEnum):
    """What sort of line a number is."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    OTHER = "other"
    INTERNATIONAL = "international"
    PRETEND = "pretend"


class PhoneProblem(StrEnum):
    """Why a cell is not a number we may ring; `REMEDIES` says what to do about each."""

    EMPTY = "empty"
    NOT_ONE_NUMBER = "not_one_number"
    SHORTENED = "shortened"
    INCOMPLETE = "incomplete"
    IMPOSSIBLE = "impossible"
    PRETEND = "pretend"
    COSTLY = "costly"


REMEDIES: Final = MappingProxyType(
    {
        PhoneProblem.EMPTY: (
            "The cell holds no digits.",
            "Give one phone number or leave the cell blank.",
        ),
        PhoneProblem.NOT_ONE_NUMBER: (
            "The cell holds something other than one phone number.",
            "Give one number here, put a second in phone_2, and move words to notes.",
        ),
        PhoneProblem.SHORTENED: (
            "A spreadsheet has rounded the number and digits are lost.",
            "Format the column as text and type the number again from the source.",
        ),
        PhoneProblem.INCOMPLETE: (
            "Digits are missing, or the first zero is and the rest could be several numbers.",
            "Type the whole number as text, with its first zero or with + and the country.",
        ),
        PhoneProblem.IMPOSSIBLE: (
            "No telephone has this number.",
            "Check it with the source; a number abroad needs + and the country.",
        ),
        PhoneProblem.PRETEND: (
            "This number belongs to the pretended phone network.",
            "Pretended people cannot be imported while live calling is on.",
        ),
        PhoneProblem.COSTLY: (
            "This is a premium-rate or pager number.",
            "Give the victim’s own number.",
        ),
    }
)
"""Per problem: what is wrong and what to do, in plain words without any digits."""


class PhoneFault(ValueError):
    """A cell that is not a number we may ring; its texts never hold the digits."""

    def __init__(self, problem: PhoneProblem) -> None:
        self.problem = problem
        self.message, self.remedy = REMEDIES[problem]
        super().__init__(self.message)


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """One dialable number: E.164 text, such as `+44…`, and the kind of its line."""

    e164: str = field(repr=False)
    kind: PhoneKind


# Ofcom, "Telephone numbers for drama": mobile, and no particular area.
_DRAMA: Final = re.compile(r"7700900\d{3}|1632960\d{3}")
_PRETEND: Final = re.compile(r"4\d{9}")
# What nearly every cell holds: one British number of ten digits, its first 0 or country before it.
_USUAL_WRITING: Final = re.compile(r"\+?[0-9(][0-9 ()\-]{8,28}")
_PUNCTUATION: Final = str.maketrans("", "", " ()-")
_USUAL: Final = re.compile(r"(?:0|(?:\+|00)?440?)?([1-9]\d{9})")
_WRITING: Final = re.compile(r"\+?[0-9(][0-9 ().\-/]*")
_TWO_NUMBERS: Final = re.compile(r"[/]\s*(?:\+|0\d{3})")
_SPREADSHEET_TEXT: Final = re.compile(r"""^(?:="(.*)"|'(.*))$""", re.DOTALL)
_SCIENTIFIC: Final = re.compile(r"(\d)(?:[.,](\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_DECIMAL: Final = re.compile(r"(\d+)[.,]0")
_LOST_ZERO: Final = re.compile(r"[1-9]\d{9}")
_LOST_PLUS: Final = re.compile(r"44(?:\d{10}|0\d{10})")

_KINDS: Final = MappingProxyType(
    {
        PhoneNumberType.MOBILE: PhoneKind.MOBILE,
        PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    }
)
_COSTLY: Final = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.PAGER})
# Kinds that need no second look; what is missing here is refused, and the library says why.
_AT_ONCE: Final = MappingProxyType(
    {
        line: _KINDS.get(line, PhoneKind.OTHER)
        for line in PhoneNumberType.values()
        if line not in _COSTLY and line != PhoneNumberType.UNKNOWN
    }
)


def parse_phone(text: str, *, allow_pretend: bool) -> PhoneNumber:
    """Read one cell in any UK writing; a number abroad needs `+` or `00`.

    Spreadsheet damage (a lost first 0, `.0`, `4.477…E+11`) is mended only when a single number can
    have been meant. Raises `PhoneFault` with the problem and its remedy.
    """
    return _read_at_once(text, allow_pretend=allow_pretend) or parse_by_library(
        text, allow_pretend=allow_pretend
    )


def parse_by_library(text: str, *, allow_pretend: bool) -> PhoneNumber:
    """The same as `parse_phone`, by libphonenumber alone: the slow way, and the measure of it."""
    number = _parsed(_mended(_plain(text)))
    national = str(number.national_number)
    if number.country_code == COUNTRY and number.italian_leading_zero is None:
        ours = _ours(national, allow_pretend=allow_pretend)
        if ours is not None:
            return PhoneNumber(_e164(number), ours)
    return PhoneNumber(_e164(number), _kind(number))


def numbers_near(a: str, b: str) -> bool:
    """Whether two E.164 numbers are equal, or one slip of a finger apart.

    A slip is one digit changed, added or lost, or two neighbours swapped.
    """
    return bool(OSA.distance(a, b, score_cutoff=1) <= 1)


def _read_at_once(text: str, *, allow_pretend: bool) -> PhoneNumber | None:
    """The number of a cell that leaves nothing to mend; None where the library must look at it."""
    if not _USUAL_WRITING.fullmatch(text):
        return None
    usual = _USUAL.fullmatch(text.translate(_PUNCTUATION))
    if usual is None:
        return None
    national = usual[1]
    kind = _ours(national, allow_pretend=allow_pretend) or _AT_ONCE.get(line_type(national))
    return PhoneNumber(f"+{COUNTRY}{national}", kind) if kind else None


def _ours(national: str, *, allow_pretend: bool) -> PhoneKind | None:
    """The kind of a number that we know better than libphonenumber; None for all others."""
    if _DRAMA.fullmatch(national):
        return PhoneKind.MOBILE if national.startswith("7") else PhoneKind.LANDLINE
    if _PRETEND.fullmatch(national):
        if not allow_pretend:
            raise PhoneFault(PhoneProblem.PRETEND)
        return PhoneKind.PRETEND
    return None


def _plain(text: str) -> str:
    """The cell in plain characters, without what spreadsheets wrap around text."""
    plain = unicodedata.normalize("NFKC", text).strip().removeprefix("tel:").strip()
    plain = re.sub("[\u2010-\u2015\u2212]", "-", plain)
    plain = re.sub("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", plain)
    wrapped = _SPREADSHEET_TEXT.match(plain)
    if wrapped:
        plain = (wrapped[1] or wrapped[2] or "").strip()
    return re.sub(r"\s+", " ", plain)


def _mended(plain: str) -> str:
    """The cell with spreadsheet damage undone, where only one number can have been meant."""
    if not any(character.isdigit() for character in plain):
        raise PhoneFault(PhoneProblem.NOT_ONE_NUMBER if plain else PhoneProblem.EMPTY)
    scientific = _SCIENTIFIC.fullmatch(plain)
    if scientific:
        first, rest, exponent = scientific[1], scientific[2] or "", int(scientific[3])
        if len(rest) != exponent:
            raise PhoneFault(PhoneProblem.SHORTENED)
        plain = first + rest
    decimal = _DECIMAL.fullmatch(plain)
    if decimal:
        plain = decimal[1]
    if not plain.isascii() or not _WRITING.fullmatch(plain) or _TWO_NUMBERS.search(plain):
        raise PhoneFault(PhoneProblem.NOT_ONE_NUMBER)
    return _with_prefix(plain)


def _with_prefix(plain: str) -> str:
    digits = re.sub(r"[ ().\-/]", "", plain)
    if digits.startswith(("+", "0")):
        return plain
    if _LOST_PLUS.fullmatch(digits):
        return "+" + digits
    if _LOST_ZERO.fullmatch(digits):
        return "0" + digits
    # Nine digits could be a short area number or one that lost a digit as well.
    raise PhoneFault(PhoneProblem.INCOMPLETE)


def _parsed(writing: str) -> phonenumbers.PhoneNumber:
    try:
        number = phonenumbers.parse(writing, "GB")
    except NumberParseException:
        raise PhoneFault(PhoneProblem.IMPOSSIBLE) from None
    if number.extension:
        raise PhoneFault(PhoneProblem.NOT_ONE_NUMBER)
    return number


def _kind(number: phonenumbers.PhoneNumber) -> PhoneKind:
    line = phonenumbers.number_type(number)
    if line == PhoneNumberType.UNKNOWN:
        short = phonenumbers.is_possible_number_with_reason(number)
        too_short = phonenumbers.ValidationResult.TOO_SHORT
        raise PhoneFault(PhoneProblem.INCOMPLETE if short == too_short else PhoneProblem.IMPOSSIBLE)
    if line in _COSTLY:
        raise PhoneFault(PhoneProblem.COSTLY)
    if number.country_code != COUNTRY:
        return PhoneKind.INTERNATIONAL
    return _KINDS.get(line, PhoneKind.OTHER)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
