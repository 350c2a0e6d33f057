"""A call by hand in a browser: both languages, with and without a script, nobody kept out."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from browser.conftest import Tabs, barriers, serving
from pages.conftest import settings
from pages.people import protected, world_of
from playwright.sync_api import Page
from small_world import CODE, World
from sqlalchemy import Engine, text

from contactbot.bootstrap import Application
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import add_member
from contactbot.web.app import create_app

WORDS = {
    "en": {
        "sign_in": "Sign in",
        "next": "Next person",
        "dial": "Show the number to dial",
        "check": "Check",
        "alone": "Yes, alone and able to listen",
        "yes": "They said yes",
        "no": "They said no",
        "dont_know": "They do not know",
        "none": "None of these times",
        "other": "Cymraeg",
        "opted_in": "Wants support",
        "end": "Save and end",
        "saved": "The call was saved.",
        "asked": "We can arrange support for you.",
    },
    "cy": {
        "sign_in": "Mewngofnodi",
        "next": "Y person nesaf",
        "dial": "Dangos y rhif i’w ddeialu",
        "check": "Gwirio",
        "alone": "Ydy, ar ei ben ei hun ac yn gallu gwrando",
        "yes": "Dywedodd y person ie",
        "no": "Dywedodd y person na",
        "dont_know": "Dydyn nhw ddim yn gwybod",
        "none": "Dim un o’r amseroedd hyn",
        "other": "English",
        "opted_in": "Eisiau cymorth",
        "end": "Cadw a gorffen",
        "saved": "Cafodd yr alwad ei chadw.",
        "asked": "Gallwn drefnu cymorth i chi.",
    },
}


@pytest.fixture
def application(database: Engine, tmp_path: Path) -> Application:
    return Application(settings(tmp_path), database)


@pytest.fixture
def world(application: Application) -> World:
    return world_of(application)


@pytest.fixture
def site(application: Application, world: World) -> Iterator[str]:
    with serving(create_app(application)) as address:
        yield address


def press(page: Page, name: str) -> None:
    """Press a button and wait for the page that follows."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def signed_in(
    site: str, page: Page, application: Application, language: str, role: Role = Role.CALLER
) -> None:
    """Sign a new member in by the form."""
    password = add_member(application.door, "mali", role, welsh=True)
    page.goto(f"{site}/sign-in")
    page.locator("#name").fill("mali")
    page.locator("#password").fill(password)
    press(page, WORDS[language]["sign_in"])


def call(page: Page, language: str, each: Callable[[], None]) -> None:
    """From the queue to an opt-in; `each` looks at every page on the way."""
    words = WORDS[language]
    with page.expect_navigation():
        page.get_by_role("link", name=words["next"]).first.click()
    each()
    press(page, words["next"])
    each()
    press(page, words["dial"])
    each()
    page.locator(f"label[for=language-{language}]").click()
    page.locator("#code").fill(CODE)
    press(page, words["check"])
    each()
    press(page, words["alone"])
    assert words["asked"] in page.locator("main").inner_text()
    each()
    press(page, words["yes"])
    each()
    press(page, words["yes"])
    each()
    needs(page, words)
    each()
    press(page, words["none"])
    each()
    assert page.locator("#ending-opted_in").is_checked()
    press(page, words["end"])
    assert words["saved"] in page.locator("main").inner_text()
    each()


def needs(page: Page, words: Mapping[str, str]) -> None:
    """Eight needs, one answered in the other language."""
    for number in range(8):
        if number == 3:
            press(page, words["other"])
        answer = words["dont_know"] if number == 5 else words["no"]
        press(page, answer)


@pytest.mark.parametrize("language", WORDS)
def test_a_protected_person_is_called_by_hand_and_nobody_is_kept_out(
    site: str, tabs: Tabs, application: Application, world: World, language: str
) -> None:
    protected(world)
    page = tabs.open(language)
    page.goto(f"{site}/sign-in")
    assert barriers(page) == []
    signed_in(site, page, application, language)
    found: list[str] = []
    call(page, language, lambda: found.extend(barriers(page)))
    assert found == []
    assert told(world) == 8
    assert page.locator("html").get_attribute("lang") == language
    assert states(world) == ["contacted"]


def test_a_call_by_hand_needs_no_script(
    site: str, tabs: Tabs, application: Application, world: World
) -> None:
    protected(world)
    page = tabs.open(scripts=False)
    signed_in(site, page, application, "en")
    call(page, "en", lambda: None)
    assert states(world) == ["contacted"]


def test_an_open_page_keeps_its_person(
    site: str, tabs: Tabs, application: Application, world: World
) -> None:
    protected(world)
    page = tabs.open()
    signed_in(site, page, application, "en")
    page.get_by_role("link", name="Next person").first.click()
    with page.expect_response("**/caller/beat") as answered:
        page.get_by_role("button", name="Next person").click()
    assert answered.value.status == 204


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "For supervisors"), ("cy", "Ar gyfer goruchwylwyr")]
)
def test_a_supervisor_is_not_kept_out(
    site: str, tabs: Tabs, application: Application, world: World, language: str, heading: str
) -> None:
    protected(world)
    world.run("UPDATE contact_profiles SET safe_call = 'blank'")
    page = tabs.open(language)
    signed_in(site, page, application, language, Role.SUPERVISOR)
    page.goto(f"{site}/supervisor")
    assert page.get_by_role("heading", level=1).inner_text() == heading
    assert barriers(page) == []


@pytest.mark.parametrize("width", [320, 768, 1366, 1920])
def test_no_page_is_wider_than_its_window(
    site: str, tabs: Tabs, application: Application, world: World, width: int
) -> None:
    protected(world)
    page = tabs.open(width=width)
    signed_in(site, page, application, "en")
    wide: list[str] = []

    def look() -> None:
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(page.url)

    call(page, "en", look)
    assert wide == []


def told(world: World) -> int:
    with world.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM needs")).scalar_one())


def states(world: World) -> list[str]:
    with world.engine.connect() as connection:
        return list(connection.execute(text("SELECT state FROM referrals")).scalars())
