"""Failures that were seen in systems like this one; each test says one of them in words."""

from datetime import timedelta

import pytest
from journeys.people import somebody
from journeys.service import OURS, Service, row_of

from contactbot.i18n.catalogues import load_catalogues
from contactbot.ports.translator import MissingTranslation


def test_1_a_window_that_was_open_when_the_call_was_planned_is_shut_when_it_is_dialled(
    service: Service,
) -> None:
    """The window is asked at the dial, not when the call was put in the queue."""
    service.set_clock("2026-03-27 19:50")
    person = service.refer("opts_in")
    assert service.referral(person).due_at <= service.calendar()
    service.set_clock("2026-03-27 20:10")
    service.call()
    assert service.calls_to(person) == []


def test_2_the_wait_for_another_try_is_counted_from_the_call_and_not_from_the_plan(
    service: Service,
) -> None:
    """A call that was planned at ten and made at twelve is eighteen hours old at six."""
    person = service.refer("nobody", safe_call="yes", safe_hours="mon-sun 08:00-21:00")
    service.set_clock("2026-03-23 14:00")
    service.call()
    (attempt,) = service.attempts(person)
    assert service.referral(person).due_at - attempt.placed_at >= timedelta(hours=18)


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"])
def test_4_hours_next_to_midnight_are_right_on_the_night_the_clock_changes(
    service: Service, night: str
) -> None:
    """An offset of nought is an offset; the hours end when the clock on the wall says so."""
    service.set_clock(f"{night} 07:00")
    person = service.refer("nobody", safe_call="yes", safe_hours="sun 00:00-23:59")
    service.call()
    assert service.calls_to(person) == []
    assert service.set_clock_to_next_try(person).isoformat()[:16] == f"{night}T08:00"
    service.call()
    assert len(service.calls_to(person)) == 1


def test_5_a_machine_that_cannot_be_told_from_a_person_is_no_person(service: Service) -> None:
    """Nothing hangs on what the network thinks of who answered: a machine presses no key."""
    person = service.refer("voicemail")
    service.call()
    assert len(service.heard(person)) == 4
    assert service.call_to(person).get("answered_by") in {None, ""}


@pytest.mark.parametrize("channel", ["safe_call", "safe_text", "safe_voicemail"])
def test_6_what_was_not_said_is_not_permitted(service: Service, channel: str) -> None:
    """Blank is kept as blank, and opens at most what the policy names for blank."""
    person = service.refer("nobody")
    (profile,) = service.rows("SELECT * FROM contact_profiles")
    assert getattr(profile, channel) == "blank"
    service.call()
    assert service.network.control.get("texts", since=service.first_text) == []
    assert not service.call_to(person)["voicemail"]


def test_7_a_call_at_another_number_or_for_another_case_counts_toward_the_cap(
    service: Service,
) -> None:
    """Caps are the person’s and the number’s, over all cases and numbers."""
    person, second = service.refer("nobody", phone_2="07700 900123"), somebody()
    same = {"family_name": person.name, "date_of_birth": person.born, "phone": person.number}
    service.call()
    service.take_in([row_of(second, **same)])
    service.call()
    assert len(service.rows("SELECT * FROM persons")) == 1
    assert len(service.calls()) == 1


def test_8_running_out_of_tries_never_overwrites_a_refusal(service: Service) -> None:
    """Whoever declined stays declined, though the tries are used up as well."""
    person = service.refer("nobody")
    for _ in range(2):
        service.call()
        service.set_clock_to_next_try(person)
    service.network.control.person(person.number, behaviour="do_not_ring")
    service.call()
    service.let_real_time_pass(3600)
    service.settle()
    assert service.state(person) == "suppressed"


def test_10_an_opt_out_stops_every_case_and_what_is_queued(service: Service) -> None:
    """One nought, asked back, is enough for all cases, also those that come in later."""
    person = service.refer("do_not_ring")
    same = {"family_name": person.name, "date_of_birth": person.born, "phone": person.number}
    service.take_in([row_of(somebody(), **same)])
    service.call()
    service.take_in([row_of(somebody(), **same)])
    service.set_clock("2026-03-30 10:00")
    service.call()
    assert len(service.calls_to(person)) == 1
    assert {row.route for row in service.rows("SELECT route FROM referrals")} == {"none"}


def test_11_a_webhook_that_comes_twice_is_one_answer_and_a_late_one_changes_nothing(
    service: Service,
) -> None:
    """Every document is asked for twice, and every report comes three times."""
    person = service.refer("opts_in")
    service.trouble("callbacks", person, documents_twice=True, duplicate=2)
    service.call()
    sid = service.call_to(person)["sid"]
    ends = service.rows("SELECT state, disposition, ending, ended_at FROM attempts")
    for index in range(6):
        service.network.control.post("replay", sid=sid, index=index)
    assert service.rows("SELECT state, disposition, ending, ended_at FROM attempts") == ends
    assert len(service.told(person)) == len(set(service.told(person)))
    assert len(service.consents(person)) == 1


def test_12_a_crash_between_the_order_and_its_number_is_looked_up_and_never_dialled_again(
    service: Service,
) -> None:
    """The call whose number nobody saved is found in the provider’s list."""
    person = service.refer("nobody")
    service.trouble("lose_reply", person, mode="500")
    service.trouble("callbacks", person, drop=True)
    service.call()
    for _ in range(3):
        service.let_real_time_pass(61)
        service.settle()
        service.call()
    assert service.attempt(person).provider_id == service.call_to(person)["sid"]


@pytest.mark.parametrize("written", ["0{}", "+44 (0){}", "0044{}", "{}", "44{}"])
def test_14_one_person_under_two_spellings_and_two_writings_is_one_person(
    service: Service, written: str
) -> None:
    """Accents, capitals and the writing of a number do not make another person."""
    born = {"date_of_birth": "1980-01-02", "given_name": "Siân"}
    one = service.refer("opts_in", family_name="Llŷr-Êvans", **born)
    other = {"family_name": "LLYR EVANS", "phone": written.format(one.number[3:])}
    service.take_in([row_of(somebody(), **(born | other))])
    assert len(service.rows("SELECT * FROM persons")) == 1
    assert len(service.rows("SELECT * FROM numbers")) == 1


def test_16_welsh_that_is_missing_is_never_spoken_in_english_instead(service: Service) -> None:
    """A text without its Welsh is refused; it does not fall back to English."""
    catalogues = load_catalogues("gwent")
    with pytest.raises(MissingTranslation):
        catalogues.text("initial_contact.nowhere.say", "Nobody has translated this.", "cy", {})
    person = service.refer("hangs_up", welsh=True)
    service.call()
    said = service.call_to(person)["utterances"]
    assert {line["language"] for line in said[2:]} == {"cy-GB"}


def test_18_every_attempt_stays_in_the_history_however_many_there_were(service: Service) -> None:
    """Failed, unanswered and answered: each has its row, its end and its word to the case store."""
    person = service.refer("nobody")
    for behaviour in ("carrier_failure", "busy", "carrier_failure", "opts_in"):
        service.network.control.person(person.number, behaviour=behaviour)
        service.call()
        if service.referral(person).due_at:
            service.set_clock_to_next_try(person)
    ends = ["failed", "busy", "failed", "opted_in"]
    assert service.dispositions(person) == ends
    assert service.told(person).count("attempt") == len(ends)
    assert all(call["from"] == OURS for call in service.calls_to(person))
