"""Rows on their way in, whatever they are read from, and rejects on their way back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from contactbot.domain.cells import RowFault


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """One row by column name, with its line and what was wrong with it before it was read."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    faults: tuple[RowFault, ...] = ()


class Rejects(Protocol):
    """Keeps refused rows for the people who can mend them."""

    def add(self, row: IncomingRow, faults: tuple[RowFault, ...]) -> None:
        """Keep one row as it was given, with all its faults and what to do about each."""
        ...
