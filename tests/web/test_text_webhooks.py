"""Texts at the door: never an answer, nothing told of who is known, and what failed may return."""

import pytest
from web.door import ACCOUNT, Door
from werkzeug.test import TestResponse

from contactbot.web.webhooks.texts import NO_ANSWER

SMS = "/webhooks/twilio/sms"
SID = f"SM{7:032x}"


def comes_in(door: Door, sender: str, body: str, sid: str = SID) -> TestResponse:
    fields = {"AccountSid": ACCOUNT, "MessageSid": sid, "From": sender, "Body": body}
    return door.post(SMS, list(fields.items()))


@pytest.mark.parametrize("body", ["STOP", "stopio", "he's here", "hello", "", "ŵ" * 1600])
def test_whoever_writes_whatever_is_answered_with_nothing(door: Door, body: str) -> None:
    person = door.service.refer()
    answers = [
        comes_in(door, sender, body, f"SM{number:032x}")
        for number, sender in enumerate((person.number, "+447700900999", "anonymous"))
    ]
    assert {(a.status_code, a.mimetype, a.text) for a in answers} == {(200, "text/xml", NO_ANSWER)}


def test_a_text_delivered_twice_is_answered_alike_and_kept_once(door: Door) -> None:
    person = door.service.refer()
    assert [comes_in(door, person.number, "STOP").text for _ in range(2)] == [NO_ANSWER] * 2
    assert len(door.service.rows("SELECT * FROM inbound_texts")) == 1
    assert door.service.suppressions(person) == ["opted_out"]


def test_a_text_that_could_not_be_kept_may_come_again_and_nobody_hears_of_it(door: Door) -> None:
    person = door.service.refer()
    door.service.run("ALTER TABLE inbound_texts RENAME TO away")
    answer = comes_in(door, person.number, "STOP")
    assert (answer.status_code, answer.text) == (503, "")
    door.service.run("ALTER TABLE away RENAME TO inbound_texts")
    comes_in(door, person.number, "STOP")
    assert door.service.state(person) == "suppressed"


def test_a_report_about_a_text_nobody_knows_is_counted_and_forgotten(door: Door) -> None:
    fields = {"AccountSid": ACCOUNT, "MessageSid": SID, "MessageStatus": "delivered"}
    answer = door.post("/webhooks/twilio/text-status/unknown", list(fields.items()))
    assert answer.status_code == 204
    assert door.service.counted("webhook_unknown_attempt") == 1


def test_what_was_written_stands_in_no_log(door: Door) -> None:
    person = door.service.refer()
    comes_in(door, person.number, "my sister Gwenllian is here")
    log = (door.service.folder / "service.log").read_text("utf-8")
    assert "Gwenllian" not in log
    assert person.number not in log
