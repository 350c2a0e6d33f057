"""Something happens between the plan and the answer: the call is not made, or it ends."""

import time

import pytest
from journeys.people import Person, somebody
from journeys.service import GOODBYE, OURS, Service, london

from contactbot.scheduling.jobs import JOBS
from contactbot.scheduling.worker import alarm_clock

STOPPING = ["withdrawn", "deceased", "suspect_released", "number_changed", "flags_changed"]


@pytest.mark.parametrize("kind", STOPPING)
def test_what_the_case_store_says_after_the_plan_holds_at_the_dial(
    service: Service, kind: str
) -> None:
    person = service.refer("opts_in")
    service.case_store_says(kind, person, flags="domestic_abuse", phone="07700 900123")
    service.run("UPDATE referrals SET route = 'automatic', due_at = simulated_now()")
    service.call()
    assert service.calls_to(person) == []
    assert service.attempts(person) == []


@pytest.mark.parametrize("kind", STOPPING)
def test_what_comes_between_the_intent_and_the_order_stops_the_order(
    service: Service, kind: str
) -> None:
    person = service.refer("opts_in")
    service.at("after_intent", lambda: service.case_store_says(kind, person))
    service.call()
    assert service.calls_to(person) == []
    assert service.attempt(person).state == "not_placed"
    assert service.referral(person).due_at is None


def test_what_comes_while_the_order_is_on_its_way_ends_the_call(slow_service: Service) -> None:
    service, person = slow_service, slow_service.refer("nobody")
    service.at("after_post", lambda: service.case_store_says("withdrawn", person))
    service.call()
    assert service.call_to(person)["status"] == "canceled"
    assert service.state(person) == "suppressed"


def stops_within_two_seconds(service: Service, person: Person, kind: str, status: str) -> None:
    stopping = alarm_clock(
        service.application, [job for job in JOBS if job.name == "stop_unwanted"]
    )
    stopping.start()
    try:
        service.case_store_says(kind, person)
        began = time.monotonic()
        service.wait_for(person, status)
        assert time.monotonic() - began < 2
    finally:
        stopping.shutdown()
    service.wait_until_quiet()


@pytest.mark.parametrize("kind", ["withdrawn", "suspect_released"])
def test_a_ringing_telephone_falls_silent_within_two_seconds(
    slow_service: Service, kind: str
) -> None:
    service, person = slow_service, slow_service.refer("nobody")
    service.dispatch()
    service.wait_for(person, "ringing")
    stops_within_two_seconds(service, person, kind, "canceled")
    assert service.dispositions(person) == ["canceled"]
    assert service.referral(person).due_at is None


def test_a_call_that_waits_at_the_provider_never_rings_once_the_suspect_is_out(
    slow_service: Service,
) -> None:
    service = slow_service
    service.refer_many(2, "busy")
    person = service.refer("opts_in")
    service.dispatch()
    assert service.call_to(person)["status"] == "queued"
    stops_within_two_seconds(service, person, "suspect_released", "canceled")
    assert service.call_to(person)["canceled_before_dial"]
    assert service.referral(person).route == "caller"


def test_a_talk_under_way_ends_once_the_suspect_is_out(slow_service: Service) -> None:
    service, person = slow_service, slow_service.refer("opts_in")
    service.network.control.person(person.number, ring_seconds=1)
    service.dispatch()
    service.wait_for(person, "in-progress")
    stops_within_two_seconds(service, person, "suspect_released", "completed")
    assert service.consents(person) == []


def test_who_answers_after_the_suspect_is_out_hears_a_neutral_goodbye(
    slow_service: Service,
) -> None:
    service, person = slow_service, slow_service.refer("opts_in")
    service.network.control.person(person.number, ring_seconds=4)
    service.dispatch()
    service.wait_for(person, "ringing")
    service.case_store_says("suspect_released", person)
    service.wait_until_quiet()
    assert service.heard(person) == GOODBYE
    assert service.dispositions(person) == ["withdrawn"]
    assert service.referral(person).route == "caller"


def ring_back(service: Service, person: Person, *keys: str) -> list[str]:
    """The person rings our number; what they hear."""
    url = f"{service.settings.public_url}/webhooks/twilio/voice"
    order = {"from": person.number, "to": OURS, "url": url, "keys": list(keys)}
    ringing = service.network.control.post("ring", **order)
    ended = service.network.control.ended(ringing["sid"])
    return [utterance["text"] for utterance in ended["utterances"]]


def test_a_ring_back_with_nought_twice_is_never_rung_again(service: Service) -> None:
    person = service.refer("opts_in")
    heard = ring_back(service, person, "0", "0")
    assert heard[-1] == "Thank you. We will not ring you again. Goodbye."
    assert service.holds(person) == ["opted_out_by_ring_back"]
    service.call()
    assert service.calls_to(person) == []
    assert service.state(person) == "suppressed"


def test_a_ring_back_confirms_nothing_and_changes_nothing(service: Service) -> None:
    known, stranger = service.refer("opts_in"), somebody("opts_in")
    for keys in ([""], ["1", ""], ["2", ""], ["0", ""], ["7", "7"], ["2", "1234"]):
        assert ring_back(service, known, *keys) == ring_back(service, stranger, *keys)
    assert service.holds(known) == []
    assert service.rows("SELECT * FROM suppressions") == []


def test_a_ring_back_stops_the_call_that_is_ringing(slow_service: Service) -> None:
    service, person = slow_service, slow_service.refer("nobody")
    service.dispatch()
    service.wait_for(person, "ringing")
    ring_back(service, person, "0", "0")
    service.stop_unwanted()
    service.wait_until_quiet()
    assert service.call_to(person)["status"] == "canceled"


def test_a_call_still_ringing_at_closing_time_is_taken_back(slow_service: Service) -> None:
    service = slow_service
    service.expected = {"I4"}  # the calendar is set past closing while it rings
    service.set_clock("2026-03-27 19:58")
    person = service.refer("nobody")
    service.dispatch()
    service.wait_for(person, "ringing")
    service.stop_unwanted()
    assert service.call_to(person)["status"] == "ringing"
    service.set_clock("2026-03-27 20:00")
    service.stop_unwanted()
    service.wait_until_quiet()
    assert service.call_to(person)["status"] == "canceled"
    assert service.referral(person).due_at >= london("2026-03-28 10:00")


def test_who_answers_after_closing_time_hears_a_neutral_goodbye(slow_service: Service) -> None:
    service = slow_service
    service.expected = {"I4"}  # the calendar is set past closing while it rings
    service.set_clock("2026-03-27 19:58")
    person = service.refer("opts_in")
    service.network.control.person(person.number, ring_seconds=4)
    service.dispatch()
    service.wait_for(person, "ringing")
    service.set_clock("2026-03-27 20:00:05")
    service.wait_until_quiet()
    assert service.heard(person) == GOODBYE
    assert service.dispositions(person) == ["outside_hours"]
