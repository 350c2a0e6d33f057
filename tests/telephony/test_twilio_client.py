"""One request an order; every reply that can come is judged, and none leads elsewhere."""

import json
import logging
import socket
import threading
import time
from urllib.parse import parse_qs

import pytest

from contactbot.ports.telephony import (
    AccountRefused,
    CallOrder,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
    TelephonyError,
)
from contactbot.telephony.twilio_client import ProviderAccount, TwilioTelephony

NUMBER = "+447700900123"
CALL = "CA" + "1" * 32
ORDER = CallOrder("tok-en_1", NUMBER, ring_seconds=18, limit_seconds=600)


def reply(status, body, *headers):
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [*headers, "", ""]
    return "\r\n".join(lines).encode() + body


def call(status="queued", sid=CALL, direction="outbound-api"):
    return {"sid": sid, "status": status, "direction": direction, "to": NUMBER}


class Provider:
    """A socket that keeps each request and answers with the next of the given bytes.

    An answer of None cuts the connection; a float waits that many seconds, then cuts it.
    """

    def __init__(self, answers):
        self.answers, self.requests = list(answers), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        for answer in self.answers:
            peer = self.listener.accept()[0]
            with peer:
                self.requests.append(read_request(peer))
                if isinstance(answer, float):
                    time.sleep(answer)
                elif isinstance(answer, list):
                    dribble(peer, answer)
                elif answer:
                    peer.sendall(answer)

    def close(self):
        self.thread.join(5)
        self.listener.close()


def dribble(peer, pieces):
    try:
        for piece in pieces:
            peer.sendall(piece)
            time.sleep(0.05)
    except OSError:
        return


def read_request(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(ln[15:]) for ln in head.split(b"\r\n") if ln[:15] == b"Content-Length:"), 0)
    while len(body) < length:
        body += peer.recv(65536)
    return head.decode().split("\r\n")[0], parse_qs(body.decode()), head.decode()


@pytest.fixture
def provider():
    opened = []

    def start(*answers):
        opened.append(Provider(answers))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def telephony(url, timeout=10.0, public="https://calls.example.org/"):
    account = ProviderAccount("AC" + "0" * 32, "SKkey", "secret", "+442920180000", url)
    return TwilioTelephony(account, public, timeout)


def test_a_call_is_placed_by_one_complete_request(provider):
    there = provider(reply(201, call()))
    placed = telephony(there.url).place_call(ORDER)
    assert (placed.provider_id, placed.status, placed.outbound) == (CALL, "queued", True)
    (line, form, _) = there.requests[0]
    assert line == f"POST /2010-04-01/Accounts/AC{'0' * 32}/Calls.json HTTP/1.1"
    assert form == {
        "To": [NUMBER],
        "From": ["+442920180000"],
        "Url": ["https://calls.example.org/webhooks/twilio/call/tok-en_1/0"],
        "FallbackUrl": ["https://calls.example.org/webhooks/twilio/goodbye"],
        "StatusCallback": ["https://calls.example.org/webhooks/twilio/status/tok-en_1"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["18"],
        "TimeLimit": ["600"],
    }


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(429, {"code": 20429}, "Retry-After: 3"), RefusedBeforeEffect),
        (reply(400, {"code": 21211, "message": NUMBER}), NumberRefused),
        (reply(401, {"code": 20003, "message": "no"}), AccountRefused),
        (reply(400, {"code": 71234}), AccountRefused),
        (reply(403, b"<html>"), AccountRefused),
        (reply(500, {"code": 20500}), OutcomeUnknown),
        (reply(503, {"code": 20429}), OutcomeUnknown),
        (reply(502, {"type": "t", "title": "t", "status": 400, "code": 21211}), OutcomeUnknown),
        (reply(408, {"code": 21211}), OutcomeUnknown),
        (reply(302, b"", "Location: http://127.0.0.1:1/"), OutcomeUnknown),
        (reply(201, b'{"sid": "CA1'), OutcomeUnknown),
        (reply(201, b"[" * 100_000), OutcomeUnknown),
        (reply(201, b""), OutcomeUnknown),
        (reply(201, b"\xff"), OutcomeUnknown),
        (reply(201, []), OutcomeUnknown),
        (reply(201, call(sid="../Messages")), OutcomeUnknown),
        (reply(201, call())[:-5], OutcomeUnknown),
        (reply(400, {"code": 21211})[:-2], OutcomeUnknown),
        (b"HTTP/1.1 201 x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{", OutcomeUnknown),
        (b"HTTP/1.1 2", OutcomeUnknown),
        (b"nonsense\r\n\r\n", OutcomeUnknown),
        (reply(201, b"1" * (2 << 20)), OutcomeUnknown),
        (None, OutcomeUnknown),
    ],
)
def test_each_reply_proves_what_it_proves_and_is_never_asked_again(provider, answer, expected):
    there = provider(answer)
    with pytest.raises(TelephonyError) as caught:
        telephony(there.url).place_call(ORDER)
    assert type(caught.value) is expected
    assert NUMBER not in repr(caught.value)
    assert len(there.requests) == 1


