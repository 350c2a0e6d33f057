"""Whom the machine never rings, whatever else is said of them."""

from datetime import timedelta

import pytest
from journeys.people import somebody
from journeys.service import Service, row_of

from contactbot.clock import SystemClock

AHEAD = timedelta(seconds=10)
PROTECTED = [
    {"flags": "domestic_abuse"},
    {"flags": "stalking"},
    {"flags": "harassment"},
    {"flags": "sexual"},
    {"flags": "honour_based"},
    {"flags": "trafficking"},
    {"flags": "child"},
    {"flags": "vulnerable"},
    {"flags": ""},
    {"flags": "purple"},
    {"flags": "none;purple"},
    {"crime_group": "sexual"},
    {"date_of_birth": "2010-05-05"},
    {"risk": "red"},
    {"offender_known": "yes"},
    {"crime_group": "violence"},
    {"crime_group": "unknown"},
    {"crime_group": "weapons", "offender_known": ""},
]
AS_SAFE_AS_CAN_BE = {
    "safe_call": "yes",
    "safe_text": "yes",
    "safe_voicemail": "yes",
    "safe_hours": "mon-sun 08:00-20:00",
    "safe_confirmed_on": "2026-03-22",
}


def is_never_called(service: Service) -> bool:
    """Even if something had put everybody on the automatic route."""
    service.call()
    service.run("UPDATE referrals SET route = 'automatic', due_at = simulated_now()")
    service.call()
    return service.calls() == [] and service.rows("SELECT * FROM attempts") == []


@pytest.mark.parametrize("columns", PROTECTED, ids=str)
def test_protected_people_are_left_to_a_person_whatever_their_profile_says(
    service: Service, columns: dict[str, str]
) -> None:
    person = service.refer(**(AS_SAFE_AS_CAN_BE | columns))
    assert service.referral(person).route == "caller"
    assert is_never_called(service)
    assert "protected" in service.denials(person)


@pytest.mark.parametrize(
    "columns",
    [
        {"safe_call": "no"},
        {"flags": "deceased"},
        {"flags": "in_custody"},
        {"flags": "asb_low"},
        {"support_declined": "yes"},
        {"phone": "07700 900123", "suspect_phone": "07700 900123"},
        {"phone": "07700 900123", "suspect_phone": "07700 900124"},
        {"phone": "07700 900123", "suspect_phone": "07700 900132"},
        {"safe_call": "yes", "safe_confirmed_on": "2025-09-01"},
        {"phone": ""},
    ],
    ids=str,
)
def test_these_are_not_called_by_the_machine(service: Service, columns: dict[str, str]) -> None:
    service.refer(**columns)
    assert is_never_called(service)


def test_a_number_two_people_share_holds_both(service: Service) -> None:
    one = service.refer("opts_in")
    other = service.refer("opts_in", phone=one.number)
    assert service.holds(one) == service.holds(other) == ["shared_number"]
    assert is_never_called(service)


def test_a_number_two_people_of_one_file_share_holds_both(service: Service) -> None:
    one = somebody()
    other = somebody(number=one.number)
    service.take_in([row_of(one), row_of(other)])
    assert [service.state(person) for person in (one, other)] == ["held", "held"]
    assert is_never_called(service)


def test_a_suspect_of_another_case_with_the_number_holds_the_victim(service: Service) -> None:
    person = service.refer("opts_in")
    service.refer("opts_in", suspect_phone=person.number, safe_call="no")
    assert "also_suspect" in service.holds(person)
    assert is_never_called(service)


UNREADABLE = {
    "an unknown tier": "UPDATE referrals SET tier = 'purple'",
    "an unknown state": "UPDATE referrals SET state = 'purple'",
    "an unknown permission": "UPDATE contact_profiles SET safe_call = 'purple'",
    "hours nobody can read": "UPDATE contact_profiles SET safe_hours = 'whenever'",
    "no profile": "DELETE FROM contact_profiles",
    "a profile that was voided": "UPDATE contact_profiles SET voided_at = simulated_now()",
    "an empty permission": "UPDATE contact_profiles SET safe_call = ''",
    "a number that is suspended": "UPDATE numbers SET suspended_because = 'odd'",
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_not_rung_and_holds_up_nobody_else(
    service: Service, what: str
) -> None:
    odd = service.refer("opts_in")

    service.run(UNREADABLE[what])
    other = service.refer("opts_in")
    service.call()
    assert service.calls_to(odd) == []
    assert service.denials(odd)
    assert service.state(other) == "contacted"


def test_a_seal_that_does_not_open_holds_up_nobody_else(service: Service) -> None:
    odd = service.refer("opts_in")
    (good,) = service.rows("SELECT number_sealed AS seal FROM numbers")
    service.run("UPDATE numbers SET number_sealed = as_given_sealed")
    other = service.refer("opts_in")
    service.call()
    assert service.calls_to(odd) == []
    assert (service.state(odd), service.holds(odd)) == ("held", ["case_unreadable"])
    assert service.state(other) == "contacted"
    mend = "UPDATE numbers SET number_sealed = :seal WHERE person_id = :id"
    service.run(mend, seal=good.seal, id=service.referral(odd).person_id)


def test_a_clock_that_disagrees_with_the_database_rings_nobody(service: Service) -> None:
    person = service.refer("opts_in")
    service.change_outreach(clock=FastClock())
    service.call()
    assert service.calls_to(person) == []
    assert service.denials(person) == set()  # who was due is due when the clocks agree again
    counted = service.rows("SELECT count FROM counters WHERE name = 'clocks_apart'")
    assert counted[0].count > 0
    service.change_outreach(clock=SystemClock())
    service.set_clock_to_next_try(person)
    service.call()
    assert service.state(person) == "contacted"


class FastClock(SystemClock):
    """Ten seconds ahead of the database."""

    def real_now(self):
        return super().real_now() + AHEAD
