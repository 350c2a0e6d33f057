"""Commands for those who look after the Welsh: gather the texts, check them, compile them."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from babel.messages.mofile import write_mo

from contactbot.i18n.catalogues import LOCALES, WELSH_CATALOGUE, read_catalogue
from contactbot.i18n.extract import extract as extracted
from contactbot.i18n.extract import read_scripts, template_bytes, updated
from contactbot.i18n.lint import TEMPLATE, lint
from contactbot.scripting.errors import ScriptFaults
from contactbot.scripting.words import Worded

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


@click.group()
def catalogues() -> None:
    """Gather, check and compile the texts in both languages."""


@catalogues.command()
def extract() -> None:
    """Write the template and bring the Welsh catalogue up to it; nothing is guessed."""
    template = extracted(_scripts())
    path = LOCALES / WELSH_CATALOGUE
    (LOCALES / TEMPLATE).write_bytes(template_bytes(template))
    path.write_bytes(updated(read_catalogue(path), template))
    empty = [message for message in read_catalogue(path) if message.id and not message.string]
    print(f"{len(template)} texts, {len(empty)} without Welsh")


@catalogues.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result alone, as JSON.")
def check(*, as_json: bool) -> None:
    """Find what a machine can find wrong with the Welsh; exit 1 if there is anything."""
    faults = lint(_scripts(), LOCALES)
    if as_json:
        print(json.dumps({"faults": [asdict(fault) for fault in faults]}))
    else:
        for fault in faults:
            print(fault)
        print(f"{len(faults)} faults")
    sys.exit(1 if faults else 0)


@catalogues.command()
def compile() -> None:  # noqa: A001 (the command's name is fixed)
    """Write messages.mo beside the catalogue, for other programs; ours reads the catalogue."""
    path = LOCALES / WELSH_CATALOGUE
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_catalogue(path))
    print(path.with_suffix(".mo"))


def _scripts() -> list[Worded]:
    try:
        return read_scripts(SCRIPTS)
    except ScriptFaults as faults:
        raise click.ClickException(str(faults)) from faults
