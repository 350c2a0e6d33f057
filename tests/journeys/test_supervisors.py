"""Supervisors through the whole service: texts out of the blue, holds lifted, records refused."""

import re
from typing import Any

import pytest
import requests
from journeys.people import Person
from journeys.service import OURS, Service
from phonenet.network import wait_until

from contactbot.domain.staff import Role
from contactbot.operations.sign_in import add_member
from contactbot.scheduling.jobs import send_all_texts

NOTE = "The officer rang back and said so."


class Boss:
    """A supervisor with a browser open."""

    def __init__(self, service: Service) -> None:
        self._url = service.settings.public_url
        self._http = requests.Session()
        password = add_member(service.application.door, "mali", Role.SUPERVISOR)
        self.send("/sign-in", "/sign-in", name="mali", password=password)

    def get(self, path: str = "/supervisor") -> str:
        answer = self._http.get(f"{self._url}{path}", timeout=10)
        assert answer.status_code in {200, 204}, path
        return answer.text

    def send(self, form: str, path: str, **fields: str) -> str:
        """Send a form of a page and follow where it leads."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(form))
        assert found
        answer = self._http.post(
            f"{self._url}{path}", data={"csrf_token": found.group(1)} | fields, timeout=10
        )
        assert answer.status_code == 200, answer.status_code
        return answer.text

    def mark(self) -> str:
        return self.get().split('data-mark="')[1].split('"', maxsplit=1)[0]


@pytest.fixture
def boss(service: Service) -> Boss:
    return Boss(service)


def text_us(service: Service, person: Person, body: str) -> str:
    """The person texts our number; what they are answered."""
    url = f"{service.settings.public_url}/webhooks/twilio/sms"
    answer = service.network.control.post("text", from_=person.number, to=OURS, url=url, body=body)
    return str(answer["reply"])


def texts_to(service: Service, person: Person) -> list[Any]:
    known = service.network.control.get(f"numbers/{person.number}")
    return [text for text in known["texts"] if text["to"] == person.number]


def hold_of(service: Service, person: Person) -> str:
    about = "SELECT id FROM holds WHERE released_at IS NULL AND person_id = :id"
    [row] = service.rows(about, id=service.referral(person).person_id)
    return f"/supervisor/holds/{row.id}"


@pytest.mark.parametrize("body", ["he's here", "mae e yma"])
def test_a_text_of_danger_is_on_the_supervisors_page_within_seconds_and_nothing_is_sent_back(
    service: Service, boss: Boss, body: str
) -> None:
    person = service.refer("opts_in")
    mark = boss.mark()
    assert text_us(service, person, body) == ""
    fresh = wait_until(lambda: boss.get(f"/supervisor/now?seen={mark}"), seconds=3)
    assert person.reference in fresh
    assert "Texts that speak of danger: 1." in fresh
    assert body not in fresh
    service.call()
    send_all_texts(service.application)
    assert service.calls_to(person) == []
    assert texts_to(service, person) == []
    [text] = service.rows("SELECT id FROM inbound_texts")
    words = boss.get(f"/supervisor/texts/{text.id}")
    assert body in words.replace("&#39;", "'")
    done = boss.send(f"/supervisor/texts/{text.id}", f"/supervisor/texts/{text.id}", note=NOTE)
    assert str(text.id) not in done
    assert texts_to(service, person) == []


@pytest.mark.parametrize("body", ["STOP", "STOPIO"])
def test_a_stop_of_a_protected_person_comes_to_a_supervisor_who_cannot_take_it_back(
    service: Service, boss: Boss, body: str
) -> None:
    person = service.refer("opts_in", flags="domestic_abuse", safe_call="yes")
    text_us(service, person, body)
    assert "Stop, from a protected person" in boss.get()
    page = boss.get(hold_of(service, person))
    assert "stop_stands" in page
    assert "stop_not_theirs" not in page
    address = hold_of(service, person)
    boss.send(address, address, choice="stop_stands", note=NOTE)
    assert service.state(person) == "suppressed"
    assert service.told(person)[-1] == "status"


def test_a_hold_lifted_leads_to_planning_and_to_a_call_in_the_hours_alone(
    service: Service, boss: Boss
) -> None:
    person = service.refer("opts_in", flags="in_custody")
    service.set_clock("2026-03-23 21:30")
    address = hold_of(service, person)
    told = boss.send(address, address, choice="go_on", note=NOTE)
    assert "The machine tries again when the rules allow it." in told
    service.call()
    assert service.calls_to(person) == []
    due = service.set_clock_to_next_try(person)
    assert due.strftime("%H:%M") == "09:00"
    service.call()
    assert len(service.calls_to(person)) == 1
    assert service.state(person) == "contacted"


def test_after_a_text_of_danger_a_lifted_hold_leads_to_no_call_at_all(
    service: Service, boss: Boss
) -> None:
    person = service.refer("opts_in", safe_call="yes", safe_confirmed_on="2026-03-20")
    text_us(service, person, "he's here")
    address = hold_of(service, person)
    told = boss.send(address, address, choice="number_right", note=NOTE)
    assert "Nobody rings until a supervisor releases the person" in told
    service.call()
    assert service.calls_to(person) == []
    assert service.referral(person).route == "caller"
    assert "profile_voided" in service.denials(person)


def test_somebody_suppressed_meanwhile_is_not_rung_because_a_hold_is_lifted(
    service: Service, boss: Boss
) -> None:
    person = service.refer("opts_in", flags="in_custody")
    service.case_store_says("withdrawn", person)
    address = hold_of(service, person)
    assert "Nobody contacts the person." in boss.send(address, address, choice="go_on", note=NOTE)
    service.call()
    assert service.calls_to(person) == []
    assert service.state(person) == "suppressed"


def test_a_record_the_case_store_refuses_comes_back_and_is_tried_again(
    service: Service, boss: Boss
) -> None:
    person = service.refer("opts_in")
    service.call()
    service.deliver()
    refused = service.handed_over()[0]
    rejects = service.folder / "case-store" / "rejects"
    line = f'{{"id": "{refused["id"]}", "reason": "Nobody knows this case."}}\n'
    (rejects / "outbox-7.ndjson").write_text(line + "not json\n", "utf-8")
    service.deliver()
    assert service.application.outbox.status().dead == 1
    assert "Records it refused: 1" in boss.get()
    page = boss.get("/supervisor/records")
    assert "Nobody knows this case." in page
    assert person.reference in page
    assert person.name not in page
    boss.send("/supervisor/records", f"/supervisor/records/{refused['id']}/again")
    service.deliver()
    assert service.application.outbox.status().dead == 0
    assert [each["id"] for each in service.handed_over()].count(refused["id"]) == 2
    assert (rejects / "not-read-outbox-7.ndjson").exists()
    [kept] = service.rows("SELECT * FROM audit WHERE action = 'record_tried_again'")
    assert kept.subject_id == refused["id"]
