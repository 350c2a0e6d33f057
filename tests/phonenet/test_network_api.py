"""The REST API as the unmodified Twilio client sees it."""

from datetime import timedelta

import pytest
from phonenet.application import ENGLISH
from phonenet.conftest import EVENTS, OURS, PERSON
from phonenet.network import wait_until
from twilio.base.exceptions import TwilioRestException

from contactbot.phonenet.moments import now

WELL = ENGLISH.format("Hello")


class Refused:
    """Expect the client to raise with this code."""

    def __init__(self, code, status=None):
        self.code, self.status = code, status

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        assert kind is TwilioRestException, f"expected a refusal with {self.code}"
        assert value.code == self.code
        assert self.status in {None, value.status}
        return True


def test_a_created_call_is_queued_without_a_start_time(network, app, place):
    call = place(200, app.says("/hello", WELL))
    assert (call.status, call.start_time, call.direction) == ("queued", None, "outbound-api")
    assert call.sid.startswith("CA")
    assert call.to == PERSON.format(200)


def test_a_finished_call_is_fetched_with_its_times(network, app, place):
    sid = place(200, app.says("/hello", WELL)).sid
    network.control.ended(sid)
    call = network.client().calls(sid).fetch()
    assert call.status == "completed"
    assert call.duration == "1"
    assert abs(now() - call.start_time) < timedelta(minutes=1)
    assert int(call.queue_time) >= 0


def test_calls_are_listed_newest_first_over_several_pages(network, app, place):
    url = app.says("/hello", WELL)
    placed = [place(210, url).sid for _ in range(5)]
    listed = network.client().calls.list(to=PERSON.format(210), from_=OURS, page_size=2)
    assert [call.sid for call in listed] == placed[::-1]


def test_a_list_may_be_filtered_by_status_and_time(network, app, place):
    sid = place(211, app.says("/hello", WELL)).sid
    network.control.ended(sid)
    calls, number, at = network.client().calls, PERSON.format(211), now()
    hour = timedelta(hours=1)
    assert [call.sid for call in calls.list(to=number, status="completed")] == [sid]
    assert calls.list(to=number, status="queued") == []
    assert [call.sid for call in calls.list(to=number, start_time_after=at - hour)] == [sid]
    assert calls.list(to=number, start_time_after=at + hour) == []
    assert calls.list(to=number, start_time_before=at - hour) == []
    # Asked for by the second, so the second must be the call's own and not the one after it.
    started = calls(sid).fetch().start_time
    assert [call.sid for call in calls.list(to=number, start_time=started)] == [sid]


def test_a_call_is_deleted_only_when_it_is_over(network, app, place):
    sid = place(212, app.says("/hello", WELL, '<Pause length="9"/>')).sid
    with Refused(20009):
        network.client().calls(sid).delete()
    network.control.ended(sid)
    assert network.client().calls(sid).delete()
    with Refused(20404, 404):
        network.client().calls(sid).fetch()
    assert network.control.call(sid)["deleted"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "01632 960000"}, 21211),
        ({"to": "+15005550000"}, 21215),
        ({"from_": "nobody"}, 21212),
        ({"url": "http://example.com/"}, 21205),
        ({"url": "nowhere"}, 21205),
        ({"record": True}, 20001),
    ],
)
def test_a_bad_order_is_refused_with_its_code(network, app, changes, code):
    order = {"to": PERSON.format(200), "from_": OURS, "url": f"{app.url}/hello"}
    before = network.control.get("summary")["calls"]
    with Refused(code, 400):
        network.client().calls.create(**{**order, **changes})
    assert network.control.get("summary")["calls"] == before
    network.control.delete("unexpected")


@pytest.mark.parametrize(("behaviour", "code"), [("unreachable", 21214), ("barred", 21215)])
def test_a_number_may_be_beyond_reach(network, app, place, behaviour, code):
    network.control.person(PERSON.format(213), behaviour=behaviour)
    with Refused(code, 400):
        place(213, f"{app.url}/hello")


def test_a_wrong_token_is_refused(network):
    with Refused(20003, 401):
        network.client(token="another").calls("CA" + "f" * 32).fetch()


def test_an_unknown_call_is_not_found(network):
    with Refused(20404, 404):
        network.client().calls("CA" + "f" * 32).fetch()


def test_an_unknown_field_is_noted_as_unexpected(network, app):
    form = {"To": PERSON.format(200), "From": OURS, "Url": f"{app.url}/hello", "TimeLimt": "9"}
    assert network.raw("POST", "Calls.json", data=form).status_code == 201
    reasons = [surprise["reason"] for surprise in network.control.get("unexpected")]
    assert "unknown field TimeLimt" in reasons
    network.control.quiet()
    network.control.delete("unexpected")


