"""A second telephone is connected where that is allowed; the network never leaves the machine."""

import pytest
from phonenet.application import ENGLISH, application
from phonenet.conftest import OURS, PERSON
from phonenet.network import TOKEN, phone_network

from contactbot.phonenet.twiml import BadTwiml, Dial, read_twiml

DIAL = '<Dial callerId="{}" timeout="18" timeLimit="30" action="/after">{}</Dial>'
SECOND = PERSON.format(299)


def document(inside):
    return f"<Response>{inside}</Response>".encode()


@pytest.fixture(scope="module")
def dialling():
    with application(TOKEN) as app, phone_network(options=["--dial"]) as network:
        app.says("/after", ENGLISH.format("Goodbye"))
        yield network, app, app.says("/first", DIAL.format(OURS, SECOND))


def connect(dialling, **person):
    network, app, url = dialling
    network.control.person(SECOND, **person)
    first = network.client().calls.create(to=PERSON.format(200), from_=OURS, url=url)
    parent = network.control.ended(first.sid)
    network.control.quiet()
    child = network.control.get("calls")[parent["index"] + 1]
    after = next(a.fields for a in app.asked[::-1] if a.path == "/after")
    return parent, child, after


def test_both_are_connected_and_the_application_hears_how_it_went(dialling):
    parent, child, after = connect(dialling, behaviour="opts_in", hang_up_after=10)
    assert (child["direction"], child["parent"], child["from"]) == (
        "outbound-dial",
        parent["sid"],
        OURS,
    )
    assert (child["status"], child["utterances"]) == ("completed", [])
    assert after["DialCallStatus"] == "completed"
    assert (after["DialCallSid"], after["DialBridged"]) == (child["sid"], "true")
    assert int(after["DialCallDuration"]) >= 1
    assert [heard["text"] for heard in parent["utterances"]] == ["Goodbye"]


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [("nobody", "no-answer"), ("busy", "busy"), ("carrier_failure", "failed")],
)
def test_a_second_telephone_that_nobody_takes_says_so(dialling, behaviour, status):
    _, child, after = connect(dialling, behaviour=behaviour)
    assert (child["status"], after["DialCallStatus"]) == (status, status)
    assert after["DialBridged"] == "false"
    assert "DialCallDuration" not in after


def test_hanging_up_the_first_ends_the_second(dialling):
    network, _, url = dialling
    network.control.person(SECOND, behaviour="opts_in", hang_up_after=None, ring_seconds=1)
    sid = network.client().calls.create(to=PERSON.format(200), from_=OURS, url=url).sid
    for _ in range(500):
        calls = network.control.get("calls", to=SECOND)
        if calls and calls[-1]["status"] == "in-progress":
            break
    network.client().calls(sid).update(status="completed")
    network.control.quiet()
    assert network.control.get("calls", to=SECOND)[-1]["status"] == "completed"
    listed = network.client().calls.list(to=SECOND, parent_call_sid=sid)
    assert [call.direction for call in listed] == ["outbound-dial"]


def test_dial_is_read_with_its_number_and_limits():
    (dial,) = read_twiml(document(f"<Dial timeout='9'><Number>{SECOND}</Number></Dial>"), dial=True)
    assert dial == Dial(SECOND, "", 9, 14400, "", "POST")


@pytest.mark.parametrize(
    "inside",
    [
        f"<Dial record='record-from-answer'>{SECOND}</Dial>",
        "<Dial>sip:somebody@example.com</Dial>",
        f"<Dial><Client>{SECOND}</Client></Dial>",
        f"<Number>{SECOND}</Number>",
        "<Dial/>",
    ],
)
def test_a_dial_that_records_or_rings_something_else_is_refused(inside):
    with pytest.raises(BadTwiml):
        read_twiml(document(inside), dial=True)


def test_without_leave_no_second_telephone_is_rung():
    with pytest.raises(BadTwiml):
        read_twiml(document(DIAL.format(OURS, SECOND)))


def test_a_document_cannot_lead_the_network_to_another_machine(network, app, place):
    elsewhere = "<Redirect>http://example.com/voice</Redirect>"
    call = network.control.ended(place(800, app.says("/away", elsewhere)).sid)
    assert "application error" in call["utterances"][-1]["text"]
    assert [surprise["code"] for surprise in network.control.get("unexpected")] == [11210]
