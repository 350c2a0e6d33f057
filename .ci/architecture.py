"""Prints the map of the house, from what each module says of itself; `--write` renews the page."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
HEAD = """# The house

Imports go down only; folders side by side never see each other; import-linter checks it:

`cli` → `web | scheduling` → `bootstrap` → `rulebook` → `telephony | casestore | database |
reports | i18n | clock | config | logs | faults | audit_anchor` → `operations` → `ports` →
`scripting` → `domain`

`phonenet`, the pretended phone network, and `casestore_twin`, the pretended case store, stand
apart: each imports nothing of the rest, and nothing imports it. `domain`, `scripting`, `ports` and
`operations` do no I/O; they are given the time.

This page is made from the first sentence of every module by `python .ci/architecture.py --write`.
"""


def caption(path: Path) -> str:
    """The first paragraph of a module's docstring, on one line; empty if it has none."""
    written = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return " ".join(written.split("\n\n")[0].split())


def page() -> str:
    """The whole page."""
    return HEAD + "".join(sections())


def sections() -> Iterator[str]:
    """A table for each folder of modules, the package's own first."""
    package = ROOT / "contactbot"
    for root in sorted(package.rglob("__init__.py")):
        folder = root.parent
        name = folder.relative_to(ROOT).as_posix()
        modules = sorted(path for path in folder.glob("*.py") if path != root)
        yield f"\n## `{name}`\n\n{caption(root)}\n"
        if modules:
            yield "\n| module | what it is for |\n|---|---|\n"
        for path in modules:
            yield f"| `{path.stem}` | {caption(path).replace('|', chr(92) + '|')} |\n"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    else:
        sys.stdout.write(page())
