"""Whatever is lost on the way, a person is rung once and the attempt finds its call."""

import pytest
from journeys.people import Person
from journeys.service import Service
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import OperationalError

from contactbot.clock import SystemClock

LOST = {"drop": {}, "500": {}, "truncate": {}, "hang": {"hang_seconds": 2}}
LOST_SECONDS = 61
GIVE_UP_SECONDS = 1801
NOWHERE = "http://127.0.0.1:9"


def is_bound_to_its_one_call(service: Service, person: Person) -> bool:
    return bool(service.attempt(person).provider_id == service.call_to(person)["sid"])


@pytest.mark.parametrize("mode", LOST)
def test_a_lost_reply_is_one_call_bound_by_the_first_callback(service: Service, mode: str) -> None:
    service.change_outreach(telephony=service.impatient())
    person = service.refer("opts_in")
    service.trouble("lose_reply", person, mode=mode, **LOST[mode])
    service.call()
    service.settle()
    assert is_bound_to_its_one_call(service, person)
    assert service.state(person) == "contacted"


@pytest.mark.parametrize("mode", LOST)
def test_with_the_callbacks_lost_too_the_list_binds_the_call(service: Service, mode: str) -> None:
    service.change_outreach(telephony=service.impatient())
    person = service.refer("nobody")
    service.trouble("lose_reply", person, mode=mode, **LOST[mode])
    service.trouble("callbacks", person, drop=True)
    service.call()
    service.settle()
    assert service.attempt(person).state == "posting"
    service.let_real_time_pass(LOST_SECONDS)
    service.settle()
    assert is_bound_to_its_one_call(service, person)
    assert service.dispositions(person) == ["no_answer"]


def test_an_order_that_never_arrived_is_looked_for_twice_and_given_up(service: Service) -> None:
    person = service.refer("opts_in")
    service.trouble("lose_request", person, mode="drop")
    service.call()
    service.let_real_time_pass(LOST_SECONDS)
    service.settle()
    assert service.attempt(person).state == "posting"
    service.let_real_time_pass(GIVE_UP_SECONDS)
    service.settle()
    assert service.attempt(person).state == "not_placed"
    assert service.calls_to(person) == []
    service.set_clock_to_next_try(person)
    service.call()
    assert service.state(person) == "contacted"


def test_an_order_is_not_given_up_after_a_single_look_however_late(service: Service) -> None:
    person = service.refer("opts_in")
    service.trouble("lose_request", person, mode="drop")
    service.call()
    service.let_real_time_pass(GIVE_UP_SECONDS)
    service.settle()
    assert service.attempt(person).state == "posting"
    service.let_real_time_pass(LOST_SECONDS)
    service.settle()
    assert service.attempt(person).state == "not_placed"


def test_with_the_list_away_too_long_a_person_decides(service: Service) -> None:
    person = service.refer("nobody")
    service.trouble("lose_request", person, mode="500")
    service.call()
    service.network.control.fault("refuse", status=503, code=20503, on="read", share=1)
    service.let_real_time_pass(GIVE_UP_SECONDS)
    service.settle()
    assert service.dispositions(person) == ["unknown"]
    assert (service.state(person), service.holds(person)) == ("held", ["unknown"])


def test_an_answered_call_nobody_reported_on_is_asked_after(service: Service) -> None:
    person = service.refer("opts_in")
    service.trouble("callbacks", person, drop=True)
    service.call()
    assert service.attempt(person).state == "in_progress"
    service.let_real_time_pass(LOST_SECONDS)
    service.settle()
    assert (service.attempt(person).state, service.state(person)) == ("completed", "contacted")


def test_a_call_whose_end_nobody_can_tell_is_given_up_but_not_repeated(service: Service) -> None:
    person = service.refer("nobody")
    service.trouble("callbacks", person, drop=True)
    service.call()
    service.network.control.fault("refuse", status=503, code=20503, on="read", share=1)
    for _ in range(3):
        service.let_real_time_pass(GIVE_UP_SECONDS)
        service.settle()
    assert service.dispositions(person) == ["lost_status"]
    service.call()
    assert len(service.calls_to(person)) == 1


@pytest.mark.parametrize(
    "disorder",
    [
        {"early": True},
        {"duplicate": 2},
        {"reverse": True},
        {"late_seconds": 1},
        {"documents_twice": True},
        {"early": True, "duplicate": 1, "reverse": True, "documents_twice": True},
    ],
    ids="_".join,
)
def test_callbacks_in_any_disorder_come_to_one_and_the_same(
    service: Service, disorder: dict[str, object]
) -> None:
    person = service.refer("opts_in")
    service.trouble("callbacks", person, **disorder)
    service.call()
    assert service.attempt(person).state == "completed"
    assert service.state(person) == "contacted"
    assert len(service.consents(person)) == 1
    assert sorted(service.told(person)) == [
        "attempt",
        "consent",
        "needs_assessment",
        "referral_opt_in",
        "status",
    ]


