"""Plant each bug of planted.toml in a copy of the tree; the tests it names must turn red.

`python .ci/planted.py [NAME or INVARIANT ...] [--write]` with the interpreter of the project.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from time import monotonic
from types import SimpleNamespace

import psycopg
import pytest

# What most tests import of others is imported once, before each bug gets a process of its own.
for _name in ("flask", "phonenumbers", "pydantic", "sqlalchemy", "twilio.rest"):
    import_module(_name)

ROOT = Path(__file__).resolve().parents[1]
BUGS = ROOT / ".ci" / "planted.toml"
PAGE = ROOT / "docs" / "planted.md"
LONGEST = 600  # seconds for the tests of one bug; a bug that hangs them is caught as well
_FAILED = re.compile(r"^FAILED (.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Bug:
    """One planted bug: in `file`, `old` becomes `new`, and every one of `tests` must fail."""

    invariant: str
    name: str
    does: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What came of one: the tests that failed, or what went wrong instead."""

    bug: Bug
    caught: tuple[str, ...]
    trouble: str
    seconds: float


def read_bugs() -> tuple[list[Bug], dict[str, str]]:
    """Every bug, and the invariants that have none with the reason."""
    table = tomllib.loads(BUGS.read_text(encoding="utf-8"))
    bugs = [Bug(**(row | {"tests": tuple(row["tests"])})) for row in table["bug"]]
    return bugs, table["without"]


def planted(bug: Bug, root: Path) -> str:
    """The file with the bug in it; ValueError where its old text does not stand exactly once."""
    text = (root / bug.file).read_text(encoding="utf-8")
    if text.count(bug.old) != 1:
        raise ValueError(
            f"{bug.name}: the old text stands {text.count(bug.old)} times in {bug.file}"
        )
    return text.replace(bug.old, bug.new)


def copy_tree(folder: Path) -> Path:
    """The tracked files as they are now, in a place of their own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - whichever git the machine has
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


class Workshop:
    """A copy of the tree and a database server, where one bug is tried after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tree = copy_tree(folder / "tree")
        self._url, held = Pipe(duplex=False)
        self._stop, stop = Pipe(duplex=False)[::-1]
        self._server = get_context("fork").Process(
            target=keep_server, args=(self.tree, folder / "data", held, stop)
        )
        self._server.start()
        self.url: str = self._url.recv()

    def close(self) -> None:
        """Stop the server."""
        self._stop.send("")
        self._server.join()

    def run(self, tests: tuple[str, ...]) -> tuple[int, str]:
        """What pytest ended with, and what it said; a fresh process that has the tree's code."""
        said = self.folder / "said"
        child = get_context("fork").Process(target=run_tests, args=(self, tests, said))
        child.start()
        child.join(LONGEST)
        if child.is_alive():
            child.kill()
            child.join()
            return 1, f"FAILED {tests[0]} - it never ended"
        return child.exitcode or 0, said.read_text("utf-8")


def use_tree(tree: Path) -> None:
    """Import from the copy and from nowhere else; nothing of ours has been imported yet."""
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    sys.dont_write_bytecode = True


def keep_server(tree: Path, data: Path, url: Connection, stop: Connection) -> None:
    """In a process of its own: a server for all tests of one workshop."""
    use_tree(tree)
    embedded = import_module("contactbot.database.embedded")
    with embedded.start_embedded(data, durable=False) as server:
        url.send(server.url)
        stop.recv()


def run_tests(shop: Workshop, tests: tuple[str, ...], said: Path) -> None:
    """In a process of its own: the tests, on the workshop's server, with a fresh schema."""
    use_tree(shop.tree)
    with said.open("w", encoding="utf-8") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        embedded = import_module("contactbot.database.embedded")
        server = SimpleNamespace(url=shop.url)
        embedded.start_embedded = lambda *_, **__: nullcontext(server)
        with psycopg.connect(shop.url.replace("+psycopg", ""), autocommit=True) as connection:
            names = connection.execute(
                "SELECT datname FROM pg_database WHERE datname ~ '^(migrated|test_)'"
            ).fetchall()
            for (name,) in names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        options = (
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "--tb=no",
            "-rfE",
            "--assert=plain",
        )
        code = pytest.main([*options, *tests])
        output.flush()
        sys.stdout.flush()
        os._exit(int(code))


