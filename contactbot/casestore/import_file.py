"""One referral file taken in: checked whole, imported row by row, its rejects written beside it."""

from dataclasses import replace
from pathlib import Path

from contactbot.casestore.referral_file import open_referral_file
from contactbot.casestore.reject_file import reject_file
from contactbot.domain.referral_row import COLUMNS, REQUIRED_COLUMNS
from contactbot.operations.intake import ImportResult, IntakeRules, Progress, import_referrals
from contactbot.ports.intake_records import IntakeStore


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
    with open_referral_file(path, REQUIRED_COLUMNS, encoding=encoding) as file:
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
