"""The reject file: refused rows as they were given, with what to do, ready to be mended in place.

It has the columns of the file it came from, so that it can be imported again once mended; the
columns it adds are ignored then.
"""

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from contactbot.casestore.referral_file import REJECT_COLUMNS, Header
from contactbot.domain.cells import RowFault
from contactbot.ports.referral_source import IncomingRow

# A spreadsheet would run such a cell as a formula; with the mark it is text, and reading a cell
# takes the mark off again.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class RejectFile:
    """Refused rows in the order they came."""

    def __init__(self, file: TextIO, header: Header) -> None:
        self.count = 0
        self._columns = [name for name in header.columns if name and name not in REJECT_COLUMNS]
        self._writer = csv.writer(file, delimiter=header.delimiter)
        self._writer.writerow([*self._columns, *REJECT_COLUMNS])

    def add(self, row: IncomingRow, faults: tuple[RowFault, ...]) -> None:
        """Write one row as it was given; several faults share its cells, in the same order."""
        self.count += 1
        cells = [row.cells.get(name, "") for name in self._columns]
        told = [
            str(row.line),
            _together([fault.column for fault in faults]),
            _together([fault.value for fault in faults]),
            _together([fault.message for fault in faults]),
            _together([fault.remedy for fault in faults]),
        ]
        self._writer.writerow([_as_text(cell) for cell in (*cells, *told)])


@contextmanager
def reject_file(path: Path, header: Header) -> Iterator[RejectFile]:
    """Write rejects to `path`, readable by its owner only; without rejects there is no file.

    The file appears whole when the import has ended, and not at all when it broke off. It is opened
    at once, so that a folder that cannot be written to stops the import before its first row.
    """
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    try:
        with partial.open("w", encoding="utf-8-sig", newline="") as file:
            rejects = RejectFile(file, header)
            yield rejects
        if rejects.count:
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _together(parts: Sequence[str]) -> str:
    return " | ".join(parts)


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
