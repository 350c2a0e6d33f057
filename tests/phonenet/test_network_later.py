"""What is late: texts that wait or expire, telephones that are off, bursts, disorder."""

import pytest
from phonenet.application import ENGLISH, application
from phonenet.conftest import OURS, PERSON
from phonenet.network import TOKEN, phone_network, wait_until

DAY = 86400


def send(network, app, ends_in, body="Hello", **options):
    return network.client().messages.create(
        to=PERSON.format(ends_in),
        from_=OURS,
        body=body,
        status_callback=f"{app.url}/text-status",
        **options,
    )


def text(network, sid):
    return next(each for each in network.control.get("texts") if each["sid"] == sid)


def told(app, sid):
    return [a.fields["MessageStatus"] for a in app.asked if a.fields.get("MessageSid") == sid]


@pytest.fixture(autouse=True)
def well(network):
    yield
    network.control.delete("faults")
    network.control.post("skip", seconds=4 * DAY)
    network.control.quiet()
    network.control.delete("unexpected")


def test_a_text_that_waits_at_the_provider_past_its_validity_fails(network, app):
    network.control.fault("texts", held_seconds=7200)
    sid = send(network, app, 500, validity_period=3600).sid
    network.control.post("skip", seconds=3590)
    assert text(network, sid)["status"] == "queued"
    network.control.post("skip", seconds=11)
    network.control.quiet()
    message = network.client().messages(sid).fetch()
    assert (message.status, message.error_code) == ("failed", 30036)
    assert told(app, sid) == ["failed"]
    assert text(network, sid)["delivered_at"] is None


def test_a_text_that_waits_less_than_its_validity_is_sent(network, app):
    network.control.fault("texts", held_seconds=1800)
    sid = send(network, app, 501, validity_period=3600).sid
    network.control.post("skip", seconds=1801)
    network.control.quiet()
    assert told(app, sid) == ["sent", "delivered"]


def test_a_telephone_off_for_three_days_shows_the_text_then_whatever_its_validity(network, app):
    number = PERSON.format(502)
    network.control.post(f"phones/{number}", off_for=72 * 3600)
    sid = send(network, app, 502, validity_period=600).sid
    wait_until(lambda: network.control.get("summary")["callbacks_later"] == 1)
    network.control.post("skip", seconds=71 * 3600)
    assert text(network, sid)["delivered_at"] is None
    assert network.control.get(f"numbers/{number}/lock_screen") == []
    summary = network.control.get("summary")
    assert (summary["callbacks_pending"], summary["callbacks_later"]) == (1, 1)
    network.control.post("skip", seconds=3600)
    network.control.quiet()
    assert told(app, sid) == ["sent", "delivered"]
    assert network.control.get(f"numbers/{number}/lock_screen")[0]["text"] == f"{OURS}: Hello"


def test_a_carrier_gives_up_after_three_days(network, app):
    network.control.post(f"phones/{PERSON.format(503)}", off_for=30 * DAY)
    sid = send(network, app, 503).sid
    wait_until(lambda: text(network, sid)["status"] == "sent")
    network.control.post("skip", seconds=72 * 3600 + 1)
    network.control.quiet()
    assert network.client().messages(sid).fetch().error_code == 30003
    network.control.post(f"phones/{PERSON.format(503)}", off_for=0)


def test_a_telephone_that_is_off_cannot_be_rung(network, app, place):
    network.control.post(f"phones/{PERSON.format(504)}", off_for=60)
    call = network.control.ended(place(504, app.says("/hello", ENGLISH.format("Hello"))).sid)
    assert (call["status"], call["sip"], call["utterances"]) == ("no-answer", 480, [])


@pytest.mark.parametrize("code", [30003, 30004, 30005, 30006, 30007, 30008])
def test_a_text_can_fail_for_each_of_the_carriers_reasons(network, app, code):
    network.control.person(PERSON.format(505), text_error=code)
    sid = send(network, app, 505).sid
    network.control.quiet()
    assert network.client().messages(sid).fetch().error_code == code
    assert told(app, sid) == ["sent", "undelivered"]


