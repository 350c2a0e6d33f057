"""The network is killed, over and over: nothing is forgotten, nothing invented."""

import random
import signal
import threading
import time
from collections import Counter
from itertools import count, pairwise

import pytest
import requests
from phonenet.application import ENGLISH, application
from phonenet.conftest import EVENTS, OURS, PERSON
from phonenet.network import TOKEN, phone_network, wait_until

OVER = {"completed", "busy", "no-answer", "failed", "canceled"}
ROUNDS = 12


class Customer:
    """Places calls and texts as fast as the network takes them, until it is gone."""

    def __init__(self, app, chance):
        self.app, self.chance = app, chance
        self.numbers = count()
        self.asked, self.calls, self.texts = set(), {}, {}

    def trade(self, network):
        """Until the network is gone: each order has a token of its own."""
        while True:
            order = f"order{next(self.numbers)}"
            self.asked.add(order)
            try:
                (self._call if self.chance.random() < 0.7 else self._text)(network, order)
            except requests.RequestException:
                return

    def _call(self, network, order):
        form = {
            "To": PERSON.format(self.chance.choice([200, 201, 260, 270, 277, 280, 290])),
            "From": OURS,
            "Url": f"{self.app.url}/hello?{order}",
            "StatusCallback": f"{self.app.url}/status?{order}",
            "StatusCallbackEvent": EVENTS,
            "Timeout": "18",
        }
        answer = network.raw("POST", "Calls.json", data=form)
        if answer.ok:
            self.calls[answer.json()["sid"]] = order

    def _text(self, network, order):
        form = {
            "To": PERSON.format(self.chance.choice([200, 280])),
            "From": OURS,
            "Body": order,
            "StatusCallback": f"{self.app.url}/text-status?{order}",
        }
        answer = network.raw("POST", "Messages.json", data=form)
        if answer.ok:
            self.texts[answer.json()["sid"]] = order


def test_a_network_killed_at_random_moments_forgets_and_invents_nothing(tmp_path):
    chance, journal = random.Random(4), tmp_path / "journal.ndjson"  # noqa: S311 - no secret
    with application(TOKEN) as app:
        app.says("/hello", ENGLISH.format("Hello"), '<Pause length="20"/>')
        customer, ended = Customer(app, chance), {}
        for _ in range(ROUNDS):
            with phone_network(journal=journal, cps=40) as network:
                check_what_ended(network, ended)
                trader = threading.Thread(target=customer.trade, args=[network])
                trader.start()
                time.sleep(chance.uniform(0.05, 0.9))
                network.process.send_signal(signal.SIGKILL)
                network.process.wait()
                trader.join()
            if chance.random() < 0.5:
                with journal.open("ab") as torn:
                    torn.write('{"kind": "call", "sid": "ŵ'.encode()[: chance.randint(1, 27)])
        with phone_network(journal=journal, cps=200) as network:
            check_what_ended(network, ended)
            network.control.quiet(60)
            check_calls(network, app, customer)
            check_texts(network, app, customer)
    assert len(customer.calls) > 20 * ROUNDS / 4


def check_what_ended(network, ended):
    """What was once over stays as it was."""
    for call in network.control.get("calls"):
        if call["status"] in OVER:
            assert ended.setdefault(call["sid"], call["status"]) == call["status"]


def check_calls(network, app, customer):
    truth = {call["sid"]: call for call in network.control.get("calls")}
    assert set(customer.calls) <= set(truth)
    orders = Counter(call["url"].partition("?")[2] for call in truth.values())
    assert set(orders) <= customer.asked
    assert set(orders.values()) == {1}
    listed = network.client().calls.list(page_size=200)
    assert {(call.sid, call.status) for call in listed} == {
        (call["sid"], call["status"]) for call in truth.values()
    }
    told = told_of(app, "/status", "CallSid")
    for sid, call in truth.items():
        assert call["status"] in OVER
        numbered = {int(fields["SequenceNumber"]): fields["CallStatus"] for fields in told[sid]}
        assert {fields["CallStatus"] for fields in told[sid]} == set(numbered.values())
        assert sorted(numbered) == list(range(len(numbered)))
        assert numbered[max(numbered)] == call["status"]
        assert not {numbered[number] for number in range(len(numbered) - 1)} & OVER


