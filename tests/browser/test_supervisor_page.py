"""The supervisor’s pages in a browser: both languages, renewed by themselves, without a script."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browser.conftest import Tabs, barriers, serving
from browser.test_caller_page import signed_in
from pages.conftest import settings
from pages.people import call_back, somebody, world_of
from pages.supervision import WORKING, hold, rows, text_us
from playwright.sync_api import Page, expect
from small_world import SHOWS, World
from sqlalchemy import Engine

from contactbot.bootstrap import Application
from contactbot.domain.staff import Role
from contactbot.web.app import create_app

NUMBERS = [f"+4477009002{number:02}" for number in range(10, 90, 7)]
DEAD = (
    "INSERT INTO outbox (id, type, case_reference, source_system, sequence, occurred_at,"
    " recorded_at, body, state, last_error) VALUES (gen_random_uuid(), 'status', 'R-77', 'niche',"
    " 3, now(), now(), '{}', 'dead', 'This case is closed.')"
)
WORDS = {
    "en": {"heading": "For supervisors", "read": "Read", "settled": "Taken care of"},
    "cy": {"heading": "Ar gyfer goruchwylwyr", "read": "Darllen", "settled": "Wedi delio â hi"},
}


@pytest.fixture
def application(database: Engine, tmp_path: Path) -> Application:
    return Application(settings(tmp_path), database)


@pytest.fixture
def world(application: Application) -> World:
    """One of everything that can wait for a supervisor."""
    begun = world_of(application)
    people = [somebody(begun, number) for number in NUMBERS]
    hold(begun, people[0], "in_custody")
    hold(begun, people[1], "shared_number")
    call_back(begun, people[2], SHOWS + timedelta(days=1))
    begun.run(
        "UPDATE referrals SET tier = 'protected' WHERE id = ANY(%(ids)s)",
        ids=[people[3].referral, people[4].referral],
    )
    text_us(application, "who is this", NUMBERS[5])
    text_us(application, "this is her husband", NUMBERS[6])
    begun.run(DEAD)
    begun.run(WORKING)
    return begun


@pytest.fixture
def site(application: Application, world: World) -> Iterator[str]:
    with serving(create_app(application)) as address:
        yield address


def at_home(site: str, page: Page, application: Application, language: str = "en") -> None:
    signed_in(site, page, application, language, Role.SUPERVISOR)
    page.goto(f"{site}/supervisor")


@pytest.mark.parametrize("language", WORDS)
def test_nobody_is_kept_out_of_any_page(
    site: str, tabs: Tabs, application: Application, world: World, language: str
) -> None:
    text_us(application, "he's here", NUMBERS[7])
    page = tabs.open(language)
    at_home(site, page, application, language)
    assert page.get_by_role("heading", level=1).inner_text() == WORDS[language]["heading"]
    assert page.locator("html").get_attribute("lang") == language
    [held] = [row.id for row in rows(world, "SELECT id FROM holds WHERE reason = 'shared_number'")]
    places = [page.locator(f"a[href*='/supervisor/{part}']").first for part in ("texts", "release")]
    addresses = [str(place.get_attribute("href")) for place in places]
    found = barriers(page)
    for path in (
        *addresses,
        "/supervisor/holds/kind/in_custody",
        f"/supervisor/holds/{held}",
        "/supervisor/records",
    ):
        page.goto(f"{site}{path}")
        found += barriers(page)
    assert found == []


@pytest.mark.parametrize("language", WORDS)
def test_a_text_appears_by_itself_is_read_and_taken_care_of(
    site: str, tabs: Tabs, application: Application, world: World, language: str
) -> None:
    page = tabs.open(language)
    at_home(site, page, application, language)
    assert page.title().startswith("(2) ")
    text_us(application, "he's here" if language == "en" else "mae e yma", NUMBERS[7])
    page.locator(".danger").wait_for()
    assert page.title().startswith("(3) ")
    assert page.title().endswith(" – contactbot")
    page.get_by_role("link", name=WORDS[language]["read"]).first.click()
    assert page.locator(".text-words").inner_text() in {"he's here", "mae e yma"}
    page.locator("#note").fill("101")
    page.get_by_role("button", name=WORDS[language]["settled"]).click()
    expect(page).to_have_title(re.compile(r"^\(2\) "))
    page.wait_for_load_state()
    expect(page.locator(".danger")).to_have_count(0)


def test_the_place_one_is_at_is_kept_when_the_page_is_renewed(
    site: str, tabs: Tabs, application: Application
) -> None:
    page = tabs.open()
    at_home(site, page, application)
    page.locator("#kind-in_custody").focus()
    text_us(application, "he's here", NUMBERS[7])
    page.locator(".danger").wait_for()
    assert page.evaluate("document.activeElement.id") == "kind-in_custody"


def test_without_a_script_everything_can_be_decided(
    site: str, tabs: Tabs, application: Application, world: World
) -> None:
    page = tabs.open(scripts=False)
    at_home(site, page, application)
    page.locator("#kind-in_custody").click()
    page.locator("tbody a").first.click()
    page.locator("label[for=choice-go_on]").click()
    page.locator("#note").fill("The custody sergeant rang.")
    page.get_by_role("button", name="Lift this hold").click()
    assert "The hold is lifted." in page.locator("main").inner_text()
    page.locator("#dead").click()
    page.get_by_role("button", name="Try again").click()
    assert "offered to the case store again" in page.locator("main").inner_text()
    assert rows(world, "SELECT state FROM outbox WHERE type = 'status' AND sequence = 3") == [
        ("pending",)
    ]


def test_whoever_is_signed_out_is_told_that_the_page_stands_still(
    site: str, tabs: Tabs, application: Application, world: World
) -> None:
    page = tabs.open()
    at_home(site, page, application)
    world.run("UPDATE staff_sessions SET ended_at_real = clock_timestamp()")
    page.locator("#away").wait_for()
    assert "signed out" in page.locator("#away").inner_text()


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("width", [320, 768, 1366, 1920])
def test_no_page_is_wider_than_its_window(
    site: str, tabs: Tabs, application: Application, world: World, language: str, width: int
) -> None:
    text_us(application, "he's here", NUMBERS[7])
    page = tabs.open(language, width)
    at_home(site, page, application, language)
    [held] = [row.id for row in rows(world, "SELECT id FROM holds WHERE reason = 'shared_number'")]
    for path in ("/supervisor", f"/supervisor/holds/{held}", "/supervisor/records"):
        page.goto(f"{site}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
