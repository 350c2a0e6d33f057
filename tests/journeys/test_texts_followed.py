"""Texts through the whole service: the invitation, its end, and what comes in out of the blue."""

from typing import Any

import pytest
from journeys.people import Person
from journeys.service import OURS, Service
from phonenet.network import wait_until

from contactbot.scheduling.jobs import collect_texts, send_all_texts, settle, stop_unwanted

STOPS = ["STOP", "Stop.", "STOPIO", "atal", "Peidiwch!", "dim mwy"]


def texts_to(service: Service, person: Person) -> list[Any]:
    """What the network saw of texts to this person."""
    known = service.network.control.get(f"numbers/{person.number}")
    return [text for text in known["texts"] if text["to"] == person.number]


def text_us(service: Service, person: Person, body: str) -> str:
    """The person texts our number; what they are answered."""
    url = f"{service.settings.public_url}/webhooks/twilio/sms"
    answer = service.network.control.post("text", from_=person.number, to=OURS, url=url, body=body)
    return str(answer["reply"])


def unanswered(service: Service, **columns: str) -> Person:
    """Somebody who said yes to texts and did not answer two calls; the text is due."""
    person = service.refer("nobody", **({"safe_text": "yes"} | columns))
    service.call()
    service.set_clock_to_next_try(person)
    service.call()
    planned = service.rows("SELECT due_at FROM text_plans")
    for row in planned:
        service.run(
            "INSERT INTO clock (shows, speed, because) VALUES (:at, 1, 'test')", at=row.due_at
        )
    return person


def text_state(service: Service, person: Person) -> tuple[str, str | None]:
    (attempt,) = [one for one in service.attempts(person) if one.channel == "text"]
    return attempt.state, attempt.disposition


def wait_for_end(service: Service, person: Person) -> tuple[str, str | None]:
    return wait_until(lambda: (found := text_state(service, person))[1] and found, seconds=20)


@pytest.mark.parametrize(
    ("language", "begins", "ends"),
    [
        ("en", "Hello.", "calls and messages."),
        ("cy", "Helo.", "galwadau a negeseuon."),
        ("", "Helo.", "calls and messages."),
    ],
)
def test_after_two_unanswered_calls_one_neutral_text_in_the_persons_language(
    service: Service, language: str, begins: str, ends: str
) -> None:
    person = unanswered(service, language=language)
    send_all_texts(service.application)
    assert wait_for_end(service, person) == ("completed", "text_delivered")
    (text,) = texts_to(service, person)
    assert text["body"].startswith(begins)
    assert text["body"].endswith(ends)
    assert 1 <= text["validity_seconds"] <= 14400
    send_all_texts(service.application)
    assert len(texts_to(service, person)) == 1


def test_the_provider_forgets_the_words_once_the_text_has_arrived(service: Service) -> None:
    person = unanswered(service)
    send_all_texts(service.application)
    wait_for_end(service, person)
    settle(service.application)
    (text,) = texts_to(service, person)
    assert (text["stored_body"], text["body"] != "") == ("", True)


def test_the_text_costs_spacing_and_the_third_call_still_comes(service: Service) -> None:
    person = unanswered(service)
    send_all_texts(service.application)
    wait_for_end(service, person)
    due = service.referral(person).due_at
    sent_at = next(one.placed_at for one in service.attempts(person) if one.channel == "text")
    assert (due - sent_at).total_seconds() >= 18 * 3600
    service.set_clock_to_next_try(person)
    service.call()
    assert len(service.calls_to(person)) == 3


@pytest.mark.parametrize("columns", [{"safe_text": ""}, {"safe_text": "no"}])
def test_who_did_not_say_yes_to_texts_gets_none(service: Service, columns: dict[str, str]) -> None:
    person = unanswered(service, **columns)
    send_all_texts(service.application)
    assert texts_to(service, person) == []


@pytest.mark.parametrize("word", STOPS)
def test_a_stop_between_plan_and_sending_ends_texts_and_calls(service: Service, word: str) -> None:
    person = unanswered(service)
    assert text_us(service, person, word) == ""
    send_all_texts(service.application)
    service.call()
    assert texts_to(service, person) == []
    assert len(service.calls_to(person)) == 2
    assert service.state(person) == "suppressed"
    assert "opted_out" in service.suppressions(person)


