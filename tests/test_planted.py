"""Every planted bug fits the code as it is; `make planted` proves that each is found."""

import ast
import runpy
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLANTED = runpy.run_path(str(ROOT / ".ci" / "planted.py"))
BUGS, WITHOUT = PLANTED["read_bugs"]()
INVARIANTS = {f"I{number}" for number in range(1, 24)}
# Where one bug would leave half of the promise untried.
TWICE = {f"I{number}" for number in (*range(1, 10), 12, 14, 19, 21)}


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_a_planted_bug_fits_the_code_and_leaves_it_readable(bug) -> None:
    text = PLANTED["planted"](bug, ROOT)
    assert text != (ROOT / bug.file).read_text("utf-8")
    assert all((ROOT / test.partition("::")[0]).exists() for test in bug.tests)
    if bug.file.endswith(".py"):
        ast.parse(text)
    if bug.file.endswith(".toml"):
        tomllib.loads(text)


def test_a_bug_whose_place_is_gone_is_not_planted() -> None:
    bug = BUGS[0].__class__(**{**BUGS[0].__dict__, "old": "no such text"})
    with pytest.raises(ValueError, match="stands 0 times"):
        PLANTED["planted"](bug, ROOT)


def test_every_invariant_has_its_bugs_or_says_why_not() -> None:
    planted = [bug.invariant for bug in BUGS]
    assert {*planted} | {*WITHOUT} == INVARIANTS
    assert [name for name in sorted(TWICE) if planted.count(name) < 2] == []


def test_each_bug_is_another() -> None:
    assert len({bug.name for bug in BUGS}) == len(BUGS) == len({bug.does for bug in BUGS})
