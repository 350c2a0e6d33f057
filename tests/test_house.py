"""The rules of the house: maps that are current, small parts, a caption each, nothing foreign."""

import ast
import re
import runpy
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from statistics import median

import phonenumbers
import pytest

from contactbot import config

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "contactbot").rglob("*.py"))
ROOTS = [path for path in MODULES if path.name == "__init__.py"]
LONGEST_FILE, MEDIAN_FILE = 400, 100
LONGEST_FUNCTION, MEDIAN_FUNCTION = 50, 9
# Numbers that Ofcom keeps for drama: nobody will ever have them.
DRAMA = re.compile(
    r"\+44(7700900|2920180|2079460|1632960|8081570|3069990|9098790|1134960|1144960|1154960"
    r"|1164960|1174960|1184960|1214960|1314960|1414960|1514960|1614960|1914980|2890180)\d{3}"
)
# Never given to an operator; used by the million for pretended people, so written by none.
PRETENDED = re.compile(r"(?:\+|00)44[ -]?4[\d -]{6,}")
FOREIGN = re.compile(
    r"/work/\w|/tmp/\w+/\w|\b(?:DESIGN|INTERFACES|SAFETY|DOMAIN|STYLE|WELSH|TELEPHONY|PERFORMANCE"
    r"|PEERS|SECURITY|UI|SPEC)(?:\.md\b| §)"
)


def tracked() -> list[Path]:
    """The files of the project that are text; without git, those in the folders we write."""
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 - whichever git the machine has
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    folders = ("contactbot", "docs", "locales", "migrations", "scripts", "tests")
    walked = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    paths = [ROOT / name for name in listed.stdout.splitlines()] or walked
    return [path for path in paths if path.suffix != ".lock" and path.is_file() and is_text(path)]


def is_text(path: Path) -> bool:
    return b"\0" not in path.read_bytes()[:1024]


def read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions() -> Iterator[tuple[str, int]]:
    """Every function with its length in lines, from `def` to its end."""
    for path in MODULES:
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{named(path)}:{node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_the_map_of_the_house_is_current() -> None:
    architecture = runpy.run_path(str(ROOT / ".ci" / "architecture.py"))
    assert read(ROOT / "docs" / "architecture.md") == architecture["page"](), (
        "run python .ci/architecture.py --write"
    )


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_in_one_sentence_what_it_is_for(path: Path) -> None:
    caption = (ast.get_docstring(ast.parse(read(path))) or "").split("\n\n")[0]
    assert re.fullmatch(r"[^.?!]((?!\.\s+[A-Z]).)*[.]", caption, re.DOTALL)


@pytest.mark.parametrize("path", ROOTS, ids=named)
def test_a_package_root_holds_a_docstring_only(path: Path) -> None:
    [only] = ast.parse(read(path)).body
    assert isinstance(only, ast.Expr)
    assert isinstance(only.value, ast.Constant)


def test_files_are_small() -> None:
    lengths = {named(path): len(read(path).splitlines()) for path in MODULES}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}
    assert median(lengths.values()) <= MEDIAN_FILE


def test_functions_are_small() -> None:
    lengths = dict(functions())
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}
    assert median(n for _, n in functions()) <= MEDIAN_FUNCTION


def test_nothing_points_outside_the_project() -> None:
    found = {named(path): FOREIGN.findall(read(path)) for path in tracked()}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_committed_numbers_are_nobodys() -> None:
    found = [(named(path), number) for path in tracked() for number in numbers_in(read(path))]
    assert found == []


def numbers_in(text: str) -> Iterator[str]:
    """British numbers that somebody has or could have, and pretended ones."""
    valid = phonenumbers.Leniency.VALID
    for match in phonenumbers.PhoneNumberMatcher(text, "GB", leniency=valid):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        if number.startswith("+44") and not DRAMA.fullmatch(number):
            yield match.raw_string
    for found in PRETENDED.finditer(text):
        yield found.group()


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    page = read(ROOT / "docs" / "settings.md")
    known = {field.name.upper() for field in fields(config.Settings)} | config._RESERVED
    documented = set(re.findall(rf"`{config.PREFIX}(\w+)`", page)) - {"ENV_FILE"}
    assert documented == known