@pytest.mark.parametrize(
    ("body", "segments", "encoding"),
    [
        ("x" * 160, 1, "GSM-7"),
        ("x" * 161, 2, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("Dŵr " * 17, 1, "UCS-2"),
        ("ŷ" * 71, 2, "UCS-2"),
        ("w\u0302" * 70, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
    ],
)
def test_segments_are_counted_as_twilio_counts_them(network, app, body, segments, encoding):
    sent = send(network, app, 506, body)
    assert sent.num_segments == str(segments)
    assert text(network, sent.sid)["encoding"] == encoding
    network.control.quiet()


def test_a_burst_of_callbacks_comes_when_it_is_let_go(network, app, place):
    network.control.fault("callbacks", burst=True, times=5)
    url = app.says("/hello", ENGLISH.format("Hello"))
    sids = [place(510 + n, url).sid for n in range(5)]
    for sid in sids:
        network.control.ended(sid)
    assert [app.statuses(sid) for sid in sids] == [[]] * 5
    assert len(network.control.get("callbacks")) == 20
    assert network.control.post("release")["released"] == 20
    network.control.quiet()
    states = {"initiated", "ringing", "in-progress", "completed"}
    assert all(set(app.statuses(sid)) == states for sid in sids)


def test_callbacks_come_in_an_order_that_the_seed_decides(network, app, place):
    network.control.fault("callbacks", shuffle=True, times=8)
    url = app.says("/hello", ENGLISH.format("Hello"))
    sids = [place(520 + n, url).sid for n in range(8)]
    network.control.quiet()
    orders = {tuple(app.statuses(sid)) for sid in sids}
    assert len(orders) > 2
    assert {tuple(sorted(order)) for order in orders} == {
        ("completed", "in-progress", "initiated", "ringing")
    }


def test_text_callbacks_can_be_dropped_copied_and_late(network, app):
    network.control.fault("callbacks", drop=["sent"], duplicate=2, late_seconds=30 * DAY)
    sid = send(network, app, 530).sid
    wait_until(lambda: text(network, sid)["status"] == "delivered")
    assert told(app, sid) == []
    network.control.post("skip", seconds=30 * DAY)
    network.control.quiet()
    assert told(app, sid) == ["delivered"] * 3


def test_a_callback_can_be_replayed_after_everything_was_erased(network, app, place):
    sid = place(531, app.says("/hello", ENGLISH.format("Hello"))).sid
    network.control.ended(sid)
    network.control.quiet()
    network.client().calls(sid).delete()
    before = len(app.statuses(sid))
    network.control.post("replay", sid=sid, times=10)
    assert len(app.statuses(sid)) == before + 10


def test_a_call_that_waited_a_day_for_its_turn_is_canceled():
    with application(TOKEN) as app, phone_network(cps=0.5) as network:
        url = app.says("/hello", ENGLISH.format("Hello"))
        calls = network.client().calls
        order = {"from_": OURS, "url": url, "status_callback": f"{app.url}/status"}
        sids = [calls.create(to=PERSON.format(200 + n), **order).sid for n in range(2)]
        network.control.post("skip", seconds=DAY + 1)
        network.control.quiet()
        last = network.control.call(sids[1])
        assert (last["status"], last["canceled_before_dial"]) == ("canceled", True)
        assert app.statuses(sids[1]) == ["canceled"]


def test_people_answer_texts_and_ring_back_as_they_were_told_to():
    with application(TOKEN) as app:
        app.answers["/sms"] = lambda _fields: (204, "", "")
        app.says("/ring", ENGLISH.format("Hello"))
        urls = {"voice_url": f"{app.url}/ring", "text_url": f"{app.url}/sms"}
        with phone_network(**urls) as network:
            number, other = PERSON.format(200), PERSON.format(260)
            network.control.person(number, replies=["Wrong number!", "STOP"])
            for _ in range(2):
                send(network, app, 200)
                wait_until(lambda: network.control.quiet() and True)
            wait_until(lambda: len(bodies(app)) == 2)
            assert bodies(app) == ["Wrong number!", "STOP"]
            network.control.person(other, rings_back_after=5)
            call = network.client().calls.create(to=other, from_=OURS, url=f"{app.url}/ring")
            network.control.ended(call.sid)
            back = wait_until(
                lambda: [c for c in network.control.get("calls") if c["direction"] == "inbound"]
            )
            assert (back[0]["from"], back[0]["to"]) == (other, OURS)


def bodies(app):
    return [asked.fields["Body"] for asked in app.asked if asked.path == "/sms"]


def test_a_welsh_stop_word_reaches_the_application_and_stops_nothing_by_itself(network, app):
    app.answers["/sms"] = lambda _fields: (204, "", "")
    order = {"from_": PERSON.format(540), "to": OURS, "url": f"{app.url}/sms"}
    network.control.post("text", **order, body="STOPIWCH")
    assert send(network, app, 540).sid
    network.control.post("text", **order, body="STOP")
    network.control.post("text", **order, body="UNSTOP")
    assert send(network, app, 540).sid
    assert bodies(app)[-3:] == ["STOPIWCH", "STOP", "UNSTOP"]