@pytest.mark.parametrize("moment", ["after_text_intent"])
def test_a_stop_between_intent_and_request_lets_nothing_out(service: Service, moment: str) -> None:
    person = unanswered(service)
    service.at(moment, lambda: text_us(service, person, "peidio"))
    service.application.__dict__.pop("texts", None)
    send_all_texts(service.application)
    assert texts_to(service, person) == []
    assert text_state(service, person)[0] == "not_placed"


@pytest.mark.parametrize("word", STOPS)
def test_a_stop_between_intent_and_dialling_lets_no_call_out(service: Service, word: str) -> None:
    person = service.refer("opts_in")
    service.at("after_intent", lambda: text_us(service, person, word))
    service.call()
    assert service.calls_to(person) == []
    assert service.state(person) == "suppressed"


def test_a_stop_before_the_first_call_is_placed(service: Service) -> None:
    person = service.refer("opts_in")
    text_us(service, person, "STOPIO")
    service.call()
    assert service.calls_to(person) == []
    assert service.state(person) == "suppressed"


def test_a_stop_ends_a_call_that_waits_or_rings(slow_service: Service) -> None:
    person = slow_service.refer("opts_in")
    slow_service.dispatch()
    text_us(slow_service, person, "stop")
    stop_unwanted(slow_service.application)
    slow_service.wait_until_quiet()
    assert slow_service.call_to(person)["utterances"] == []
    assert slow_service.state(person) == "suppressed"


def test_a_stop_from_a_protected_person_is_left_to_a_supervisor(service: Service) -> None:
    person = service.refer("opts_in", flags="domestic_abuse", safe_call="yes")
    assert text_us(service, person, "STOP") == ""
    assert service.holds(person) == ["text_optout"]
    assert service.suppressions(person) == []
    assert service.state(person) == "held"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("he's here", "text_not_safe"),
        ("mae e yma", "text_not_safe"),
        ("HELP ME NOW", "text_emergency"),
        ("this is her husband", "text_third_party"),
        ("AROS", "text_unclear"),
        ("don't stop", "text_unclear"),
    ],
)
def test_words_of_danger_hold_everything_and_nothing_is_sent_back(
    service: Service, body: str, reason: str
) -> None:
    person = unanswered(service)
    assert text_us(service, person, body) == ""
    assert service.holds(person) == [reason]
    send_all_texts(service.application)
    service.call()
    assert texts_to(service, person) == []
    assert len(service.calls_to(person)) == 2


def test_any_other_text_is_sealed_for_a_person_to_read_and_changes_nothing(
    service: Service,
) -> None:
    person = service.refer("opts_in")
    text_us(service, person, "yes please ring me on another number")
    (kept,) = service.rows("SELECT * FROM inbound_texts")
    (sealed,) = service.rows("SELECT * FROM inbound_text_bodies")
    assert (kept.meaning, kept.effect, kept.read_at) == ("unclear", "flag", None)
    assert b"another number" not in bytes(sealed.body_sealed)
    assert service.state(person) == "awaiting_contact"
    assert service.holds(person) == []


def test_a_telephone_that_is_off_gets_the_text_once_more_and_no_more(service: Service) -> None:
    person = unanswered(service)
    service.network.control.person(person.number, behaviour="carrier_failure")
    send_all_texts(service.application)
    assert wait_for_end(service, person) == ("failed", "text_undelivered")
    (plan,) = service.rows("SELECT due_at, orders FROM text_plans")
    assert (plan.orders, plan.due_at is not None) == (1, True)


def test_who_stopped_us_at_the_provider_is_never_contacted_again(service: Service) -> None:
    person = unanswered(service)
    # The provider took the STOP, and its webhook never reached us.
    nowhere = "http://127.0.0.1:9/sms"
    service.surprising = True
    service.network.control.post("text", from_=person.number, to=OURS, url=nowhere, body="STOP")
    send_all_texts(service.application)
    assert text_state(service, person) == ("failed", "text_opted_out")
    assert service.state(person) == "suppressed"
    assert "opted_out" in service.suppressions(person)


def test_a_stop_whose_webhook_never_reached_us_is_collected_from_the_provider(
    service: Service,
) -> None:
    person = service.refer("opts_in")
    service.surprising = True
    service.network.control.post(
        "text", from_=person.number, to=OURS, url="http://127.0.0.1:9/sms", body="Stopio"
    )
    collect_texts(service.application)
    collect_texts(service.application)
    service.call()
    assert service.calls_to(person) == []
    assert service.state(person) == "suppressed"
    known = service.network.control.get(f"numbers/{person.number}")
    assert [text["stored_body"] for text in known["texts"]] == [""]
