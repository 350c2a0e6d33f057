"""Webhooks are believed only with the provider's own signature."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from contactbot.telephony.signature import Signatures, bases_of, sign, signed_fields

ACCOUNT = "AC" + "0" * 32
CALL = "CA" + "1" * 32
TOKEN = "12345"
PUBLIC = "https://calls.example.org"
PATH = "/webhooks/twilio/status/token"
FORM = [("AccountSid", ACCOUNT), ("CallSid", CALL), ("CallStatus", "ringing"), ("FromCity", "")]


def signed(form, url=PUBLIC + PATH, token=TOKEN):
    return sign(token.encode(), url + signed_fields(form)).decode()


@pytest.fixture
def signatures():
    return Signatures([TOKEN, "older"], ACCOUNT, PUBLIC)


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            [
                ("To", "+18005551212"),
                ("CallSid", "CA1234567890ABCDE"),
                ("Caller", "+14158675310"),
                ("Digits", "1234"),
                ("From", "+14158675310"),
            ],
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            [
                ("CallSid", "CA1234567890ABCDE"),
                ("Caller", "+14158675309"),
                ("Digits", "1234"),
                ("From", "+14158675309"),
                ("To", "+18005551212"),
            ],
            "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        ),
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            [
                ("Sid", "CA123"),
                ("SidAccount", "AC123"),
                ("Digits", "5678"),
                ("Digits", "1234"),
                ("Digits", "1234"),
            ],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_golden_vectors_of_the_provider(url, form, signature):
    assert signed(form, url) == signature


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=6))
def test_signatures_equal_those_of_the_provider_s_own_library(form):
    expected = RequestValidator(TOKEN).compute_signature(PUBLIC + PATH, form)
    assert signed(list(form.items())) == expected


def test_a_signed_form_is_valid_in_any_order(signatures):
    assert signatures.valid(PATH, FORM, signed(FORM))
    assert signatures.valid(PATH, FORM[::-1], signed(FORM))


def test_either_token_signs(signatures):
    assert signatures.valid(PATH, FORM, signed(FORM, token="older"))


@pytest.mark.parametrize(
    "signature",
    ["", "x", "ŵ", "\udcff", signed(FORM, token="other"), signed(FORM, PUBLIC + "/elsewhere")],
)
def test_a_wrong_signature_is_refused(signatures, signature):
    assert not signatures.valid(PATH, FORM, signature)


def test_an_unknown_field_is_signed_over(signatures):
    more = [*FORM, ("Novelty", "1")]
    assert signatures.valid(PATH, more, signed(more))
    assert not signatures.valid(PATH, more, signed(FORM))


@pytest.mark.parametrize("again", ["ringing", "completed"])
def test_a_known_field_twice_is_refused(signatures, again):
    form = [*FORM, ("CallStatus", again)]
    assert not signatures.valid(PATH, form, signed(form))


def test_another_account_is_refused(signatures):
    form = [("AccountSid", "AC" + "9" * 32), *FORM[1:]]
    assert not signatures.valid(PATH, form, signed(form))
    assert not signatures.valid(PATH, FORM[1:], signed(FORM[1:]))


def test_a_moved_end_of_a_field_is_refused(signatures):
    form = [*FORM[:2], ("CallStatus", "ringingFromCity")]
    assert signed(form) == signed(FORM)
    assert not signatures.valid(PATH, form, signed(FORM))


@pytest.mark.parametrize(
    ("tokens", "account", "public"),
    [([], ACCOUNT, PUBLIC), ([""], ACCOUNT, PUBLIC), ([TOKEN], "", PUBLIC), ([TOKEN], ACCOUNT, "")],
)
def test_without_token_account_or_address_all_is_refused(tokens, account, public):
    form = [("AccountSid", account), *FORM[1:]]
    assert not Signatures(tokens, account, public).valid(PATH, form, signed(form, public + PATH))
    assert not Signatures(tokens, account, public).valid(PATH, form, signed(form, token=""))


@pytest.mark.parametrize(
    ("public", "bases"),
    [
        ("https://a.example", ("https://a.example", "https://a.example:443")),
        ("https://a.example:8443/", ("https://a.example", "https://a.example:8443")),
        ("http://127.0.0.1:8000", ("http://127.0.0.1", "http://127.0.0.1:8000")),
        ("https://u:p@a.example/x/", ("https://a.example/x", "https://a.example:443/x")),
        ("http://[::1]:80", ("http://[::1]", "http://[::1]:80")),
        ("ftp://a.example", ()),
    ],
)
def test_the_public_address_is_tried_with_and_without_its_port(public, bases):
    assert bases_of(public) == bases


@pytest.mark.parametrize("public", ["https://a.example:8443", "http://127.0.0.1:8000"])
@pytest.mark.parametrize("port", [True, False])
def test_ports_are_judged_as_the_provider_s_library_does(public, port):
    url = bases_of(public)[port] + PATH
    assert Signatures([TOKEN], ACCOUNT, public).valid(PATH, FORM, signed(FORM, url))
    assert RequestValidator(TOKEN).validate(public + PATH, dict(FORM), signed(FORM, url))


def test_the_query_is_signed_and_the_fragment_is_not(signatures):
    signature = signed(FORM, f"{PUBLIC}{PATH}?a=%C5%B5")
    assert signatures.valid(f"{PATH}?a=%C5%B5", FORM, signature)
    assert signatures.valid(f"{PATH}?a=%C5%B5#rc=2", FORM, signature)
    assert not signatures.valid(f"{PATH}?a=ŵ", FORM, signature)
    assert not signatures.valid("@evil.example/", FORM, signature)
