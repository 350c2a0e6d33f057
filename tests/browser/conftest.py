"""Pages in a real browser: Chromium of the system, nothing from elsewhere, nothing refused.

Without Chromium these tests fail and say what to install; nothing is skipped silently.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)
from werkzeug.serving import make_server

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--disable-default-apps", "--metrics-recording-only"),
)
HERE = ("http://127.0.0.1:", "data:")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WAIT_MILLISECONDS = 15_000


def chromium_path() -> str:
    """The system's Chromium; what Playwright would fetch by itself is not used."""
    chosen = os.environ.get("CONTACTBOT_CHROMIUM") or shutil.which("chromium")  # noqa: TID251
    if chosen and Path(chosen).exists():
        return chosen
    advice = "no Chromium: apt-get install --no-install-recommends chromium fonts-liberation2"
    pytest.fail(advice)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module: while it runs, no other test of this thread can use asyncio."""
    path = chromium_path()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


class Tabs:
    """Tabs of one test, each watched for whatever a clean page would not do."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, language: str = "en", width: int = 1366, *, scripts: bool = True) -> Page:
        """A tab of somebody whose browser asks for this language."""
        context = self._browser.new_context(
            viewport={"width": width, "height": 768},
            locale=f"{language}-GB",
            timezone_id="Europe/London",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(WAIT_MILLISECONDS)
        context.route("**/*", self._only_here)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def _only_here(self, route: Route) -> None:
        if route.request.url.startswith(HERE):
            route.continue_()
        else:
            self.faults.append(f"asked for {route.request.url}")
            route.abort()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def close(self) -> None:
        """All tabs."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def tabs(browser: Browser) -> Iterator[Tabs]:
    """Tabs; a fault, a refusal by the page's own policy or a request elsewhere fails the test."""
    opened = Tabs(browser)
    yield opened
    opened.close()
    assert opened.faults == []


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of the application while it answers on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps somebody out: rule and place."""
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]
