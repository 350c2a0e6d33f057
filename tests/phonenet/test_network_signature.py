"""Signatures: Twilio’s golden vectors, its own validator, and what a forger does to them."""

import pytest
from multidict import MultiDict
from phonenet.application import twiml
from phonenet.conftest import OURS, PERSON
from twilio.request_validator import RequestValidator

from contactbot.phonenet.signature import Forgery, forge, sign, signed_url

TOKEN = "12345"
FORM = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("To", "+18005551212"),
]
OLD_FORM = [*FORM, ("Caller", "+14158675310"), ("From", "+14158675310")]
NEW_FORM = [*FORM, ("Caller", "+14158675309"), ("From", "+14158675309")]
REPEATED = [("Sid", "CA123"), ("SidAccount", "AC123")]
REPEATED += [("Digits", digits) for digits in ("5678", "1234", "1234")]


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        ("https://example.com/myapp.php?foo=1&bar=2", OLD_FORM, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", NEW_FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com/myapp.php?foo=1&bar=2", REPEATED, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
    ],
)
def test_the_golden_vectors(url, form, signature):
    assert sign(TOKEN, url, form) == signature


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://a.example:8443/x?y=1#rc=2", "https://a.example/x?y=1"),
        ("http://127.0.0.1:8080/x#rp=ct", "http://127.0.0.1:8080/x"),
        ("https://user:word@a.example/x", "https://a.example/x"),
    ],
)
def test_what_of_an_address_is_signed(url, signed):
    assert signed_url(url) == signed


def test_blank_fields_count_and_order_does_not():
    form = [("B", ""), ("A", "1"), ("a", "2")]
    url = "http://127.0.0.1:8080/x"
    assert RequestValidator(TOKEN).validate(url, dict(form), sign(TOKEN, url, form[::-1]))


@pytest.mark.parametrize(
    "forgery", [Forgery.WRONG_TOKEN, Forgery.WRONG_URL, Forgery.SWAPPED, Forgery.DUPLICATED]
)
def test_a_forgery_does_not_pass_the_validator(forgery):
    url = "https://a.example/x"
    signature, form = forge(forgery, TOKEN, url, FORM)
    assert not RequestValidator(TOKEN).validate(url, MultiDict(form), signature)


def test_a_moved_boundary_passes_the_validator_so_names_must_be_looked_for():
    url = "https://a.example/x"
    signature, form = forge(Forgery.BOUNDARY, TOKEN, url, FORM)
    assert RequestValidator(TOKEN).validate(url, dict(form), signature)
    assert "CallSid" not in dict(form)


@pytest.mark.parametrize(
    ("forgery", "status"),
    [("none", 200), ("no_signature", 403), ("wrong_token", 403), ("wrong_url", 403)],
)
def test_the_network_forges_on_order(network, app, forgery, status):
    app.answers["/forged"] = lambda _fields: twiml()
    order = {"url": f"{app.url}/forged", "form": FORM, "forgery": forgery}
    assert network.control.post("forge", **order)["status"] == status


def test_the_network_replays_a_request_byte_for_byte(network, app, place):
    sid = place(200, app.says("/hello", "<Hangup/>")).sid
    network.control.quiet()
    before = len(app.asked)
    assert network.control.post("replay", sid=sid)["status"] == 204
    first, second = (asked.fields for asked in (app.asked[before - 1], app.asked[-1]))
    assert first == second
    assert app.asked[-1].genuine


def test_a_get_carries_everything_in_its_query(network, app):
    app.answers["/get"] = lambda _fields: twiml("<Hangup/>")
    network.client().calls.create(
        to=PERSON.format(200), from_=OURS, url=f"{app.url}/get?a=1", method="GET"
    )
    network.control.quiet()
    asked = next(asked for asked in app.asked if asked.path.startswith("/get"))
    assert asked.genuine
    assert "a=1&CallSid=CA" in asked.path
