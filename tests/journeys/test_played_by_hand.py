"""A visitor plays the person who is rung, against the whole service."""

from journeys.people import Person
from journeys.service import Service
from phonenet.network import wait_until


def heard(service: Service, person: Person) -> list[str]:
    call = service.network.control.get(f"numbers/{person.number}")["calls"][-1]
    return [utterance["text"] for utterance in call["utterances"]]


def press(service: Service, person: Person, keys: str) -> None:
    """Press keys, and wait for the next words."""
    before = len(heard(service, person))
    service.network.control.post(f"hands/{person.number}", do="press", keys=keys)
    wait_until(lambda: len(heard(service, person)) > before)


def test_a_visitor_can_be_led_from_the_opener_to_support(service: Service) -> None:
    person = service.refer("opts_in")
    service.network.control.person(person.number, behaviour="by_hand")
    service.dispatch()
    service.wait_for(person, "ringing")
    service.network.control.post(f"hands/{person.number}", do="answer")
    wait_until(lambda: len(heard(service, person)) > 1)
    press(service, person, "2")
    press(service, person, person.code)
    press(service, person, "1")
    press(service, person, "1")
    service.network.control.post(f"hands/{person.number}", do="hang_up")
    service.wait_until_quiet()
    assert service.dispositions(person) == ["opted_in"]
