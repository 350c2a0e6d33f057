"""Every attempt at contact, for other people’s tools."""

import sys

import click

from contactbot.bootstrap import open_application
from contactbot.config import read_settings
from contactbot.reports.attempts import as_csv, as_json

FORMATS = {"csv": as_csv, "json": as_json}


@click.group()
def attempts() -> None:
    """Every attempt at contact."""


@attempts.command()
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True
)
def export(form: str) -> None:
    """Write one row for each attempt to stdout; numbers show their last three digits only."""
    settings = read_settings()
    with open_application(settings) as application:
        for line in FORMATS[form](application.figures.attempts()):
            sys.stdout.write(line)
