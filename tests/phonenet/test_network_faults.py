"""Trouble on order: replies lost, requests refused, callbacks copied, late, reversed or early."""

import pytest
import requests
from phonenet.application import ENGLISH, gather
from phonenet.conftest import OURS, PERSON
from twilio.base.exceptions import TwilioException, TwilioRestException

HELLO = ENGLISH.format("Hello")
LOST = (TwilioException, requests.RequestException, ValueError)


def calls_to(network, ends_in):
    return network.control.get("calls", to=PERSON.format(ends_in))


@pytest.mark.parametrize(
    ("ends_in", "mode"),
    [(300, "drop"), (301, "500"), (302, "truncate"), (303, "hang"), (323, "502")],
)
def test_a_lost_reply_has_had_its_effect_once(network, app, place, ends_in, mode):
    network.control.fault("lose_reply", mode=mode, times=1, hang_seconds=2)
    client = network.client(timeout=0.5)
    with pytest.raises(LOST):
        client.calls.create(to=PERSON.format(ends_in), from_=OURS, url=app.says("/hello", HELLO))
    network.control.quiet()
    assert [call["status"] for call in calls_to(network, ends_in)] == ["completed"]
    assert len(network.client().calls.list(to=PERSON.format(ends_in))) == 1


@pytest.mark.parametrize("mode", ["drop", "500", "502", "truncate", "hang"])
def test_a_lost_reply_to_a_text_has_had_its_effect_once(network, app, place, mode):
    number = PERSON.format(324)
    before = len(network.control.get(f"numbers/{number}")["texts"])
    network.control.fault("lose_reply", mode=mode, times=1, hang_seconds=2)
    with pytest.raises(LOST):
        network.client(timeout=0.5).messages.create(to=number, from_=OURS, body="Hello")
    network.control.quiet()
    assert len(network.control.get(f"numbers/{number}")["texts"]) == before + 1
    assert len(network.client().messages.list(to=number)) == before + 1


def test_a_lost_request_has_no_effect(network, app, place):
    network.control.fault("lose_request", mode="drop", times=1)
    with pytest.raises(LOST):
        place(304, app.says("/hello", HELLO))
    assert calls_to(network, 304) == []


def test_429_is_given_before_any_effect_and_says_when_to_come_back(network, app, place):
    network.control.fault("refuse_429", times=1, retry_after=3)
    form = {"To": PERSON.format(305), "From": OURS, "Url": app.says("/hello", HELLO)}
    answer = network.raw("POST", "Calls.json", data=form)
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert answer.headers["Retry-After"] == "3"
    assert calls_to(network, 305) == []
    assert place(305, form["Url"]).status == "queued"


def test_the_list_can_be_away(network, place):
    network.control.fault("refuse", on="read", times=1, status=503, code=20503)
    with pytest.raises(TwilioException):
        network.client().calls.list(to=PERSON.format(306))
    assert network.client().calls.list(to=PERSON.format(306)) == []


def test_an_account_can_be_suspended(network, app, place):
    network.control.fault("refuse", times=1, status=401, code=20003)
    with pytest.raises(TwilioRestException) as refusal:
        place(307, app.says("/hello", HELLO))
    assert (refusal.value.status, refusal.value.code) == (401, 20003)


def test_a_share_of_replies_is_lost_by_the_seed(network, app, place):
    network.control.fault("lose_reply", mode="500", share=0.5)
    url, lost = app.says("/hello", HELLO), 0
    for _ in range(20):
        try:
            place(308, url)
        except TwilioRestException:
            lost += 1
    network.control.delete("faults")
    assert 3 < lost < 17
    assert len(calls_to(network, 308)) == 20


def test_callbacks_come_twice(network, app, place):
    network.control.fault("callbacks", duplicate=1)
    sid = place(309, app.says("/hello", HELLO)).sid
    network.control.quiet()
    told = ["initiated", "ringing", "in-progress", "completed"]
    assert app.statuses(sid) == [status for status in told for _ in range(2)]


def test_callbacks_come_in_reverse(network, app, place):
    network.control.fault("callbacks", reverse=True)
    sid = place(310, app.says("/hello", HELLO)).sid
    network.control.quiet()
    assert app.statuses(sid) == ["completed", "in-progress", "ringing", "initiated"]


def test_a_callback_can_be_dropped(network, app, place):
    network.control.fault("callbacks", drop=["completed"])
    sid = place(311, app.says("/hello", HELLO)).sid
    network.control.quiet()
    assert app.statuses(sid) == ["initiated", "ringing", "in-progress"]


