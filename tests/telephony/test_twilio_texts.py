"""The adapter for texts against the phone network: what was sent decides, not what was answered."""

from uuid import uuid4

import pytest
from phonenet.network import phone_network, wait_until

from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
)
from contactbot.ports.texting import TextOrder
from contactbot.telephony.twilio_client import ProviderAccount
from contactbot.telephony.twilio_texts import TwilioTexts

OURS = "+442920180000"
THEIRS = "+447700900260"
NOWHERE = "http://127.0.0.1:9"
BODY = "Hello. We will ring you. Reply STOP to stop."


@pytest.fixture(scope="module")
def network():
    with phone_network(tempo=20, cps=100) as running:
        yield running


@pytest.fixture
def texts(network):
    network.control.delete("faults")
    return adapter(network)


def adapter(network, token=None):
    account = ProviderAccount(
        network.account, network.account, token or network.token, OURS, network.url
    )
    return TwilioTexts(account, NOWHERE, timeout=1.5)


def order(number=THEIRS):
    return TextOrder(uuid4().hex, number, BODY, 600)


def sent_for(network, asked):
    return [text for text in network.control.get("texts") if asked.token in text["status_url"]]


def test_an_order_carries_its_life_and_the_attempts_token_and_is_found_again(network, texts):
    asked = order()
    sent = texts.send_text(asked)
    (seen,) = sent_for(network, asked)
    assert (seen["body"], seen["validity_seconds"]) == (BODY, 600)
    assert seen["status_url"] == f"{NOWHERE}/webhooks/twilio/text-status/{asked.token}"
    assert sent.outbound
    assert sent.provider_id in [known.provider_id for known in texts.texts_to(THEIRS)]
    wait_until(lambda: texts.text(sent.provider_id).status == "delivered")


def test_a_body_is_erased_once_it_has_arrived_and_erasing_twice_is_quiet(network, texts):
    asked = order()
    sent = texts.send_text(asked)
    wait_until(lambda: texts.text(sent.provider_id).status == "delivered")
    texts.erase_body(sent.provider_id)
    texts.erase_body(sent.provider_id)
    assert sent_for(network, asked)[0]["stored_body"] == ""


def test_a_text_that_waits_can_be_taken_back_and_one_that_went_cannot(network, texts):
    asked = order()
    sent = texts.send_text(asked)
    texts.cancel_text(sent.provider_id)
    status = wait_until(
        lambda: (now := texts.text(sent.provider_id).status) in {"canceled", "delivered"} and now
    )
    texts.cancel_text(sent.provider_id)
    assert texts.text(sent.provider_id).status == status


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "refuse_429"}, RefusedBeforeEffect),
        ({"kind": "lose_reply", "mode": "drop"}, OutcomeUnknown),
        ({"kind": "lose_reply", "mode": "500"}, OutcomeUnknown),
        ({"kind": "lose_reply", "mode": "truncate"}, OutcomeUnknown),
    ],
)
def test_a_fault_is_judged_by_what_it_proves_and_never_sent_twice(network, texts, fault, error):
    network.control.fault(number=THEIRS, **fault)
    asked = order()
    with pytest.raises(error):
        texts.send_text(asked)
    assert len(sent_for(network, asked)) == (0 if error is RefusedBeforeEffect else 1)


def test_who_sent_stop_is_refused_with_its_code(network, texts):
    stopper = "+447700900261"
    network.control.post("text", from_=stopper, to=OURS, url=f"{NOWHERE}/sms", body="STOP")
    with pytest.raises(NumberRefused) as refused:
        texts.send_text(order(stopper))
    assert refused.value.code == 21610


def test_wrong_credentials_are_the_accounts_matter(network):
    with pytest.raises(AccountRefused):
        adapter(network, token="another-token").send_text(order())


def test_an_id_that_is_none_is_never_put_into_an_address(texts):
    assert texts.text("../Calls") is None
    texts.erase_body("../Calls")
    texts.cancel_text("")
