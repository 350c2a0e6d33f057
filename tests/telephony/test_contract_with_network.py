"""The adapter against the phone network: what was really placed decides, not what was answered."""

from uuid import uuid4

import pytest
from phonenet.network import phone_network

from contactbot.ports.telephony import (
    AccountRefused,
    CallOrder,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
)
from contactbot.telephony.twilio_client import ProviderAccount, TwilioTelephony

OURS = "+442920180000"
NOBODY_ANSWERS = "+447700900260"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def network():
    with phone_network(tempo=1, cps=100) as running:
        yield running


@pytest.fixture
def telephony(network):
    network.control.delete("faults")
    return adapter(network)


def adapter(network, token=None, url=None):
    account = ProviderAccount(
        network.account, network.account, token or network.token, OURS, url or network.url
    )
    return TwilioTelephony(account, NOWHERE, timeout=1.5)


def order(number=NOBODY_ANSWERS):
    return CallOrder(uuid4().hex, number, ring_seconds=18, limit_seconds=600)


def placed_for(network, asked):
    return [call for call in network.control.get("calls") if asked.token in call["url"]]


def test_a_placed_call_is_listed_found_and_cancelled(network, telephony):
    asked = order()
    call = telephony.place_call(asked)
    assert call.outbound
    assert len(placed_for(network, asked)) == 1
    assert call.provider_id in [known.provider_id for known in telephony.calls_to(asked.number)]
    telephony.end_call(call.provider_id)
    ended = telephony.call(call.provider_id)
    assert ended is not None
    assert ended.status == "canceled"
    telephony.end_call(call.provider_id)


@pytest.mark.parametrize("mode", ["drop", "500", "truncate", "hang"])
def test_a_lost_reply_is_an_unknown_outcome_and_the_call_can_be_found(network, telephony, mode):
    network.control.fault("lose_reply", mode=mode)
    asked = order()
    before = {call.provider_id for call in telephony.calls_to(asked.number)}
    with pytest.raises(OutcomeUnknown):
        telephony.place_call(asked)
    assert len(placed_for(network, asked)) == 1
    after = {call.provider_id for call in telephony.calls_to(asked.number)}
    assert len(after - before) == 1


@pytest.mark.parametrize("mode", ["drop", "500", "truncate"])
def test_a_lost_request_is_an_unknown_outcome_too(network, telephony, mode):
    network.control.fault("lose_request", mode=mode)
    asked = order()
    with pytest.raises(OutcomeUnknown):
        telephony.place_call(asked)
    assert placed_for(network, asked) == []


def test_too_many_requests_had_no_effect_and_may_be_asked_again(network, telephony):
    network.control.fault("refuse_429", retry_after=2)
    asked = order()
    with pytest.raises(RefusedBeforeEffect) as caught:
        telephony.place_call(asked)
    assert caught.value.retry_after == 2
    assert placed_for(network, asked) == []
    telephony.place_call(asked)
    assert len(placed_for(network, asked)) == 1


def test_no_network_had_no_effect(network):
    with pytest.raises(RefusedBeforeEffect):
        adapter(network, url=NOWHERE).place_call(order())


def test_a_wrong_number_and_a_wrong_token_are_told_apart(network, telephony):
    with pytest.raises(NumberRefused):
        telephony.place_call(order("+44"))
    with pytest.raises(AccountRefused):
        adapter(network, token="another").place_call(order())


def test_a_call_nobody_heard_of_is_none(telephony):
    assert telephony.call("CA" + "f" * 32) is None