def test_a_late_callback_comes_after_the_end_and_is_pending_meanwhile(network, app, place):
    network.control.fault("callbacks", late_seconds=0.5)
    sid = place(312, app.says("/hello", HELLO)).sid
    network.control.ended(sid)
    assert network.control.get("summary")["callbacks_pending"] > 0
    network.control.quiet()
    assert sorted(app.statuses(sid)) == ["completed", "in-progress", "initiated", "ringing"]


def test_an_early_callback_comes_before_the_reply(network, app, place):
    network.control.fault("callbacks", early=True)
    asked_before = len(app.asked)
    call = place(313, app.says("/hello", HELLO))
    assert call.status == "queued"
    assert app.asked[asked_before].fields["CallSid"] == call.sid


def test_each_document_can_be_asked_for_twice(network, app, place):
    network.control.fault("callbacks", documents_twice=True)
    asked_before = len(app.asked)
    sid = place(322, app.says("/twice", HELLO)).sid
    call = network.control.ended(sid)
    asked = [request.path for request in app.asked[asked_before:]]
    assert (asked.count("/twice"), len(call["utterances"])) == (2, 1)


def test_an_order_that_makes_no_sense_is_refused_in_plain_words(network):
    answer = requests.post(f"{network.url}/_control/faults", json={"kind": "gremlins"}, timeout=5)
    assert answer.status_code == 400
    assert "gremlins" in answer.json()["error"]


FAILURES = {
    "/error": (500, "text/html", "oops"),
    "/nothing": (200, "text/xml", ""),
    "/json": (200, "application/json", "{}"),
    "/broken": (200, "text/xml", "<Response><Say>"),
    "/record": (200, "text/xml", "<Response><Record/></Response>"),
    "/dial": (200, "text/xml", "<Response><Dial>+442920180001</Dial></Response>"),
    "/moved": (302, "text/xml", "<Response/>"),
    "/voice": (200, "text/xml", '<Response><Say language="cy-GB">Helo</Say></Response>'),
}


@pytest.mark.parametrize("path", FAILURES)
def test_a_failing_webhook_is_heard_as_an_application_error_and_noted(network, app, place, path):
    app.answers[path] = lambda _fields: FAILURES[path]
    sid = place(314, app.url + path).sid
    call = network.control.ended(sid)
    assert "application error" in call["utterances"][-1]["text"]
    assert call["webhook_errors"] == 1
    surprises = network.control.get("unexpected")
    assert [surprise["sid"] for surprise in surprises] == [sid]


def test_plain_text_is_read_out_to_whoever_answered(network, app, place):
    app.answers["/plain"] = lambda _fields: (200, "text/plain", "a secret")
    call = network.control.ended(place(315, f"{app.url}/plain").sid)
    assert call["utterances"][0]["text"] == "a secret"
    assert network.control.get("unexpected")[0]["code"] == 12300


def test_a_status_callback_that_fails_is_noted_and_the_call_goes_on(network, app, place):
    app.answers["/status"] = lambda _fields: (500, "text/plain", "no")
    sid = place(316, app.says("/hello", HELLO)).sid
    call = network.control.quiet() and network.control.call(sid)
    del app.answers["/status"]
    assert (call["status"], call["webhook_errors"]) == ("completed", 4)


def test_an_unreachable_application_leaves_the_person_with_an_error(network, place):
    sid = place(317, "http://127.0.0.1:9/voice").sid
    call = network.control.ended(sid)
    assert "application error" in call["utterances"][-1]["text"]


def test_the_fallback_address_is_asked_before_giving_up(network, app, place):
    app.answers["/error"] = lambda _fields: FAILURES["/error"]
    fallback = app.says("/fallback", ENGLISH.format("Goodbye"))
    call = network.control.ended(place(318, f"{app.url}/error", fallback_url=fallback).sid)
    assert [heard["text"] for heard in call["utterances"]] == ["Goodbye"]


def test_a_menu_without_keys_goes_on_to_the_next_verb_unless_told_otherwise(network, app, place):
    asks = gather(1, "/keys", HELLO).replace('actionOnEmptyResult="true"', "")
    network.control.person(PERSON.format(319), behaviour="silent")
    call = network.control.ended(place(319, app.says("/menu", asks, HELLO, "<Hangup/>")).sid)
    assert [heard["text"] for heard in call["utterances"]] == ["Hello", "Hello"]


def test_documents_that_never_end_are_stopped(network, app, place):
    sid = place(320, app.says("/round", "<Redirect>/round</Redirect>")).sid
    assert network.control.ended(sid)["status"] == "completed"
    reasons = [surprise["reason"] for surprise in network.control.get("unexpected")]
    assert reasons == ["the documents never end"]