def test_a_callback_before_the_reply_to_the_order_is_believed(service: Service) -> None:
    person = service.refer("nobody")
    service.trouble("callbacks", person, early=True)
    service.trouble("lose_reply", person, mode="truncate")
    service.call()
    assert is_bound_to_its_one_call(service, person)
    assert service.dispositions(person) == ["no_answer"]


def test_a_worker_that_dies_after_the_order_leaves_one_call_that_is_found(service: Service) -> None:
    person = service.refer("opts_in")
    service.at("after_post", die)
    with pytest.raises(Died):
        service.dispatch()
    service.at("never", die)
    service.call()
    assert is_bound_to_its_one_call(service, person)
    assert service.state(person) == "contacted"


@pytest.mark.parametrize("moment", ["after_intent", "after_fence"])
def test_a_worker_that_dies_before_the_order_leaves_no_call_and_the_try_comes_again(
    service: Service, moment: str
) -> None:
    person = service.refer("opts_in")
    service.at(moment, die)
    with pytest.raises(Died):
        service.dispatch()
    service.at("never", die)
    for _ in range(2):
        service.let_real_time_pass(GIVE_UP_SECONDS)
        service.settle()
    assert service.attempt(person).state == "not_placed"
    service.set_clock_to_next_try(person)
    service.call()
    assert len(service.calls_to(person)) == 1


def test_a_worker_that_sleeps_past_the_deadline_does_not_dial(service: Service) -> None:
    person = service.refer("opts_in")
    service.at("after_intent", lambda: service.let_real_time_pass(10))
    service.call()
    assert service.calls_to(person) == []
    assert service.attempt(person).state == "not_placed"


def test_database_away_between_order_and_reply(service: Service, administration: Engine) -> None:
    service.surprising = True  # reports that could not be kept are refused, so that they come again
    person = service.refer("nobody")
    name = make_url(service.settings.database_url).database
    service.at("after_post", lambda: cut_off(administration, name))
    with pytest.raises(OperationalError):
        service.dispatch()
    service.wait_until_quiet()
    allow(administration, name, connections=True)
    service.at("never", die)
    service.let_real_time_pass(LOST_SECONDS)
    service.settle()
    assert is_bound_to_its_one_call(service, person)
    assert service.dispositions(person) == ["no_answer"]


def test_network_out_of_reach_loses_no_attempt_and_repeats_none(service: Service) -> None:
    people = service.refer_many(2)
    away = service.impatient(url=NOWHERE)
    service.change_outreach(telephony=away, clock=HurriedClock(service))
    service.dispatch()
    states = {attempt.state for person in people for attempt in service.attempts(person)}
    assert states == {"not_placed"}
    service.change_outreach(telephony=service.impatient(10))
    for person in people:
        service.set_clock_to_next_try(person)
    service.call()
    assert [service.state(person) for person in people] == ["contacted", "contacted"]


def test_a_refusal_for_the_moment_is_asked_again_and_places_one_call(service: Service) -> None:
    person = service.refer("opts_in")
    service.trouble("refuse_429", person, retry_after=1)
    service.call()
    assert is_bound_to_its_one_call(service, person)
    assert service.state(person) == "contacted"


def test_a_number_the_network_refuses_is_left_to_a_caller(service: Service) -> None:
    person = service.refer("opts_in")
    service.network.control.person(person.number, behaviour="unreachable")
    service.call()
    assert service.dispositions(person) == ["failed"]
    assert (service.referral(person).route, service.calls_to(person)) == ("caller", [])


class HurriedClock(SystemClock):
    """Whoever sleeps wakes up at once, later; and the pace is as if everybody had slept."""

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service
        self._slept = 0.0

    def boot_seconds(self) -> float:
        return super().boot_seconds() + self._slept

    def sleep(self, seconds: float) -> None:
        self._slept += seconds
        self._service.run("UPDATE pacing SET next_at_real = clock_timestamp()")


class Died(BaseException):
    """A process ended, so nothing after this moment was done."""


def die() -> None:
    raise Died


def cut_off(administration: Engine, database: str) -> None:
    allow(administration, database, connections=False)
    with administration.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (database,),
        )


def allow(administration: Engine, database: str, *, connections: bool) -> None:
    with administration.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {database} ALLOW_CONNECTIONS {connections}")
