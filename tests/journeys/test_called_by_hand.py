"""Calls by hand through the whole service: from a referral file, or a keypad call, to a talk."""

import re
from html import unescape

import pytest
import requests
from journeys.people import Person
from journeys.service import Service, london

from contactbot.domain.needs import NeedArea
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import add_member
from contactbot.scheduling.jobs import explain

HIDDEN = re.compile(r'<input type="hidden" name="(csrf_token|turn|step)" value="([^"]*)"')
YES, NO, NONE = "1", "2", "4"


class Caller:
    """Somebody who calls by hand, with a browser open."""

    def __init__(self, service: Service, name: str = "mali") -> None:
        self._url = service.settings.public_url
        self._http = requests.Session()
        self._http.headers["Accept-Language"] = "en-GB"
        password = add_member(service.application.door, name, Role.CALLER, welsh=True)
        self._send("/sign-in", "/sign-in", name=name, password=password)

    def page(self, path: str = "/caller") -> str:
        answer = self._http.get(f"{self._url}{path}", timeout=30)
        assert answer.status_code == 200, path
        return unescape(answer.text)

    def press(self, action: str, **fields: str) -> str:
        """Press a button of the page as it stands; the page that follows."""
        return self._send("/caller", f"/caller/{action}", **fields)

    def _send(self, form: str, path: str, **fields: str) -> str:
        data = dict(HIDDEN.findall(self.page(form))) | fields
        answer = self._http.post(f"{self._url}{path}", data=data, timeout=30)
        assert answer.status_code == 200, answer.status_code
        return unescape(answer.text)

    def answer(self, *noted: str) -> str:
        for keys in noted:
            page = self.press("answer", keys=keys)
        return page

    def reach(self, person: Person, language: str = "en") -> str:
        """Ring the next person, who shows who they are and is alone; the page with the talk."""
        self.press("next")
        assert person.number in self.press("dial").replace(" ", "")
        self.press("identity", code=person.code, language=language)
        return self.answer(YES)


@pytest.fixture
def caller(service: Service) -> Caller:
    return Caller(service)


def protected(service: Service, **columns: str) -> Person:
    known = {"flags": "domestic_abuse", "safe_call": "yes", "safe_confirmed_on": "2026-03-16"}
    return service.refer("opts_in", **(known | columns))


def assessed(service: Service) -> list[dict]:
    service.deliver()
    return [
        record["body"] for record in service.handed_over() if record["type"] == "needs_assessment"
    ]


def test_a_protected_person_is_called_by_hand_from_file_to_case_store(
    service: Service, caller: Caller
) -> None:
    person = protected(service)
    service.call()
    assert service.calls_to(person) == []
    page = caller.reach(person, "cy")
    assert "Gallwn drefnu cymorth i chi." in page
    caller.answer(YES, YES, *[NO] * 7, YES, NONE)
    assert "The call was saved." in caller.press("end", ending="opted_in")
    assert service.state(person) == "contacted"
    [consent] = service.consents(person)
    assert (consent.channel, consent.language, consent.decision) == ("caller", "cy", "given")
    [body] = assessed(service)
    assert {area: told["answer"] for area, told in body["areas"].items()} == {
        area: "yes" if area is NeedArea.SOCIAL else "no" for area in NeedArea
    }
    kinds = [record["type"] for record in service.handed_over()]
    assert sorted(kinds) == ["attempt", "consent", "needs_assessment", "referral_opt_in", "status"]
    assert service.calls_to(person) == []


def test_a_call_back_asked_for_by_keypad_is_carried_through_to_the_caller(
    service: Service, caller: Caller
) -> None:
    person = service.refer("asks_for_slot")
    service.call()
    assert service.dispositions(person) == ["call_back"]
    assert "There is nobody left to ring" in caller.press("next")
    service.set_clock(london("2026-03-25 09:05"))
    before = caller.press("next")
    assert "Wednesday 25 March, 09:00 to 11:00" in before
    assert "Would like support" not in before
    caller.press("dial")
    caller.press("identity", code=person.code, language="en")
    page = caller.answer(YES)
    assert "Would like support, 23 March 2026, by keypad" in page
    assert "do you agree to us sharing" not in page
    assert "a few short questions" in page
    caller.answer(YES, *[YES] * 8, NONE)
    caller.press("end", ending="opted_in")
    assert service.dispositions(person) == ["call_back", "opted_in"]
    assert len(service.consents(person)) == 1
    [body] = assessed(service)
    assert body["complete"]
    assert [appointment.state for appointment in service.appointments(person)] == ["kept"]


def test_needs_told_by_keypad_are_not_asked_again_by_a_caller(
    service: Service, caller: Caller
) -> None:
    person = service.refer("opts_in")
    service.call()
    service.run(
        "UPDATE referrals SET route = 'caller', due_at = NULL WHERE reference = :of",
        of=person.reference,
    )
    service.set_clock(london("2026-03-25 10:00"))
    page = caller.reach(person)
    told = {row.area for row in service.rows("SELECT area FROM needs")}
    assert told
    assert page.count('name="again" value="need_') == len(told)
    left = len(NeedArea) - len(told)  # the network cuts off whoever is slow on a slow machine
    assert ("a few short questions" in page) is bool(left)
    if left:
        caller.answer(YES, *[NO] * left)
    caller.press("end", ending="opted_in")
    areas = [row.area for row in service.rows("SELECT area FROM needs")]
    assert sorted(areas) == sorted(NeedArea)


def test_why_somebody_is_offered_to_no_caller_is_to_be_seen(service: Service) -> None:
    never_asked = protected(service, safe_call="", safe_confirmed_on="")
    said_no = protected(service, safe_call="no")
    service.call()
    explain(service.application)
    assert "needs_release" in service.denials(never_asked)
    assert "said_no" in service.denials(said_no)