def try_bug(bug: Bug, shop: Workshop) -> Finding:
    """Plant it, run its tests, take it out again."""
    began, place = monotonic(), shop.tree / bug.file
    right = place.read_text(encoding="utf-8")
    place.write_text(planted(bug, shop.tree), encoding="utf-8")
    try:
        code, said = shop.run(bug.tests)
    finally:
        place.write_text(right, encoding="utf-8")
    failed = tuple(dict.fromkeys(_FAILED.findall(said)))
    silent = [name for name in bug.tests if not any(each.startswith(name) for each in failed)]
    trouble = "" if code == 1 and not silent else f"pytest {code}; green: {' '.join(silent)}"
    return Finding(bug, failed, trouble, monotonic() - began)


def try_all(bugs: list[Bug], shops: list[Workshop], *, right: bool) -> list[Finding]:
    """Every bug, as many at a time as there are workshops; `right`: its tests without it first."""
    free: Queue[Workshop] = Queue()
    for shop in shops:
        free.put(shop)

    def work(bug: Bug) -> Finding:
        shop = free.get()
        try:
            if right:
                code, said = shop.run(bug.tests)
                finding = Finding(bug, (), said[-2000:] if code else "", 0)
            else:
                finding = try_bug(bug, shop)
                result = finding.trouble or f"caught by {finding.caught[0]}"
                say(f"{finding.seconds:6.0f} s  {bug.invariant:4} {bug.name}: {result}")
        finally:
            free.put(shop)
        return finding

    with ThreadPoolExecutor(len(shops)) as pool:
        return list(pool.map(work, bugs))


def without_bugs(bugs: list[Bug], shops: list[Workshop]) -> list[str]:
    """What the named tests say where nothing is planted; [] if all of them pass."""
    parts = [bugs[number :: len(shops)] for number in range(len(shops))]
    whole = [
        replace(part[0], tests=tuple(dict.fromkeys(test for bug in part for test in bug.tests)))
        for part in parts
        if part
    ]
    return [found.trouble for found in try_all(whole, shops, right=True) if found.trouble]


def page(findings: list[Finding], without: dict[str, str], seconds: float) -> str:
    """The report."""
    caught = sum(not each.trouble for each in findings)
    lines = [
        "# Planted bugs: what turns the suite red",
        "",
        (
            f"Written by `make planted`. {len(findings)} bugs, one at a time in a copy of the tree,"
            f" in {seconds:.0f} seconds; the named tests were green before. **{caught} of"
            f" {len(findings)} caught.** The bugs, text by text, are in `.ci/planted.toml`; a test"
            " of the suite says at once when one of them no longer fits the code."
        ),
        "",
        "| invariant | the bug | caught by | seconds |",
        "|---|---|---|---|",
    ]
    for each in findings:
        tests = list(dict.fromkeys(name.partition("[")[0] for name in each.caught))
        names = "<br>".join(f"`{name.removeprefix('tests/')}`" for name in tests[:3])
        more = f"<br>and {len(tests) - 3} more" if len(tests) > 3 else ""
        result = f"**NOT CAUGHT**: {each.trouble}" if each.trouble else names + more
        lines.append(f"| {each.bug.invariant} | {each.bug.does} | {result} | {each.seconds:.0f} |")
    lines += ["", "## Invariants, or parts of them, without a planted bug", ""]
    lines += [f"- **{name}**: {why}" for name, why in without.items()]
    return "\n".join(lines) + "\n"


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Try every bug, or those asked for."""
    asked = argparse.ArgumentParser(prog="make planted", description=__doc__)
    asked.add_argument("only", nargs="*", help="names of bugs, or invariants; none = all")
    asked.add_argument("--workers", type=int, default=2, help="copies of the tree at a time")
    asked.add_argument("--write", action="store_true", help="write docs/planted.md")
    choice = asked.parse_args()
    bugs, without = read_bugs()
    chosen = [b for b in bugs if not choice.only or {b.name, b.invariant} & {*choice.only}]
    began = monotonic()
    with TemporaryDirectory(prefix="planted-") as folder:
        shops = [Workshop(Path(folder) / str(number)) for number in range(choice.workers)]
        try:
            for bug in chosen:
                planted(bug, shops[0].tree)
            # Twice: on a busy machine a test that waits for a thread may wait in vain once.
            if without_bugs(chosen, shops) and (red := without_bugs(chosen, shops)):
                say("The tests are not green without any bug:\n" + "\n".join(red))
                sys.exit(2)
            say(f"{monotonic() - began:6.0f} s  without a bug all named tests are green")
            findings = try_all(chosen, shops, right=False)
        finally:
            for shop in shops:
                shop.close()
    if choice.write:
        PAGE.write_text(page(findings, without, monotonic() - began), encoding="utf-8")
    sys.exit(any(finding.trouble for finding in findings))


if __name__ == "__main__":
    main()
