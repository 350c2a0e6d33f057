"""One cell of a referral file read as a date, a word or a text, or refused with its remedy."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeVar

from contactbot.domain.calendar import LONDON
from contactbot.domain.names import is_damaged

_Word = TypeVar("_Word", bound=StrEnum)


class CellFault(ValueError):
    """A cell that cannot be taken; neither text ever quotes the cell."""

    def __init__(self, message: str, remedy: str) -> None:
        self.message, self.remedy = message, remedy
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was not taken: its column, the value as given, and what to do."""

    column: str
    value: str = field(repr=False)
    message: str
    remedy: str


_CONTROL: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff]"
)
_SPREADSHEET_ERROR: Final = re.compile(
    r"#(?:N/A|REF!|VALUE!|NAME\?|NUM!|NULL!|DIV/0!|SPILL!|CALC!|#+)", re.IGNORECASE
)
_MARKS: Final = ("'", "#")
_TEXT_MARK: Final = re.compile(r"'[=+\-@]")
_FIRST_MOMENT: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FORMULA: Final = ("=", "+", "-", "@")
_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_UK_DATE: Final = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?")


def clean(cell: str) -> str:
    """The cell without surrounding space and without a spreadsheet’s mark for text.

    Raises `CellFault` for control characters and for a spreadsheet’s own error values.
    """
    text = cell.strip()
    # Nearly every cell: all of _CONTROL is unprintable, and a mark or an error comes first.
    if text.isprintable() and not text.startswith(_MARKS):
        return text
    if _CONTROL.search(text):
        raise CellFault(
            "The cell holds a control character.", "Delete it by typing the value again."
        )
    if _SPREADSHEET_ERROR.fullmatch(text):
        raise CellFault(
            "The cell holds a spreadsheet’s error, not a value.",
            "Widen the column or mend the formula, then save the file again.",
        )
    return text[1:] if _TEXT_MARK.match(text) else text


def read_text(text: str, limit: int) -> str:
    """A text that cannot start like a formula; at most `limit` characters, on one line."""
    if text.startswith(_FORMULA):
        raise CellFault(
            "The cell starts like a formula.", "Type the value itself, without = + - or @ in front."
        )
    if "\n" in text:
        text = ", ".join(part.strip(" ,") for part in text.splitlines() if part.strip(" ,"))
    return read_note(text, limit)


def read_note(text: str, limit: int) -> str:
    """Free text, kept as it is whatever it starts with; at most `limit` characters."""
    if len(text) > limit:
        raise CellFault(
            f"The cell is longer than {limit} characters.", "Shorten it or move the rest to notes."
        )
    return text


def read_name(text: str, limit: int) -> str:
    """A name whose letters all arrived."""
    if is_damaged(text):
        raise CellFault(
            "Letters of this name were lost when the file was saved.",
            "Type the name again and save the file as CSV UTF-8.",
        )
    return read_text(text, limit)


def read_word(text: str, words: type[_Word], *, blank: _Word | None = None) -> _Word:
    """One of the words of a column, in any case; `blank` is the member a blank cell stands for."""
    try:
        word = words(text.casefold())
    except ValueError:
        word = None
    if word is None or word is blank:
        allowed = ", ".join(word.value for word in words if word is not blank)
        raise CellFault(
            "This word is not one of the column’s.", f"Use one of: {allowed}; or leave it blank."
        )
    return word


def read_date(text: str, *, earliest: date, latest: date) -> date:
    """A date as `YYYY-MM-DD` or `DD/MM/YYYY`, within its bounds; nothing else is guessed at."""
    day = _date(text)
    if not earliest <= day <= latest:
        raise CellFault("This date cannot be right here.", "Check the day, the month and the year.")
    return day


def read_moment(text: str, *, latest: datetime) -> datetime:
    """A date-time in UTC; without a zone it is local time in Wales, without a time midnight.

    A local time that a clock change skips or repeats is refused: its zone must be written.
    """
    moment = _moment(text)
    if moment.tzinfo is None:
        moment = _local(moment)
    if not _FIRST_MOMENT <= moment <= latest:
        raise CellFault("This time cannot be right here.", "Check the day, the month and the year.")
    return moment.astimezone(UTC)


@lru_cache(maxsize=2048)
def _date(text: str) -> date:
    written = _UK_DATE.fullmatch(text)
    try:
        if written and written[4] is None:
            return date(int(written[3]), int(written[2]), int(written[1]))
        if _ISO_DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        raise _no_such_day() from None
    raise CellFault(
        "This is not a date that can be read in only one way.",
        "Write it as YYYY-MM-DD or DD/MM/YYYY, with two digits each and all four of the year.",
    )


def _moment(text: str) -> datetime:
    written = _UK_DATE.fullmatch(text)
    if written or _ISO_DATE.fullmatch(text):
        hour = written[4] if written and written[4] else "00:00"
        day = _date(text[:10])
        try:
            return datetime.combine(day, time.fromisoformat(hour))
        except ValueError:
            raise _no_such_day() from None
    if not _ISO_DATE.match(text) or len(text) < 16 or text[10] not in "Tt ":
        raise CellFault(
            "This is not a date and time that can be read in only one way.",
            "Write it as YYYY-MM-DDTHH:MM or DD/MM/YYYY HH:MM.",
        )
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise _no_such_day() from None


def _no_such_day() -> CellFault:
    return CellFault("There is no such day or time.", "Check the day, the month and the hour.")


def _local(moment: datetime) -> datetime:
    """The moment in UTC that a clock on the wall in Wales showed."""
    offset = _offset(moment.replace(minute=0, second=0, microsecond=0))
    return (moment - offset).replace(tzinfo=UTC)


@lru_cache(maxsize=2048)
def _offset(hour: datetime) -> timedelta:
    """How far local time is ahead of UTC for a whole hour; the clocks change between two hours."""
    first, second = (hour.replace(tzinfo=LONDON, fold=fold).utcoffset() for fold in (0, 1))
    if first is None or first != second:
        raise CellFault(
            "The clocks change at this time, so it names no moment or two.",
            "Write the zone as well, for example +00:00 for winter time.",
        )
    return first
