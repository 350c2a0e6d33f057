"""The door of the webhooks: who is let in, what a line hears, and what changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from web.door import ACCOUNT, BASE, TOKEN, Door, form, open_door, signature

from contactbot.telephony.twiml import NEUTRAL_GOODBYE
from contactbot.web.app import create_app

PATHS = [
    "/webhooks/twilio/call/{token}/0",
    "/webhooks/twilio/status/{token}",
    "/webhooks/twilio/voice",
    "/webhooks/twilio/voice/e30=",
    "/webhooks/twilio/sms",
    "/webhooks/twilio/text-status/{token}",
]
OTHER_ACCOUNT = "AC" + "1" * 32


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    with open_door(database_url, tmp_path) as door:
        yield door


def fields_of(attempt):
    return list(form(attempt, CallStatus="completed", SequenceNumber="3", Digits="2").items())


FORGERIES = {
    "no signature": {"token": ""},
    "another token": {"token": "a-guess"},
    "signed for another address": {"signed_path": "/webhooks/twilio/other"},
    "signed for another form": {"signed": [("AccountSid", ACCOUNT)]},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_webhook_changes_nothing_but_a_counter(door: Door, forgery: str) -> None:
    attempt = door.calling()
    before = door.rows_of_all_tables()
    for path in PATHS:
        named = path.format(token=attempt.token)
        answer = door.post(named, fields_of(attempt), **FORGERIES[forgery])
        assert (answer.status_code, answer.data) == (403, b"")
    assert door.rows_of_all_tables() == before
    assert door.service.counted("webhook_refused") == len(PATHS)
    assert door.service.rows("SELECT * FROM attempts") == [attempt]


def test_refusals_cannot_be_told_apart(door: Door) -> None:
    attempt = door.calling()
    answers = [
        door.post(path.format(token=token), fields_of(attempt), **forgery)
        for token in (attempt.token, "unknown")
        for path in PATHS
        for forgery in FORGERIES.values()
    ]
    seen = {(answer.status, answer.data, str(sorted(answer.headers))) for answer in answers}
    assert len(seen) == 1


def test_a_request_without_any_signature_is_refused(door: Door) -> None:
    for path in PATHS:
        answer = door.client.post(path.format(token="x"), base_url=BASE, data={"Digits": "1"})
        assert (answer.status_code, answer.data) == (403, b"")


def test_a_webhook_about_another_account_is_refused(door: Door) -> None:
    attempt = door.calling()
    fields = list((dict(fields_of(attempt)) | {"AccountSid": OTHER_ACCOUNT}).items())
    for path in PATHS:
        assert door.post(path.format(token=attempt.token), fields).status_code == 403


@pytest.mark.parametrize("name", ["AccountSid", "CallSid", "CallStatus", "Digits"])
def test_a_field_given_twice_is_refused(door: Door, name: str) -> None:
    attempt = door.calling()
    fields = fields_of(attempt)
    repeated = [*fields, (name, dict(fields)[name])]
    answer = door.post(f"/webhooks/twilio/call/{attempt.token}/0", repeated, signed=fields)
    assert (answer.status_code, answer.data) == (403, b"")


def test_a_moved_boundary_between_two_fields_is_refused(door: Door) -> None:
    attempt = door.calling()
    honest = [*form(attempt, CallStatus="completed").items(), ("CallZ", "1")]
    moved = [*form(attempt).items(), ("CallStatus", "completedCallZ1")]
    path = f"/webhooks/twilio/status/{attempt.token}"
    assert door.post(path, moved, signed=honest).status_code == 403


def test_every_route_below_webhooks_is_guarded(door: Door) -> None:
    rules = [
        rule
        for rule in door.client.application.url_map.iter_rules()
        if rule.rule.startswith("/webhooks/")
    ]
    assert len(rules) >= len(PATHS)
    for rule in rules:
        values = dict.fromkeys(rule.arguments, "1")
        path = rule.build(values, append_unknown=False)[1]
        assert door.client.post(path, base_url=BASE).status_code == 403
        assert set(rule.methods or ()) <= {"POST", "OPTIONS"}


def test_a_body_too_large_is_refused_like_any_other(door: Door) -> None:
    fields = [("AccountSid", ACCOUNT), ("Padding", "x" * 65_536)]
    for path in PATHS:
        answer = door.post(path.format(token="x"), fields)
        assert (answer.status_code, answer.data) == (403, b"")


def test_without_a_database_a_forger_is_refused_all_the_same(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(door.service.application.service), "count", broken)
    for path in PATHS:
        answer = door.post(path.format(token="x"), [("AccountSid", ACCOUNT)], token="a-guess")
        assert (answer.status_code, answer.data) == (403, b"")


def broken(*_arguments: object, **_named: object) -> None:
    raise RuntimeError("no connection for Sam Pretendname on 07700 900123")


def test_an_attempt_nobody_knows_gets_an_empty_yes_or_a_goodbye(door: Door) -> None:
    attempt = door.calling()
    before = door.rows_of_all_tables()
    fields = fields_of(attempt)
    status = door.post("/webhooks/twilio/status/unknown", fields)
    assert (status.status_code, status.data) == (204, b"")
    words = door.post("/webhooks/twilio/call/unknown/0", fields)
    assert (words.status_code, words.data) == (200, NEUTRAL_GOODBYE)
    assert door.rows_of_all_tables() == before
    assert door.service.counted("webhook_unknown_attempt") == 2


def test_whatever_breaks_inside_the_line_hears_a_goodbye_and_the_log_no_name(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = door.calling()
    monkeypatch.setattr(type(door.service.application.outreach.store), "begin", broken)
    answer = door.post(PATHS[0].format(token=attempt.token), fields_of(attempt))
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.data == NEUTRAL_GOODBYE
    log = (door.service.folder / "service.log").read_text("utf-8")
    assert "webhook" in log
    assert not any(private in log for private in ("Pretendname", "900123", attempt.token))


def test_a_turn_that_is_none_is_a_goodbye(door: Door) -> None:
    attempt = door.calling()
    for turn in ("99999999999999999999", "2147483648"):
        answer = door.post(f"/webhooks/twilio/call/{attempt.token}/{turn}", fields_of(attempt))
        assert (answer.status_code, answer.data) == (200, NEUTRAL_GOODBYE)


@pytest.mark.parametrize("missing", ["CallSid", "CallStatus", "SequenceNumber"])
def test_a_signed_report_without_a_field_ends_nothing(door: Door, missing: str) -> None:
    attempt = door.calling()
    fields = [(name, value) for name, value in fields_of(attempt) if name != missing]
    door.post(f"/webhooks/twilio/status/{attempt.token}", fields)
    (after,) = door.service.rows("SELECT * FROM attempts")
    assert after.state == ("completed" if missing == "SequenceNumber" else "queued")
    assert after.provider_id == attempt.provider_id


def test_the_same_turn_twice_hears_the_same_words_and_is_one_answer(door: Door) -> None:
    attempt = door.calling(contact_code="7391")
    for turn, keys in enumerate(["", "2", "7391", "1", "1", "1"]):
        first, second = (door.turn(attempt, turn, keys) for _ in range(2))
        assert first.data == second.data
    assert len(door.service.rows("SELECT * FROM consent_events")) == 1
    assert len(door.service.rows("SELECT * FROM answers")) == 2
    told = door.service.rows("SELECT * FROM outbox WHERE type = 'consent'")
    assert len(told) == 1


def test_the_code_that_was_keyed_is_kept_nowhere(door: Door) -> None:
    attempt = door.calling(contact_code="7391")
    for turn, keys in enumerate(["", "2", "1111", "7391", "1"]):
        door.turn(attempt, turn, keys)
    kept = door.service.rows(
        "SELECT session::text AS kept FROM call_sessions UNION ALL"
        " SELECT twiml FROM call_turns UNION ALL SELECT detail::text FROM attempt_events"
        " UNION ALL SELECT detail::text FROM audit UNION ALL SELECT body::text FROM outbox"
    )
    assert kept
    assert not any(code in row.kept for row in kept for code in ("7391", "1111"))


def test_a_turn_out_of_order_is_a_goodbye_and_the_call_can_go_on(door: Door) -> None:
    attempt = door.calling()
    assert door.turn(attempt, 2, "1234").data == NEUTRAL_GOODBYE
    assert b"press 2" in door.turn(attempt, 0).data
    assert door.turn(attempt, 3, "1").data == NEUTRAL_GOODBYE
    assert b"four-digit code" in door.turn(attempt, 1, "2").data


def test_the_report_of_the_answer_may_come_before_the_first_words(door: Door) -> None:
    attempt = door.calling()
    assert door.status(attempt, "in-progress", 2).status_code == 204
    assert b"press 2" in door.turn(attempt, 0).data


def test_words_asked_for_after_the_end_are_a_goodbye(door: Door) -> None:
    attempt = door.calling()
    door.status(attempt, "no-answer", 2)
    assert door.turn(attempt, 0).data == NEUTRAL_GOODBYE
    assert door.service.rows("SELECT state FROM attempts")[0].state == "no_answer"


def test_a_report_of_another_call_holds_the_case(door: Door) -> None:
    attempt = door.calling()
    other = "CA" + "f" * 32
    assert door.turn(attempt, 0, CallSid=other).data == NEUTRAL_GOODBYE
    door.status(attempt, "completed", 3, CallSid=other)
    (after,) = door.service.rows("SELECT * FROM attempts")
    assert (after.state, after.provider_id) == ("queued", attempt.provider_id)
    assert door.service.rows("SELECT reason FROM holds")[0].reason == "second_call_seen"


def test_a_replayed_report_changes_nothing(door: Door) -> None:
    attempt = door.calling()
    for sequence, word in enumerate(["initiated", "ringing", "no-answer"]):
        door.status(attempt, word, sequence)
    before = door.rows_of_all_tables()
    for sequence, word in [(0, "initiated"), (2, "no-answer"), (1, "ringing")]:
        assert door.status(attempt, word, sequence).status_code == 204
    assert door.rows_of_all_tables() == before


def test_an_end_is_final_whatever_is_reported_later(door: Door) -> None:
    attempt = door.calling()
    door.status(attempt, "no-answer", 2)
    for sequence, late in enumerate(["ringing", "in-progress", "busy", "canceled", "odd"], 3):
        door.status(attempt, late, sequence)
        (after,) = door.service.rows("SELECT * FROM attempts")
        assert (after.state, after.disposition) == ("no_answer", "no_answer")


def test_a_word_the_provider_never_used_before_moves_nothing(door: Door) -> None:
    attempt = door.calling()
    door.status(attempt, "levitating", 1)
    assert door.service.rows("SELECT state FROM attempts")[0].state == "queued"
    assert door.service.counted("provider_status_unknown") == 1


def test_a_ring_back_with_a_state_nobody_wrote_is_a_goodbye(door: Door) -> None:
    fields = [("AccountSid", ACCOUNT), ("From", "+447700900123"), ("Digits", "0")]
    for state in ("x", "e30=", "bnVsbA==", "%FF"):
        answer = door.post(f"/webhooks/twilio/voice/{state}", fields)
        assert (answer.status_code, answer.data) == (200, NEUTRAL_GOODBYE)
    assert door.service.rows("SELECT * FROM suppressions") == []


def test_a_process_may_make_several_applications(door: Door) -> None:
    again = create_app(door.service.application).test_client()
    path, fields = "/webhooks/twilio/voice", [("AccountSid", ACCOUNT)]
    headers = {"X-Twilio-Signature": signature(TOKEN, path, fields)}
    answer = again.post(path, base_url=BASE, data=dict(fields), headers=headers)
    assert b"press 2" in answer.data
