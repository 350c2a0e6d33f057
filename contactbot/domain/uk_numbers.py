"""What sort of line a British number is: libphonenumber’s own tables as one regular expression.

The library asks one table after the other for each number; here its answers, in its own order, are
alternatives of a single expression, made from the tables as installed when it is first asked for.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    PhoneMetadata,
    PhoneNumberDesc,
    PhoneNumberType,
)

COUNTRY: Final = 44
# The order in which the library asks; whether a line is fixed, mobile or may be both comes last.
_TYPES: Final = (
    ("premium_rate", PhoneNumberType.PREMIUM_RATE),
    ("toll_free", PhoneNumberType.TOLL_FREE),
    ("shared_cost", PhoneNumberType.SHARED_COST),
    ("voip", PhoneNumberType.VOIP),
    ("personal_number", PhoneNumberType.PERSONAL_NUMBER),
    ("pager", PhoneNumberType.PAGER),
    ("uan", PhoneNumberType.UAN),
    ("voicemail", PhoneNumberType.VOICEMAIL),
)


def line_type(national: str) -> int:
    """The `PhoneNumberType` that `phonenumbers.number_type` finds for a British number.

    `national` is its national significant number: digits only, without the first 0.
    """
    expression, types = compiled()
    found = expression.fullmatch(national)
    return types[found.lastgroup or ""] if found else PhoneNumberType.UNKNOWN


@cache
def compiled() -> tuple[re.Pattern[str], dict[str, int]]:
    """The expression, and the type of line that each of its named groups stands for."""
    types: dict[str, int] = {}
    branches, others = [], ""
    for region in COUNTRY_CODE_TO_REGION_CODE[COUNTRY]:
        tables = PhoneMetadata.metadata_for_region(region)
        if tables is None:  # as the library does
            continue
        lines = []
        for line, pattern in _lines(tables):
            group = f"line{len(types)}"
            types[group] = line
            lines.append(f"(?P<{group}>{pattern})")
        general = rf"(?=(?:{_pattern(tables.general_desc)})\Z)"
        own = f"(?={tables.leading_digits})" if tables.leading_digits else ""
        branches.append(f"{others}{own}{general}(?:{'|'.join(lines)})")
        # A region that claims numbers by their first digits keeps them, whatever comes of it.
        others += f"(?!{tables.leading_digits})" if tables.leading_digits else ""
    return re.compile("|".join(branches)), types


def _lines(tables: PhoneMetadata) -> Iterator[tuple[int, str]]:
    """Each type of line of a region with the pattern of its numbers, in the library’s order."""
    for name, line in _TYPES:
        if getattr(tables, name) is not None:
            yield line, rf"(?:{_pattern(getattr(tables, name))})\Z"
    fixed, mobile = _pattern(tables.fixed_line), _pattern(tables.mobile)
    if not tables.same_mobile_and_fixed_line_pattern:
        yield PhoneNumberType.FIXED_LINE_OR_MOBILE, rf"(?={fixed}\Z)(?:{mobile})\Z"
        yield PhoneNumberType.FIXED_LINE, rf"(?:{fixed})\Z"
        yield PhoneNumberType.MOBILE, rf"(?:{mobile})\Z"
    else:
        yield PhoneNumberType.FIXED_LINE_OR_MOBILE, rf"(?:{fixed})\Z"


def _pattern(numbers: PhoneNumberDesc | None) -> str:
    """A table as a pattern: one of its lengths, and its digits; no table matches nothing."""
    if numbers is None or numbers.national_number_pattern is None:
        return "(?!)"
    lengths = "|".join(rf"\d{{{length}}}\Z" for length in numbers.possible_length)
    return f"(?:(?={lengths})(?:{numbers.national_number_pattern}))"