def test_a_ringing_call_is_canceled_and_the_cancel_is_told(network, app, place):
    network.control.person(PERSON.format(214), ring_seconds=500, behaviour="opts_in")
    sid = place(214, f"{app.url}/hello", timeout=600).sid
    wait_for(network, sid, "ringing")
    assert network.client().calls(sid).update(status="canceled").sid == sid
    call = network.control.ended(sid)
    network.control.quiet()
    assert (call["status"], call["canceled_before_dial"]) == ("canceled", False)
    assert app.statuses(sid) == ["initiated", "ringing", "canceled"]


def test_a_running_call_is_hung_up_but_not_canceled(network, app, place):
    sid = place(215, app.says("/long", WELL, '<Pause length="900"/>')).sid
    wait_for(network, sid, "in-progress")
    network.client().calls(sid).update(status="canceled")
    assert network.client().calls(sid).fetch().status == "in-progress"
    network.client().calls(sid).update(status="completed")
    assert network.control.ended(sid)["status"] == "completed"


def test_a_running_call_can_be_given_another_document(network, app, place):
    sid = place(216, app.says("/long", WELL, '<Pause length="900"/>')).sid
    wait_until(lambda: network.control.call(sid)["utterances"])
    network.client().calls(sid).update(url=app.says("/other", ENGLISH.format("Something else")))
    call = network.control.ended(sid)
    assert [heard["text"] for heard in call["utterances"]] == ["Hello", "Something else"]


def test_a_call_that_is_over_cannot_be_changed(network, app, place):
    sid = place(217, app.says("/hello", WELL)).sid
    network.control.ended(sid)
    with Refused(21220, 400):
        network.client().calls(sid).update(status="completed")


def wait_for(network, sid, status):
    for _ in range(500):
        if network.client().calls(sid).fetch().status == status:
            return
    raise AssertionError(f"never {status}")


def send(network, app, ends_in, body="Rydym wedi ceisio’ch ffonio."):
    return network.client().messages.create(
        to=PERSON.format(ends_in),
        from_=OURS,
        body=body,
        status_callback=f"{app.url}/text-status",
        validity_period=600,
    )


def test_a_text_is_accepted_sent_and_delivered(network, app):
    sid = send(network, app, 200).sid
    network.control.quiet()
    assert network.client().messages(sid).fetch().status == "delivered"
    told = [a.fields["MessageStatus"] for a in app.asked if a.path == "/text-status"]
    assert told[-2:] == ["sent", "delivered"]
    shown = network.control.get(f"numbers/{PERSON.format(200)}")["texts"]
    assert shown[-1]["body"] == "Rydym wedi ceisio’ch ffonio."


def test_a_text_is_redacted_listed_and_deleted(network, app):
    sid = send(network, app, 220).sid
    wait_until_status(network, sid, "delivered")
    messages = network.client().messages
    assert messages(sid).update(body="").body == ""
    assert [text.sid for text in messages.list(to=PERSON.format(220))] == [sid]
    assert messages(sid).delete()
    assert messages.list(to=PERSON.format(220)) == []
    assert network.control.get(f"numbers/{PERSON.format(220)}")["texts"][0]["body"]


def test_stop_ends_texts_from_that_sender_until_start(network, app):
    app.answers["/sms"] = lambda _fields: (204, "", "")
    number = PERSON.format(221)
    order = {"from_": number, "to": OURS, "url": f"{app.url}/sms"}
    network.control.post("text", **order, body=" stop ")
    with Refused(21610, 400):
        send(network, app, 221)
    network.control.post("text", **order, body="Start")
    assert send(network, app, 221).status == "queued"
    assert all(asked.genuine for asked in app.asked if asked.path == "/sms")


@pytest.mark.parametrize(("body", "code"), [("", 21602), ("x" * 1601, 21617)])
def test_a_text_without_words_or_with_too_many_is_refused(network, app, body, code):
    with Refused(code, 400):
        send(network, app, 200, body)


def wait_until_status(network, sid, status):
    for _ in range(500):
        if network.client().messages(sid).fetch().status == status:
            return
    raise AssertionError(f"never {status}")


def test_only_the_events_asked_for_are_told(network, app):
    sid = (
        network.client()
        .calls.create(
            to=PERSON.format(222),
            from_=OURS,
            url=app.says("/hello", WELL),
            status_callback=f"{app.url}/status",
            status_callback_event=EVENTS[2:],
        )
        .sid
    )
    network.control.quiet()
    assert app.statuses(sid) == ["in-progress", "completed"]
