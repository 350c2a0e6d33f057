"""What the whole service logs on the way of a call: events by name, and nobody's data."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from journeys.people import Person
from journeys.service import Service

from contactbot.logs import formatter, heard
from contactbot.scheduling.jobs import Job, deliver, guarded

Lines = Callable[[], list[dict[str, Any]]]
SURNAME = "Gwyddelwern"
PLACE = "Rhosllannerchrugog"


@pytest.fixture
def logged() -> Iterator[Lines]:
    """All log lines so far, as a server writes them; libraries speak as openly as they can."""
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter(as_json=True))
    handler.addFilter(lambda record: heard(record) or record.levelno >= logging.DEBUG)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in handler.stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def canary(service: Service) -> Person:
    return service.refer(
        family_name=SURNAME, address=PLACE, email=f"{SURNAME}@example.org", notes=f"at {PLACE}"
    )


def test_a_call_leaves_events_by_name_and_nothing_of_the_person(
    service: Service, logged: Lines
) -> None:
    person = canary(service)
    service.call()
    service.deliver()
    by_name = {line["event"]: line for line in logged()}
    attempt = str(service.attempt(person).id)
    assert by_name["import_finished"]["accepted"] == 1
    assert by_name["attempt_placed"]["attempt"] == attempt
    ended = by_name["attempt_ended"]
    assert (ended["attempt"], ended["disposition"]) == (attempt, "opted_in")
    assert ended["seconds"] > 0
    assert by_name["sync_finished"]["accepted"] > 0
    written = json.dumps(logged(), ensure_ascii=False)
    private = (SURNAME, PLACE, person.number[3:], person.reference)
    assert [each for each in private if each in written] == []


def test_what_was_rolled_back_is_not_told(service: Service, logged: Lines) -> None:
    canary(service)

    def break_off() -> None:
        raise RuntimeError(SURNAME)

    service.at("after_post", break_off)
    with pytest.raises(RuntimeError):
        service.dispatch()
    assert "attempt_placed" not in {line["event"] for line in logged()}
    service.wait_until_quiet()


def test_a_job_that_fails_is_named_with_its_kind_of_error(service: Service, logged: Lines) -> None:
    def fail(application: object) -> None:
        raise LookupError(SURNAME)

    guarded(Job("deliver", 5, fail), service.application)()
    (line,) = [line for line in logged() if line["event"] == "job_failed"]
    assert (line["job"], line["kind"]) == ("deliver", "LookupError")
    assert "dropped" not in line


def test_a_refused_webhook_is_told_without_its_address(service: Service, logged: Lines) -> None:

    address = f"{service.settings.public_url}/webhooks/twilio/call/{SURNAME}/0"
    assert requests.post(address, data={"Digits": "1"}, timeout=5).status_code == 403
    assert "webhook_refused" in {line["event"] for line in logged()}
    assert SURNAME not in json.dumps(logged())


def test_an_exchange_without_anything_is_not_told(service: Service, logged: Lines) -> None:
    deliver(service.application)
    assert "sync_finished" not in {line["event"] for line in logged()}
