"""Every answer carries the headers that keep a page to itself; one test a header."""

from pathlib import Path

import pytest
from pages.conftest import settings
from sqlalchemy import Engine

from contactbot.bootstrap import Application
from contactbot.web.app import create_app

ADDRESSES = ("/nowhere", "/healthz", "/static/contactbot.css")
EXPECTED = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; report-uri /csp",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), "
    "payment=(), usb=()",
}


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_answer_has_this_header(client, address, name):
    with client.get(address) as answer:
        assert answer.headers[name] == EXPECTED[name]


def test_a_page_is_kept_by_nobody(client):
    assert client.get("/nowhere").headers["Cache-Control"] == "no-store"


def test_styles_may_be_kept_for_an_hour(client):
    with client.get("/static/contactbot.css") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=3600"


def test_plain_http_promises_no_https(client):
    assert "Strict-Transport-Security" not in client.get("/healthz").headers


def test_https_is_promised_for_a_year_and_cookies_are_bound_to_it(database: Engine, tmp_path: Path):
    application = Application(settings(tmp_path, public_url="https://example.org"), database)
    app = create_app(application)
    answer = app.test_client().get("/healthz", base_url="https://example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert app.config["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert app.config["SESSION_COOKIE_SECURE"]
    assert app.config["SESSION_COOKIE_HTTPONLY"]
