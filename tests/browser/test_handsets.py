"""The handset page in a browser: a visitor waits for a call, answers it, presses keys, hangs up."""

import re
from collections.abc import Iterator

import pytest
from browser.conftest import Tabs, barriers
from phonenet.application import ENGLISH, WELSH, Application, application, gather
from phonenet.conftest import OURS, PERSON
from phonenet.network import TOKEN, Network, phone_network, wait_until


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with phone_network() as running:
        yield running


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    with application(TOKEN) as running:
        yield running


@pytest.fixture
def menu(app: Application) -> str:
    app.says("/after", WELSH.format("Diolch. Hwyl fawr."))
    said = (WELSH.format("Am Gymraeg, pwyswch 1."), ENGLISH.format("For English, press 2."))
    return app.says("/menu", gather(1, "/after", *said))


def ring(network: Network, ends_in: int, url: str) -> str:
    placed = network.client().calls.create(
        to=PERSON.format(ends_in), from_=OURS, url=url, timeout=15
    )
    return str(placed.sid)


def test_a_visitor_plays_somebody_who_is_rung(tabs: Tabs, network: Network, menu: str) -> None:
    page = tabs.open()
    page.goto(f"{network.url}/handsets")
    page.get_by_role("button", name="The next call to a Welsh speaker").click()
    page.get_by_text("Waiting for the next call.").wait_for()
    sid = ring(network, 101, menu)
    page.wait_for_url(re.compile(r"/handsets/.*900101"))
    assert page.locator(".screen").inner_text() == f"{OURS} is ringing"
    page.get_by_role("button", name="Answer").click()
    heard = page.locator("#words span")
    heard.nth(1).wait_for()
    assert [span.get_attribute("lang") for span in heard.all()] == ["cy", "en"]
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_text("Pressed: 1").wait_for()
    page.get_by_text("Hwyl fawr").wait_for()
    page.get_by_text("The call is over").wait_for()
    assert network.control.ended(sid)["status"] == "completed"
    assert page.locator(".screen").inner_text() == "Nothing is shown."


def test_a_call_declined_leaves_the_line_engaged(tabs: Tabs, network: Network, menu: str) -> None:
    number = PERSON.format(202)
    network.control.person(number, behaviour="by_hand")
    page = tabs.open("cy")
    page.goto(f"{network.url}/handsets/{number}")
    sid = ring(network, 202, menu)
    page.get_by_role("button", name="Gwrthod").click()
    assert network.control.ended(sid)["status"] == "busy"


def test_a_visitor_rings_back_and_texts(tabs: Tabs, app: Application, menu: str) -> None:
    texted = app.says("/texted")
    with phone_network(voice_url=menu, text_url=texted) as network:
        number = PERSON.format(203)
        network.client().messages.create(to=number, from_=OURS, body="Please ring us back.")
        network.control.person(number, behaviour="by_hand")
        page = tabs.open()
        page.goto(f"{network.url}/handsets/{number}")
        page.get_by_text(f"Text from {OURS}: Please ring us back.").wait_for()
        page.get_by_role("button", name=f"Ring {OURS}").click()
        page.get_by_text("For English, press 2.").wait_for()
        page.get_by_role("button", name="Hang up").click()
        page.get_by_label(f"Write a text to {OURS}").fill("STOP")
        page.get_by_role("button", name="Send").click()
        page.get_by_text("Sent").wait_for()
        wait_until(lambda: any(asked.path == "/texted" for asked in app.asked))


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("width", [320, 1366])
def test_nobody_is_kept_out_of_a_telephone(
    tabs: Tabs, network: Network, menu: str, language: str, width: int
) -> None:
    network.control.ended(ring(network, 204, menu))
    page = tabs.open(language, width)
    for path in ("/handsets", f"/handsets/{PERSON.format(204)}"):
        page.goto(network.url + path)
        page.get_by_role("heading", level=1).wait_for()
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_telephone_can_be_looked_at_without_a_script(
    tabs: Tabs, network: Network, menu: str
) -> None:
    network.control.ended(ring(network, 205, menu))
    page = tabs.open(scripts=False)
    page.goto(f"{network.url}/handsets/{PERSON.format(205)}")
    assert page.get_by_text("For English, press 2.").is_visible()
    assert "Without JavaScript" in page.locator("noscript").inner_text()
    assert page.locator("noscript").bounding_box() is not None
