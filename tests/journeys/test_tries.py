"""How often a person is tried, how far apart, and what is left alone afterwards."""

from datetime import timedelta
from itertools import pairwise

from journeys.people import Person
from journeys.service import WALL_CLOCK, Service


def try_until_nothing_is_due(service: Service, person: Person) -> None:
    service.call()
    while service.referral(person).due_at is not None:
        service.set_clock_to_next_try(person)
        service.call()


def test_the_third_try_in_three_parts_of_the_day_is_the_last(service: Service) -> None:
    person = service.refer("nobody")
    try_until_nothing_is_due(service, person)
    times = [attempt.placed_at.astimezone(WALL_CLOCK) for attempt in service.attempts(person)]
    assert {0 if at.hour < 12 else 1 if at.hour < 17 else 2 for at in times} == {0, 1, 2}
    assert all(b - a >= timedelta(hours=18) for a, b in pairwise(times))
    assert (len(times), service.state(person)) == (3, "no_contact")


def test_a_voicemail_is_tried_no_more_often_than_anybody(service: Service) -> None:
    person = service.refer("voicemail")
    try_until_nothing_is_due(service, person)
    assert (len(service.attempts(person)), service.state(person)) == (3, "no_contact")


def test_who_missed_the_first_call_is_reached_by_the_second(service: Service) -> None:
    person = service.refer("misses_first")
    try_until_nothing_is_due(service, person)
    assert service.dispositions(person) == ["no_answer", "opted_in"]


def test_the_last_try_does_not_overwrite_a_refusal(service: Service) -> None:
    person = service.refer("nobody")
    for _ in range(2):
        service.call()
        service.set_clock_to_next_try(person)
    service.network.control.person(person.number, behaviour="declines")
    service.call()
    assert service.dispositions(person) == ["no_answer", "no_answer", "declined"]
    assert service.state(person) == "declined"


def test_a_call_that_failed_costs_spacing_but_no_try(service: Service) -> None:
    person = service.refer("carrier_failure")
    service.call()
    assert (service.referral(person).tries, service.attempts(person)[0].aapor) == (0, "3.16")
    try_until_nothing_is_due(service, person)
    assert service.referral(person).route == "caller"


def test_a_referral_taken_in_again_goes_on_where_it_stood(service: Service) -> None:
    person = service.refer("nobody")
    service.call()
    due = service.referral(person).due_at
    again = {"reference": person.reference, "phone": person.number, "contact_code": person.code}
    service.refer(**again, family_name=person.name, date_of_birth=person.born)
    service.call()
    assert service.referral(person).due_at == due
    assert len(service.calls_to(person)) == 1