def check_texts(network, app, customer):
    truth = {text["sid"]: text for text in network.control.get("texts")}
    assert set(customer.texts) <= set(truth)
    orders = Counter(text["body"] for text in truth.values())
    assert set(orders) <= customer.asked
    assert set(orders.values()) == {1}
    told = told_of(app, "/text-status", "MessageSid")
    for sid, text in truth.items():
        assert text["status"] in {"delivered", "undelivered"}
        assert (text["delivered_at"] is None) == (text["status"] == "undelivered")
        assert {fields["MessageStatus"] for fields in told[sid]} == {"sent", text["status"]}


def told_of(app, path, name):
    told = {}
    for asked in app.asked:
        if asked.path.startswith(path):
            told.setdefault(asked.fields[name], []).append(asked.fields)
    return told


@pytest.mark.parametrize("days", [0, 30])
def test_a_late_callback_outlives_a_crash_and_comes_when_it_is_due(tmp_path, days):
    journal = tmp_path / "journal.ndjson"
    with application(TOKEN) as app:
        url = app.says("/hello", ENGLISH.format("Hello"))
        with phone_network(journal=journal) as network:
            network.control.fault("callbacks", late_seconds=30 * 86400)
            sid = placed(network, app, url)
            network.control.ended(sid)
            assert network.control.get("summary")["callbacks_later"] == 4
            network.process.kill()
        with phone_network(journal=journal) as network:
            network.control.post("skip", seconds=days * 86400)
            if days == 0:
                assert app.statuses(sid) == []
                assert network.control.post("release")["released"] == 4
            network.control.quiet()
            assert sorted(app.statuses(sid)) == ["completed", "in-progress", "initiated", "ringing"]


def test_an_inbound_call_cut_off_by_a_crash_is_never_dialled(tmp_path):
    journal = tmp_path / "journal.ndjson"
    with application(TOKEN) as app:
        app.says("/ring", ENGLISH.format("Hello"), '<Pause length="900"/>')
        with phone_network(journal=journal) as network:
            order = {"from_": PERSON.format(200), "to": OURS, "url": f"{app.url}/ring"}
            sid = network.control.post("ring", **order)["sid"]
            network.process.kill()
        lines = journal.read_text("utf-8").splitlines(keepends=True)
        journal.write_text(lines[0], "utf-8")
        with phone_network(journal=journal) as network:
            assert network.control.call(sid)["status"] == "failed"
            assert network.control.get("summary")["in_flight"] == 0


def test_orders_and_findings_outlive_a_crash(tmp_path):
    journal, number = tmp_path / "journal.ndjson", PERSON.format(200)
    with phone_network(journal=journal) as network:
        network.raw("POST", "Calls.json", data={"To": "x", "Oddity": "1"})
        network.control.person(number, behaviour="busy", keys=["1"])
        network.control.fault("refuse_429", times=3)
        network.control.fault("lose_reply", times=1)
        network.control.post("phones/" + number, off_for=500)
        network.control.post("detection", human={"machine": 0.5})
        network.raw("POST", "Calls.json", data={"To": "x"})
        before = facts(network, number)
        network.process.kill()
    with phone_network(journal=journal) as network:
        assert facts(network, number) == before
    assert [fault["taken"] for fault in before["faults"]] == [1, 0]
    assert [surprise["reason"] for surprise in before["unexpected"]] == ["unknown field Oddity"]


def facts(network, number):
    get = network.control.get
    known = {name: get(name) for name in ("faults", "detection", "unexpected")}
    return known | {"number": get(f"numbers/{number}")}


def placed(network, app, url):
    call = network.client().calls.create(
        to=PERSON.format(200),
        from_=OURS,
        url=url,
        status_callback=f"{app.url}/status",
        status_callback_event=EVENTS,
    )
    return call.sid


def test_no_two_callbacks_of_a_call_share_a_number_over_a_crash(tmp_path):
    journal = tmp_path / "journal.ndjson"
    with application(TOKEN) as app:
        url = app.says("/hello", ENGLISH.format("Hello"), '<Pause length="900"/>')
        with phone_network(journal=journal) as network:
            sid = placed(network, app, url)
            wait_until(lambda: network.control.call(sid)["status"] == "in-progress")
            network.process.kill()
        with phone_network(journal=journal) as network:
            network.control.quiet()
        told = told_of(app, "/status", "CallSid")[sid]
        numbers = sorted({(int(f["SequenceNumber"]), f["CallStatus"]) for f in told})
        assert all(after[0] == before[0] + 1 for before, after in pairwise(numbers))
        assert numbers[-1] == (3, "completed")
