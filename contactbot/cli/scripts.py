"""Commands for those who write scripts: prove them, and hear them in the terminal."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from contactbot.i18n.catalogues import load_catalogues, read_welsh
from contactbot.i18n.extract import script_files
from contactbot.scripting.check import check_script, load_script
from contactbot.scripting.engine import LANGUAGES, advance, begin
from contactbot.scripting.errors import Fault, ScriptFaults
from contactbot.scripting.messages import NAME, load_messages, welsh_text_faults
from contactbot.scripting.parse import read_script
from contactbot.scripting.session import Prompt
from contactbot.scripting.transcript import SAMPLE_FACTS, written, written_keys
from contactbot.scripting.words import Catalogue, catalogue_faults

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


@click.group()
def scripts() -> None:
    """Prove call scripts and play them."""


@scripts.command()
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=SCRIPTS
)
@click.option("--json", "as_json", is_flag=True, help="Print the result alone, as JSON.")
def check(folder: Path, *, as_json: bool) -> None:
    """Prove every script in FOLDER, in both languages; exit 1 if any is not sound."""
    names: list[str] = []
    faults: list[Fault] = []
    welsh = read_welsh()
    for path in script_files(folder):
        name, found = _prove(path, welsh)
        names.append(name)
        faults += found
    faults += _prove_messages(folder / f"{NAME}.toml", welsh)
    if not names:
        remedy = "Name the folder that holds them."
        faults.append(Fault(folder.name, 0, "", "no_scripts", "There are no scripts here.", remedy))
    if as_json:
        print(json.dumps({"scripts": names, "faults": [asdict(fault) for fault in faults]}))
    else:
        _tell(names, faults)
    sys.exit(1 if faults else 0)


def _prove(path: Path, welsh: Catalogue) -> tuple[str, list[Fault]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        remedy = "Save it as UTF-8."
        return path.stem, [Fault(path.name, 0, "", "encoding", "This is not UTF-8.", remedy)]
    script, faults = read_script(text, path.name)
    if script is None:
        return path.stem, list(faults)
    own = [*check_script(script, path.name), *catalogue_faults(script, welsh, path.name)]
    return script.name, sorted(own)


def _prove_messages(path: Path, welsh: Catalogue) -> list[Fault]:
    """The text messages of the folder, if it has any."""
    if not path.exists():
        return []
    try:
        messages = load_messages(path.read_text(encoding="utf-8", errors="replace"), path.name)
    except ScriptFaults as faults:
        return list(faults.faults)
    return list(welsh_text_faults(messages, welsh, path.name))


def _tell(names: list[str], faults: list[Fault]) -> None:
    for fault in faults:
        print(fault)
    print(f"{len(names)} scripts, {len(faults)} faults")


@scripts.command()
@click.argument("script")
@click.option("--language", type=click.Choice(["en", "cy"]), required=True)
@click.option("--channel", type=click.Choice(["voice"]), default="voice", show_default=True)
def play(script: str, language: str, channel: str) -> None:
    """Play SCRIPT (a name or a file): keys from stdin, one turn a line; the transcript to stdout.

    A blank line is no key in time; the end of the input hangs up. The language key is pressed
    for you, and the card in your hand says 4321.
    """
    del channel  # the keypad call is the one channel so far
    translator = load_catalogues()

    def wording(prompt: Prompt) -> str:
        return translator.text(prompt.context, prompt.message, prompt.language, prompt.values)

    try:
        played = load_script(_file_of(script).read_text(encoding="utf-8"), script)
    except ScriptFaults as faults:
        raise click.ClickException(str(faults)) from faults
    turn = begin(played, SAMPLE_FACTS)
    print("\n".join(written(turn, wording)))
    for keys in _keys(language):
        print(written_keys(keys))
        turn = advance(played, turn.session, keys, SAMPLE_FACTS)
        print("\n".join(written(turn, wording)), flush=True)
        if turn.ending:
            return
    print("  == hung up")


def _keys(language: str) -> Iterator[str]:
    yield next(key for key, chosen in LANGUAGES.items() if chosen == language)
    for line in sys.stdin:
        yield line.strip()


def _file_of(script: str) -> Path:
    path = Path(script) if script.endswith(".toml") else SCRIPTS / f"{script}.toml"
    if not path.is_file():
        known = ", ".join(file.stem for file in script_files(SCRIPTS))
        raise click.BadParameter(f"There is no script {script}. There are: {known}.")
    return path
