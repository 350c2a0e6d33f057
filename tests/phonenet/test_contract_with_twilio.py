"""Each JSON and form shape is what the Twilio library and its parsers expect, and no other."""

import re
from datetime import datetime

import pytest
from phonenet.application import ENGLISH, gather
from phonenet.conftest import EVENTS, OURS, PERSON
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.rest.api.v2010.account.message import MessageInstance

ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
CALL_FIELDS = {
    *("sid", "account_sid", "parent_call_sid", "api_version", "date_created", "date_updated"),
    *("to", "to_formatted", "from", "from_formatted", "phone_number_sid", "status", "start_time"),
    *("end_time", "duration", "price", "price_unit", "direction", "answered_by", "forwarded_from"),
    *("group_sid", "caller_name", "queue_time", "trunk_sid", "uri", "subresource_uris"),
    "stir_verstat",
}
MESSAGE_FIELDS = {
    *("sid", "account_sid", "messaging_service_sid", "api_version", "date_created"),
    *("date_updated", "date_sent", "to", "from", "body", "status", "direction", "num_segments"),
    *("num_media", "error_code", "error_message", "price", "price_unit", "uri"),
    "subresource_uris",
}
PAGE_FIELDS = {
    *("page", "page_size", "start", "end", "uri", "first_page_uri", "next_page_uri"),
    "previous_page_uri",
}
PARTY = [f"{role}{place}" for role in ("From", "To", "Caller", "Called") for place in (
    "", "City", "State", "Zip", "Country"
)]  # fmt: skip
CALL_FORM = {"CallSid", "AccountSid", "CallStatus", "ApiVersion", "Direction", *PARTY}
STATUS_FORM = {*CALL_FORM, "Timestamp", "CallbackSource", "SequenceNumber"}


@pytest.fixture(scope="module")
def ended(network, app):
    app.says("/keys", ENGLISH.format("Goodbye"))
    url = app.says("/menu", gather(1, "/keys", ENGLISH.format("Press a key")))
    call = network.client().calls.create(
        to=PERSON.format(700),
        from_=OURS,
        url=url,
        status_callback=f"{app.url}/status",
        status_callback_event=EVENTS,
    )
    network.control.ended(call.sid)
    network.control.quiet()
    return call.sid


@pytest.fixture(scope="module")
def sent(network, app):
    text = network.client().messages.create(
        to=PERSON.format(700), from_=OURS, body="Hello", status_callback=f"{app.url}/text-status"
    )
    network.control.quiet()
    return text.sid


def attributes(instance):
    """What the library’s parser took from a payload."""
    return {name for name in vars(instance) if not name.startswith("_")}


def words(enumeration):
    """The words that the library knows for a status or a direction."""
    return {value for name, value in vars(enumeration).items() if not name.startswith("_")}


def test_a_call_has_every_field_that_the_parser_reads_and_no_other(network, ended):
    payload = network.raw("GET", f"Calls/{ended}.json").json()
    assert set(payload) == CALL_FIELDS
    parsed = CallInstance(None, payload, account_sid=network.account, sid=ended)
    assert attributes(parsed) - {"_from"} == CALL_FIELDS - {"from"}
    for name in ("date_created", "date_updated", "start_time", "end_time"):
        assert isinstance(getattr(parsed, name), datetime), name
    assert parsed.status in words(CallInstance.Status)
    assert ACCOUNT.fullmatch(parsed.account_sid)
    assert re.fullmatch(r"CA[0-9a-f]{32}", parsed.sid)


def test_a_message_has_every_field_that_the_parser_reads_and_no_other(network, sent):
    payload = network.raw("GET", f"Messages/{sent}.json").json()
    assert set(payload) == MESSAGE_FIELDS
    parsed = MessageInstance(None, payload, account_sid=network.account, sid=sent)
    assert attributes(parsed) - {"from_"} == MESSAGE_FIELDS - {"from"}
    for name in ("date_created", "date_updated", "date_sent"):
        assert isinstance(getattr(parsed, name), datetime), name
    assert parsed.status in words(MessageInstance.Status)
    assert parsed.direction in words(MessageInstance.Direction)


