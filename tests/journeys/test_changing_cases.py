"""Cases change while they are being worked on: by the next file, by two files, by everybody."""

import threading
from collections.abc import Callable
from random import Random

import pytest
from journeys.people import Person, somebody
from journeys.service import GOODBYE, Service, row_of

from contactbot.operations.sync import synchronise

NEWS = [
    {"support_declined": "yes"},
    {"flags": "deceased"},
    {"flags": "domestic_abuse"},
    {"flags": ""},
    {"flags": "in_custody"},
    {"risk": "red"},
    {"safe_call": "no"},
    {"offender_known": "yes"},
    {"crime_group": "violence"},
    {"date_of_birth": "2012-03-04"},
    {"suspect_phone": "own"},
    {"flags": "asb_low"},
]


def news_of(person: Person, columns: dict[str, str]) -> dict[str, str]:
    own = {name: person.number if value == "own" else value for name, value in columns.items()}
    return row_of(person, **own)


@pytest.mark.parametrize("columns", NEWS, ids=str)
def test_news_in_the_next_file_stops_an_order_that_is_about_to_go_out(
    service: Service, columns: dict[str, str]
) -> None:
    person = service.refer("opts_in")
    service.at("after_intent", lambda: service.take_in([news_of(person, columns)]))
    service.call()
    assert service.calls_to(person) == []
    assert service.attempt(person).state == "not_placed"
    assert service.referral(person).due_at is None


def test_a_number_that_turns_out_to_be_shared_stops_an_order_about_to_go_out(
    service: Service,
) -> None:
    person = service.refer("opts_in")
    other = somebody(number=person.number)
    service.at("after_intent", lambda: service.take_in([row_of(other)]))
    service.call()
    assert service.calls() == []
    assert service.holds(person) == ["shared_number"]


def test_news_in_the_next_file_silences_a_ringing_telephone(slow_service: Service) -> None:
    service, person = slow_service, slow_service.refer("nobody")
    service.dispatch()
    service.wait_for(person, "ringing")
    service.take_in([row_of(person, flags="domestic_abuse")])
    service.stop_unwanted()
    service.wait_until_quiet()
    assert service.call_to(person)["status"] == "canceled"
    assert service.referral(person).route == "caller"


def test_who_answers_a_call_nobody_told_us_of_after_an_opt_out_hears_a_goodbye(
    slow_service: Service,
) -> None:
    service, person = slow_service, slow_service.refer("opts_in")
    service.change_outreach(telephony=service.impatient())
    service.network.control.person(person.number, ring_seconds=4)
    service.trouble("lose_reply", person, mode="500")
    service.trouble("callbacks", person, drop=["initiated", "ringing"])
    service.dispatch()
    service.case_store_says("withdrawn", person)
    service.wait_until_quiet()
    assert service.heard(person) == GOODBYE
    assert service.dispositions(person) == ["withdrawn"]


def test_a_number_that_does_not_work_gives_way_to_the_second_one(service: Service) -> None:
    second = somebody("opts_in").number
    person = service.refer("opts_in", phone_2=second)
    service.network.control.person(person.number, behaviour="unreachable")
    service.network.control.person(second, code=person.code)
    service.call()
    service.set_clock_to_next_try(person)
    service.call()
    assert service.dispositions(person) == ["failed", "opted_in"]
    assert [call["to"] for call in service.calls()] == [second]


def test_while_the_case_store_is_away_everything_waits_and_nothing_is_told_twice(
    service: Service,
) -> None:
    person = service.refer("opts_in")
    blocked = service.folder / "case-store"
    blocked.write_text("in the way", "utf-8")
    service.call()
    service.deliver()
    blocked.unlink()
    for _ in range(2):
        synchronise(service.application.exchange, at_once=True)
    assert len(service.told(person)) == len(service.handed_over()) == 5


class Crowd:
    """Threads that do the same again and again, and what went wrong in them."""

    def __init__(self) -> None:
        self.faults: list[BaseException] = []
        self._threads: list[threading.Thread] = []

    def work(self, do: Callable[[], object], times: int) -> None:
        def run() -> None:
            try:
                for _ in range(times):
                    do()
            except BaseException as fault:  # noqa: BLE001 - a test wants to see them all
                self.faults.append(fault)

        self._threads.append(threading.Thread(target=run))

    def finish(self) -> None:
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()


def test_everybody_works_at_once_and_nobody_gets_in_each_others_way(service: Service) -> None:
    """Files, events, workers and calls at the same time: no error, no second call."""
    people, random, crowd = service.refer_many(16), Random(7), Crowd()  # noqa: S311 - no secret
    kinds = ["suspect_released", "withdrawn", "flags_changed", "contacted_by_other_team"]

    def import_again() -> None:
        service.take_in([row_of(person, risk="green") for person in random.sample(people, 8)])

    crowd.work(service.dispatch, 4)
    crowd.work(service.dispatch, 4)
    crowd.work(import_again, 4)
    crowd.work(lambda: service.case_store_says(random.choice(kinds), random.choice(people)), 8)
    crowd.work(service.stop_unwanted, 10)
    crowd.work(service.settle, 10)
    crowd.work(service.deliver, 8)
    crowd.finish()
    service.wait_until_quiet()
    assert crowd.faults == []
    assert max(len(service.calls_to(person)) for person in people) == 1
