"""The live page in a browser: in both languages, at every width, without a script, and renewed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browser.conftest import Tabs, barriers, serving
from pages.conftest import settings
from small_world import SHOWS, World
from sqlalchemy import Engine

from contactbot.bootstrap import Application
from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.web.app import create_app


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    """A few referrals on their way, and an hour passed."""
    begun = World(database, keyring).begin()
    begun.put(tables.clock, shows=SHOWS + timedelta(hours=1), because="leap")
    for number in range(4):
        state = {"route": "none", "state": "contacted", "first_contact_at": SHOWS}
        begun.call(begun.person(f"+44770090030{number}", **state), timedelta(minutes=number))
    begun.person("+447700900310", route="caller", tier="protected")
    begun.person("+447700900311", due_at=SHOWS + timedelta(days=1))
    return begun


@pytest.fixture
def site(world: World, tmp_path: Path) -> Iterator[str]:
    app = create_app(Application(settings(tmp_path, now=SHOWS), world.engine))
    with serving(app) as address:
        yield address


@pytest.mark.parametrize(("language", "heading"), [("en", "The queue now"), ("cy", "Y ciw nawr")])
def test_nobody_is_kept_out(site: str, tabs: Tabs, language: str, heading: str) -> None:
    page = tabs.open(language)
    page.goto(site)
    assert page.url == f"{site}/demonstration"
    assert page.get_by_role("heading", level=1).inner_text() == heading
    page.locator("summary").click()
    assert page.locator("details table").is_visible()
    assert barriers(page) == []


def test_the_page_renews_itself_and_keeps_what_was_opened(
    site: str, tabs: Tabs, world: World
) -> None:
    page = tabs.open()
    page.goto(f"{site}/demonstration")
    page.locator("summary").click()
    world.call(world.person("+447700900377"), timedelta(minutes=50))
    page.get_by_text("377", exact=True).wait_for()
    assert page.locator("details table").is_visible()
    assert page.evaluate("document.activeElement.id") == "burn-down-summary"


def test_who_stops_the_renewal_has_a_page_that_stands_still(
    site: str, tabs: Tabs, world: World
) -> None:
    page = tabs.open()
    page.goto(f"{site}/demonstration")
    page.get_by_role("button", name="Stop renewing").click()
    stood = page.locator("time").inner_text()
    page.wait_for_timeout(2500)
    assert page.locator("time").inner_text() == stood
    page.get_by_role("button", name="Renew again").click()
    page.wait_for_function("words => document.querySelector('time').innerText !== words", arg=stood)


def test_the_page_says_when_nobody_answers_any_more(
    tabs: Tabs, world: World, tmp_path: Path
) -> None:
    page = tabs.open()
    app = create_app(Application(settings(tmp_path, now=SHOWS), world.engine))
    with serving(app) as site:
        page.goto(f"{site}/demonstration")
    page.get_by_text("it may have ended").wait_for()
    assert all("ERR_CONNECTION_REFUSED" in fault for fault in tabs.faults)
    tabs.faults.clear()


def test_without_a_script_the_page_is_whole(site: str, tabs: Tabs) -> None:
    page = tabs.open(scripts=False)
    page.goto(f"{site}/demonstration")
    assert page.get_by_text("wants support").count() == 4
    assert not page.get_by_role("button", name="Stop renewing").is_visible()
    page.get_by_role("link", name="Load again").click()
    assert page.url == f"{site}/demonstration"


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("width", [320, 768, 1366, 1920])
def test_nothing_is_cut_off_at_any_width(site: str, tabs: Tabs, language: str, width: int) -> None:
    page = tabs.open(language, width)
    page.goto(f"{site}/demonstration")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left = page.locator("h1").bounding_box()
    assert left is not None
    assert left["x"] >= 10


def test_the_language_changes_where_one_is(site: str, tabs: Tabs) -> None:
    page = tabs.open()
    page.goto(f"{site}/demonstration")
    page.get_by_role("link", name="Cymraeg").click()
    assert page.url == f"{site}/demonstration"
    assert page.locator("html").get_attribute("lang") == "cy"
    assert page.get_by_role("heading", name="Heb ei wneud, a pham").is_visible()
