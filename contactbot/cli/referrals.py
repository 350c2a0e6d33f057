"""`contactbot referrals`: take referral files in."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from contactbot.bootstrap import open_application
from contactbot.casestore.referral_file import FileRefused
from contactbot.config import read_settings
from contactbot.operations.intake import ImportResult

REFUSED = 2


@click.group()
def referrals() -> None:
    """Take in a referral file."""


@referrals.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", help="The sheet of a workbook; CSV files have none.")
@click.option("--encoding", help="utf-8 (the default), cp1252 or iso-8859-14; never guessed.")
@click.option("--dry-run", is_flag=True, help="Say what would happen and keep nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result alone, as JSON.")
def import_command(
    file: Path,
    sheet: str | None,
    encoding: str | None,
    dry_run: bool,  # noqa: FBT001 - click’s flag
    as_json: bool,  # noqa: FBT001 - click’s flag
) -> None:
    """Import FILE; its rejects are written beside it, ready to be mended and imported again.

    Exits with 0 if the file was read, even with rejects, and with 2 if it was refused whole.
    """
    if sheet is not None:
        raise click.UsageError("A sheet can be named for workbooks only; save it as CSV UTF-8.")
    with open_application(read_settings()) as application:
        try:
            result = application.import_referrals(
                file,
                file.with_name(f"{file.stem}.rejects.csv"),
                encoding=encoding,
                progress=_say_progress,
                rehearse=dry_run,
            )
        except FileRefused as refusal:
            click.echo(f"{file.name} is refused. {refusal}", err=True)
            sys.exit(REFUSED)
    _say_notices(result)
    click.echo(json.dumps(_figures(result)) if as_json else _sentence(result))


def _say_progress(rows_read: int) -> None:
    click.echo(f"{rows_read:,} rows read", err=True)


def _say_notices(result: ImportResult) -> None:
    """What was not understood and did no harm."""
    for column in result.unknown_columns:
        click.echo(f"The column {column} is not known and was not read.", err=True)
    for word, count in sorted(result.unknown_flags.items()):
        click.echo(f"Rows with the unknown flag “{word}”, all protected: {count:,}.", err=True)


def _figures(result: ImportResult) -> dict[str, object]:
    figures = asdict(result)
    return figures | {"unknown_columns": list(result.unknown_columns)}


def _sentence(result: ImportResult) -> str:
    sentence = (
        f"{result.read:,} rows read, {result.accepted:,} accepted ({result.updated:,} updated,"
        f" {result.unchanged:,} unchanged, {result.held:,} held), {result.rejected:,} rejected;"
        f" {result.duplicates_suggested:,} possible duplicates suggested."
    )
    rejects = f" Rejects: {result.reject_file}" if result.reject_file else ""
    return sentence + rejects
