"""A referral file opened, checked whole before any row is used, then read row by row.

Nothing about a file is guessed: what cannot be read in only one way refuses the whole file, with
the line and what to do. A single wrong row is not this module’s business.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from contactbot.domain.cells import RowFault
from contactbot.ports.referral_source import IncomingRow

MAX_LINE_BYTES: Final = 64 * 1024
MAX_COLUMNS: Final = 200
MAX_ROW_LINES: Final = 200
MAX_FILE_BYTES: Final = 1024**3
ENCODINGS: Final = MappingProxyType(
    {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "utf-8-sig": "utf-8",
        "cp1252": "cp1252",
        "windows-1252": "cp1252",
        "iso-8859-14": "iso8859_14",
        "iso8859-14": "iso8859_14",
        "latin8": "iso8859_14",
    }
)
"""Encodings that may be named, in lower case, and Python’s name for each."""
REJECT_COLUMNS: Final = ("line", "column", "value", "fault", "remedy")
"""Columns a reject file adds; they are ignored when it is imported again."""

_BOM: Final = b"\xef\xbb\xbf"
_SAVE_AS_CSV: Final = (
    "Open it in the spreadsheet, choose Save As, and take “CSV UTF-8 (comma delimited)”."
)
# First bytes of files that are no text at all, and what they are.
_NOT_TEXT: Final = (
    (b"PK", "an XLSX workbook or another packed file"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected spreadsheet"),
    (b"\xff\xfe", "a UTF-16 text"),
    (b"\xfe\xff", "a UTF-16 text"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file"),
)


class FileRefused(Exception):
    """The whole file is refused; says at which line, why, and what to do, and quotes no cell."""

    def __init__(self, message: str, remedy: str, *, line: int | None = None) -> None:
        self.message, self.remedy, self.line = message, remedy, line
        place = "" if line is None else f"Line {line}: "
        super().__init__(f"{place}{message} {remedy}")


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: how cells are separated, and the columns in the file’s own order."""

    delimiter: str
    columns: tuple[str, ...]

    def unknown(self, known: Sequence[str]) -> tuple[str, ...]:
        """Columns that are neither known nor left by a reject file; unnamed ones by their place."""
        allowed = {*known, *REJECT_COLUMNS}
        return tuple(
            name or f"(column {place} has no name)"
            for place, name in enumerate(self.columns, 1)
            if name not in allowed
        )


class ReferralFile:
    """An open file that passed the check; `rows` may be read once or many times."""

    def __init__(self, source: BinaryIO, encoding: str, required: Sequence[str]) -> None:
        self._source = source
        self._encoding = encoding
        self.header = _header(self._lines(), required)
        self.row_count = sum(1 for _ in self._filled())

    def rows(self) -> Iterator[IncomingRow]:
        """Every row that has at least one cell filled; raises `FileRefused` at the first hazard."""
        columns = self.header.columns
        return (_row(start, record, columns) for start, record in self._filled())

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        lines = self._lines()
        records = csv.reader(lines, delimiter=self.header.delimiter, strict=True)
        for start, record in _records(records, lines):
            if start > 1 and any(record) and any(map(str.strip, record)):
                yield start, record

    def _lines(self) -> "_Lines":
        self._source.seek(0)
        return _Lines(self._source, self._encoding)


@contextmanager
def open_referral_file(
    path: Path, required: Sequence[str], *, encoding: str | None = None
) -> Iterator[ReferralFile]:
    """Open and check a CSV file; raises `FileRefused` for any hazard in it.

    `encoding` is UTF-8 unless named; `required` are the columns every file must have.
    """
    name = ENCODINGS.get((encoding or "utf-8").casefold())
    if name is None:
        raise FileRefused(
            "This encoding is not one we read.", f"Name one of: {', '.join(ENCODINGS)}."
        )
    with path.open("rb") as source:
        _refuse_other_formats(source.read(8), name)
        if source.seek(0, 2) > MAX_FILE_BYTES:
            raise FileRefused("The file is larger than 1 GB.", "Split it into several files.")
        yield ReferralFile(source, name, required)