def test_the_wait_the_provider_asks_for_is_passed_on(provider):
    there = provider(reply(429, b"", "Retry-After: 7"))
    with pytest.raises(RefusedBeforeEffect) as caught:
        telephony(there.url).place_call(ORDER)
    assert caught.value.retry_after == 7


def test_no_network_is_a_refusal_before_effect():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(RefusedBeforeEffect):
        telephony(url).place_call(ORDER)


def test_silence_is_an_unknown_outcome_within_the_time_out(provider):
    there = provider(1.0)
    before = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        telephony(there.url, timeout=0.4).place_call(ORDER)
    assert time.monotonic() - before < 0.9


def test_a_reply_that_trickles_ends_at_the_time_out(provider):
    head, body = reply(201, call()).split(b"\r\n\r\n")
    there = provider([head + b"\r\n\r\n", *(bytes([byte]) for byte in body)])
    before = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        telephony(there.url, timeout=0.4).place_call(ORDER)
    assert time.monotonic() - before < 1.0


def test_further_pages_are_asked_of_the_same_host(provider):
    pages = [
        {"calls": [call()], "next_page_uri": "/2010-04-01/Accounts/x/Calls.json?Page=1"},
        {"calls": [call("ringing", direction="inbound")], "next_page_uri": None},
    ]
    there = provider(*(reply(200, page) for page in pages))
    found = telephony(there.url).calls_to(NUMBER)
    assert [(known.status, known.outbound) for known in found] == [
        ("queued", True),
        ("ringing", False),
    ]
    assert "To=%2B447700900123&PageSize=50" in there.requests[0][0]
    assert "StartTime" not in there.requests[0][0]
    assert "Page=1" in there.requests[1][0]


def test_a_page_that_names_another_host_is_asked_of_ours(provider):
    meta = {"key": "calls", "next_page_url": "http://203.0.113.9/away"}
    there = provider(reply(200, {"calls": [], "meta": meta}), reply(200, {"calls": []}))
    assert telephony(there.url).calls_to(NUMBER) == []
    assert there.requests[1][0] == "GET /away HTTP/1.1"


@pytest.mark.parametrize("answer", [reply(401, {"code": 20003}), reply(500, b""), None])
def test_a_list_that_cannot_be_had_is_an_error_and_never_empty(provider, answer):
    with pytest.raises(TelephonyError):
        telephony(provider(answer).url).calls_to(NUMBER)


def test_an_unheard_of_call_is_none(provider):
    there = provider(reply(404, {"code": 20404}))
    assert telephony(there.url).call(CALL) is None
    assert telephony(there.url).call("CA1/../../x") is None


@pytest.mark.parametrize(
    ("status", "order"),
    [("queued", "canceled"), ("ringing", "canceled"), ("in-progress", "completed")],
)
def test_a_call_is_ended_by_the_order_of_its_state(provider, status, order):
    there = provider(reply(200, call(status)), reply(200, call(order)))
    telephony(there.url).end_call(CALL)
    assert there.requests[1][1] == {"Status": [order]}


@pytest.mark.parametrize("missed", [reply(400, {"code": 21220}), reply(200, call("in-progress"))])
def test_a_call_answered_meanwhile_is_hung_up(provider, missed):
    there = provider(
        reply(200, call("ringing")),
        missed,
        reply(200, call("in-progress")),
        reply(200, call("completed")),
    )
    telephony(there.url).end_call(CALL)
    assert [form for _, form, _ in there.requests if form] == [
        {"Status": ["canceled"]},
        {"Status": ["completed"]},
    ]


def test_a_call_that_will_not_end_is_reported(provider):
    there = provider(*[reply(200, call("ringing")), reply(400, {"code": 21220})] * 3)
    with pytest.raises(OutcomeUnknown):
        telephony(there.url).end_call(CALL)


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed", "canceled"])
def test_a_call_that_is_over_is_left_alone(provider, status):
    there = provider(reply(200, call(status)))
    telephony(there.url).end_call(CALL)
    assert len(there.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://api.twilio.com",
        "http://192.0.2.1",
        "http://localhost.example",
        "http://u:p@127.0.0.1",
        "http://127.0.0.1/prefix",
        "127.0.0.1:80",
        "file:///etc/passwd",
    ],
)
def test_nothing_but_loopback_unless_live(url):
    with pytest.raises(ValueError, match="telephone provider"):
        telephony(url)


def test_live_needs_https():
    account = ProviderAccount("AC1", "AC1", "secret", "+442920180000", "http://a.example", True)
    with pytest.raises(ValueError, match="plain http"):
        TwilioTelephony(account, "https://calls.example.org")


def test_no_log_line_at_any_level_holds_a_number(provider, caplog):
    caplog.set_level(logging.DEBUG)
    there = provider(reply(200, {"calls": [], "next_page_uri": None}))
    telephony(there.url).calls_to(NUMBER)
    assert "7700900123" not in caplog.text


def test_the_secret_is_not_shown():
    assert "hush" not in repr(ProviderAccount("AC1", "AC1", "hush", "+442920180000"))