@pytest.mark.parametrize("name", ["Calls", "Messages"])
def test_a_page_has_twilios_fields_and_leads_to_the_next(network, ended, sent, name):
    page = network.raw("GET", f"{name}.json?PageSize=1").json()
    assert set(page) == {name.lower()} | PAGE_FIELDS
    assert page["page_size"] == len(page[name.lower()]) == 1
    network.client().messages.create(to=PERSON.format(700), from_=OURS, body="again")
    network.control.quiet()


def test_pages_are_walked_to_the_end_by_the_library(network, sent):
    for _ in range(4):
        network.client().messages.create(to=PERSON.format(701), from_=OURS, body="Hello")
    network.control.quiet()
    found = network.client().messages.list(to=PERSON.format(701), page_size=1)
    assert len({text.sid for text in found}) == 4
    assert len(network.client().messages.list(to=PERSON.format(701), page_size=1, limit=2)) == 2


def test_messages_are_listed_by_the_day_they_were_sent(network, sent):
    at = network.client().messages(sent).fetch().date_sent
    messages, number = network.client().messages, PERSON.format(700)
    assert sent in [text.sid for text in messages.list(to=number, date_sent=at)]
    assert sent in [text.sid for text in messages.list(to=number, date_sent_after=at)]
    assert messages.list(to=number, date_sent_before=at.replace(year=at.year - 1)) == []


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "code"),
    [
        ("POST", "Calls.json", {"From": OURS}, 400, 21201),
        ("POST", "Calls.json", {"To": PERSON.format(1)}, 400, 21213),
        ("POST", "Messages.json", {"From": OURS, "Body": "x"}, 400, 21604),
        ("POST", "Messages.json", {"To": PERSON.format(1), "Body": "x"}, 400, 21603),
        ("GET", "Calls/CA0.json", None, 404, 20404),
        ("GET", "Nothing.json", None, 404, 20404),
        ("DELETE", "Calls.json", None, 405, 20004),
    ],
)
def test_an_error_has_twilios_shape(network, method, path, form, status, code):
    reply = network.raw(method, path, data=form)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert set(reply.json()) == {"code", "message", "more_info", "status"}
    network.control.delete("unexpected")


def test_an_error_is_parsed_by_the_library(network):
    with pytest.raises(TwilioRestException) as refusal:
        network.client().calls.create(to="1", from_=OURS, url="http://127.0.0.1:1/")
    raised = refusal.value
    assert (raised.status, raised.code, raised.method) == (400, 21211, "POST")
    assert "Invalid 'To'" in raised.msg


def forms(app, path, name, sid):
    return [a.fields for a in app.asked if a.path == path and a.fields.get(name) == sid]


def test_the_forms_of_a_call_have_twilios_fields(network, app, ended):
    (first,) = forms(app, "/menu", "CallSid", ended)
    assert set(first) == CALL_FORM
    (keys,) = forms(app, "/keys", "CallSid", ended)
    assert set(keys) == CALL_FORM | {"msg", "Digits"}
    told = forms(app, "/status", "CallSid", ended)
    assert [set(form) for form in told[:-1]] == [STATUS_FORM] * 3
    assert set(told[-1]) == STATUS_FORM | {"CallDuration", "Duration"}
    assert all(form["Timestamp"].endswith("+0000") for form in told)


def test_the_forms_of_a_text_have_twilios_fields(network, app, sent):
    for form in forms(app, "/text-status", "MessageSid", sent):
        assert {"MessageSid", "SmsSid", "MessageStatus", "SmsStatus", "To", "From"} <= set(form)
        assert form["MessageStatus"] == form["SmsStatus"]
    app.answers["/sms"] = lambda _fields: (204, "", "")
    order = {"from_": PERSON.format(702), "to": OURS, "url": f"{app.url}/sms", "body": "ŷ" * 71}
    network.control.post("text", **order)
    form = next(a.fields for a in app.asked if a.path == "/sms")
    wanted = {"MessageSid", "SmsMessageSid", "Body", "NumMedia", "NumSegments", "SmsStatus"}
    assert wanted <= set(form)
    assert form["NumSegments"] == "2"