class _Lines:
    """Decoded lines with their number; every hazard of bytes and lines is refused here."""

    def __init__(self, source: BinaryIO, encoding: str) -> None:
        self._source = source
        self._encoding = encoding
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._source.readline(MAX_LINE_BYTES + 1)
        if not raw:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            raw = raw.removeprefix(_BOM)
        self._refuse_bad_bytes(raw)
        try:
            return raw.decode(self._encoding)
        except UnicodeDecodeError:
            raise self.refused(
                f"The text is not {self._encoding}.",
                "Save the file as CSV UTF-8, or name its encoding with --encoding cp1252 or"
                " --encoding iso-8859-14 if you know that it is one of those.",
            ) from None

    def refused(self, message: str, remedy: str) -> FileRefused:
        return FileRefused(message, remedy, line=self.number)

    def _refuse_bad_bytes(self, raw: bytes) -> None:
        if len(raw) > MAX_LINE_BYTES:
            raise self.refused("The line is longer than 64 KB.", "Look for a lost line end.")
        if b"\0" in raw:
            raise self.refused("The line holds a NUL character.", _SAVE_AS_CSV)
        if b"\r" in raw and b"\r" in raw.removesuffix(b"\n").removesuffix(b"\r"):
            raise self.refused(
                "A line end is a lone carriage return.",
                "Save the file with Windows or Unix line ends.",
            )


def _header(lines: _Lines, required: Sequence[str]) -> Header:
    line = next(lines, "").rstrip("\r\n")
    delimiter = ";" if line.count(";") > line.count(",") else ","
    cells = next(csv.reader([line], delimiter=delimiter), [])
    if len(cells) > MAX_COLUMNS:
        raise lines.refused("There are more than 200 columns.", "Delete the empty ones.")
    columns = tuple(cell.strip().casefold() for cell in cells)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise lines.refused(f"These columns are there twice: {_named(twice)}.", "Keep one of each.")
    missing = [name for name in required if name not in columns]
    if missing:
        raise lines.refused(
            f"These columns are missing: {_named(missing)}.",
            "The first line must name the columns, separated by commas or semicolons.",
        )
    return Header(delimiter, columns)


def _named(columns: Sequence[str]) -> str:
    """Column names for a message; anything that is no plain name might be a person’s."""
    return ", ".join(name if name.isidentifier() else "(not a plain name)" for name in columns)


def _records(records: Iterator[list[str]], lines: _Lines) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it starts on; a runaway quotation mark is refused."""
    while True:
        start = lines.number + 1
        try:
            record = next(records, None)
        except csv.Error:
            raise _unbalanced(start) from None
        if record is None:
            return
        # A record on one line is no longer than the line, which is measured already.
        if lines.number > start and (
            lines.number - start >= MAX_ROW_LINES or sum(map(len, record)) > MAX_LINE_BYTES
        ):
            raise _unbalanced(start)
        yield start, record


def _unbalanced(line: int) -> FileRefused:
    return FileRefused(
        "Quotation marks are not balanced in the row that starts here.",
        "Close the quotation mark, and write one inside a cell twice.",
        line=line,
    )


def _row(line: int, record: list[str], columns: tuple[str, ...]) -> IncomingRow:
    cells = MappingProxyType(dict(zip(columns, record, strict=False)))
    if len(record) == len(columns):
        return IncomingRow(line, cells)
    fault = RowFault(
        "(row)",
        " | ".join(record),
        f"The row has {len(record)} cells and the header {len(columns)}.",
        "Put a cell that holds a separator in quotation marks; give blank cells their separator.",
    )
    return IncomingRow(line, cells, (fault,))


def _refuse_other_formats(first: bytes, encoding: str) -> None:
    for start, what in _NOT_TEXT:
        if first.startswith(start):
            raise FileRefused(f"This is {what}, not a CSV file.", _SAVE_AS_CSV)
    if b"\0" in first[:2]:
        raise FileRefused("This is a UTF-16 text.", _SAVE_AS_CSV, line=1)
    if first.startswith(_BOM) and encoding != "utf-8":
        raise FileRefused(
            f"The file says that it is UTF-8, not {encoding}.", "Leave out --encoding."
        )
