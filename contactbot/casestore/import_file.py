"""One referral file taken in: checked whole, imported row by row, its rejects written beside it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from contactbot.casestore.referral_file import open_referral_file
from contactbot.casestore.reject_file import reject_file
from contactbot.domain.referral_row import COLUMNS, REQUIRED_COLUMNS
from contactbot.operations.intake import ImportResult, IntakeRules, Progress, import_referrals
from contactbot.ports.intake_records import IntakeStore

_MANY_OBJECTS: Final = 200_000


def import_file(
    path: Path,
    rejects_path: Path,
    store: IntakeStore,
    rules: IntakeRules,
    *,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a CSV file; there is a file of rejects afterwards only if there were any.

    Raises `FileRefused` before the first row where the file as a whole cannot be trusted.
    """
    with (
        _collecting_seldom(),
        open_referral_file(path, REQUIRED_COLUMNS, encoding=encoding) as file,
    ):
        with reject_file(rejects_path, file.header) as rejects:
            result = import_referrals(
                file.rows(),
                store,
                rules,
                rejects=rejects,
                progress=progress,
            )
        return replace(
            result,
            unknown_columns=file.header.unknown(tuple(COLUMNS)),
            reject_file=str(rejects_path) if rejects.count else None,
        )


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """A batch is tens of thousands of objects, none of them in a circle: Python’s search for such
    circles, after every 700 new ones, would be a quarter of the work.
    """
    usual = gc.get_threshold()
    gc.set_threshold(_MANY_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
