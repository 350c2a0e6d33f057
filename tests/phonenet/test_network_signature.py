"""Signatures: Twilio’s golden vectors, its own validator, and what a forger does to them."""

import pytest
from multidict import MultiDict
from phonenet.application import application, twiml
from phonenet.conftest import OURS, PERSON
from phonenet.network import phone_network
from twilio.request_validator import RequestValidator

from contactbot.phonenet.signature import Forgery, forge, sign, signed_url

TOKEN = "12345"
OLDER = "67890"
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


REFUSED = (
    *(Forgery.WRONG_TOKEN, Forgery.WRONG_URL, Forgery.SWAPPED, Forgery.DUPLICATED),
    *(Forgery.EMPTY_SIGNATURE, Forgery.TRUNCATED, Forgery.REMOVED, Forgery.ADDED),
    *(Forgery.SHA256, Forgery.SECOND_TOKEN),
)


@pytest.mark.parametrize("forgery", REFUSED)
def test_a_forgery_does_not_pass_the_validator(forgery):
    url = "https://a.example/x"
    forged = forge(forgery, [TOKEN, OLDER], url, FORM)
    assert not RequestValidator(TOKEN).validate(url, MultiDict(forged.form), forged.signature)


def test_what_the_older_token_signs_passes_by_the_older_token():
    url = "https://a.example/x"
    forged = forge(Forgery.SECOND_TOKEN, [TOKEN, OLDER], url, FORM)
    assert RequestValidator(OLDER).validate(url, dict(forged.form), forged.signature)


def test_a_moved_boundary_passes_the_validator_so_names_must_be_looked_for():
    url = "https://a.example/x"
    forged = forge(Forgery.BOUNDARY, [TOKEN], url, FORM)
    assert RequestValidator(TOKEN).validate(url, dict(forged.form), forged.signature)
    assert "CallSid" not in dict(forged.form)


@pytest.mark.parametrize(("forgery", "passes"), [("json", True), ("json_other_body", False)])
def test_a_json_body_is_signed_by_its_hash_in_the_address(forgery, passes):
    forged = forge(Forgery(forgery), [TOKEN], "https://a.example/x?a=1", FORM)
    assert forged.body is not None
    validator = RequestValidator(TOKEN)
    assert validator.validate(forged.url, forged.body.decode(), forged.signature) is passes


@pytest.mark.parametrize("forgery", [forgery for forgery in Forgery if "json" not in forgery])
def test_the_network_forges_on_order(network, app, forgery):
    app.answers["/forged"] = lambda _fields: twiml()
    order = {"url": f"{app.url}/forged", "form": FORM, "forgery": forgery}
    # The pretended application reads a repeated field once, and knows one token, the only one.
    passes = forgery in {Forgery.NONE, Forgery.BOUNDARY, Forgery.SECOND_TOKEN}
    assert network.control.post("forge", **order)["status"] == (200 if passes else 403)


def test_callbacks_are_signed_by_the_older_token_while_tokens_change():
    with application(OLDER) as app, phone_network(token=f"{TOKEN},{OLDER}") as network:
        url = app.says("/hello", "<Hangup/>")
        network.control.post("signing", token=1)
        network.client(OLDER).calls.create(to=PERSON.format(200), from_=OURS, url=url)
        network.control.quiet()
        assert [asked.genuine for asked in app.asked] == [True]


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
