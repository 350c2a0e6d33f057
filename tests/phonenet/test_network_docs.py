"""The page about the network names every option, order, fault and forgery, and tests that exist."""

import re
from pathlib import Path

import pytest

from contactbot.casestore_twin.faults import FaultKind as TwinFault
from contactbot.phonenet.__main__ import OPTIONS, parser
from contactbot.phonenet.faults import FaultKind, LossMode
from contactbot.phonenet.people import SETTABLE, Behaviour
from contactbot.phonenet.signature import Forgery

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "phonenet.md").read_text("utf-8")
SOURCES = "".join(path.read_text("utf-8") for path in (ROOT / "contactbot/phonenet").glob("*.py"))
ORDERS = set(re.findall(r'web\.\w+\("/_control/(\w+)', SOURCES))
HELP = parser().format_help()


@pytest.mark.parametrize(
    "name", [*OPTIONS, *sorted(SETTABLE), *Behaviour, *FaultKind, *LossMode, *Forgery, *TwinFault]
)
def test_the_page_names_it(name):
    assert re.search(rf"`[^`]*{re.escape(name)}[^`]*`", PAGE)


@pytest.mark.parametrize("order", sorted(ORDERS))
def test_the_page_and_the_help_name_every_order(order):
    assert re.search(rf"`(?:GET |POST )?{order}\b", PAGE), "the page"
    assert order in HELP, "the help"


def test_every_test_that_the_page_names_exists():
    named = set(re.findall(r"`(test_\w+)`", PAGE)) | {"load_trial", "compare_with_twilio"}
    assert len(named) > 10
    assert {name for name in named if not (Path(__file__).parent / f"{name}.py").exists()} == set()


def test_every_option_says_what_it_is_for():
    assert all(settings["help"] for settings in OPTIONS.values())
