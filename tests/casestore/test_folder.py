"""The folder exchange: whole batches out, nothing lost on the way in."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from contactbot.casestore.folder import FolderCaseStore
from contactbot.ports.casestore import (
    CaseStoreAway,
    Delivered,
    EventFault,
    OutboundRecord,
)

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
EVENT = {
    "id": "e1",
    "case_reference": "R1",
    "source_system": "niche",
    "type": "suspect_released",
    "occurred_at": "2026-03-02T10:00:00+00:00",
    "body": {"note": "x"},
}


def record(position, reference="R1", sequence=1, **body):
    return OutboundRecord(
        UUID(int=position), position, "attempt", reference, "niche", AT, AT, sequence, 1, body
    )


@pytest.fixture
def store(tmp_path):
    return FolderCaseStore(tmp_path)


def put(tmp_path, name, *lines):
    (tmp_path / "inbox").mkdir(exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (tmp_path / "inbox" / name).write_text("".join(f"{text}\n" for text in texts))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_batch_is_one_file_with_the_agreed_fields(store, tmp_path):
    results = store.deliver([record(7, note="tŷ"), record(9, sequence=2)])
    assert [result.outcome for result in results] == [Delivered.ACCEPTED] * 2
    assert names(tmp_path / "outbox") == ["000000000007-000000000009.ndjson"]
    text = (tmp_path / "outbox" / "000000000007-000000000009.ndjson").read_text("utf-8")
    first, second = (json.loads(line) for line in text.splitlines())
    assert first == {
        "id": str(UUID(int=7)),
        "type": "attempt",
        "case_reference": "R1",
        "source_system": "niche",
        "occurred_at": "2026-03-02T10:00:00+00:00",
        "recorded_at": "2026-03-02T10:00:00+00:00",
        "sequence": 1,
        "schema": 1,
        "body": {"note": "tŷ"},
    }
    assert second["sequence"] == 2


def test_the_same_batch_again_is_the_same_file(store, tmp_path):
    batch = [record(1), record(2, "R2")]
    store.deliver(batch)
    before = (tmp_path / "outbox" / "000000000001-000000000002.ndjson").read_bytes()
    store.deliver(batch)
    assert names(tmp_path / "outbox") == ["000000000001-000000000002.ndjson"]
    assert (tmp_path / "outbox" / "000000000001-000000000002.ndjson").read_bytes() == before


def test_a_record_that_cannot_be_written_holds_back_its_case_only(store, tmp_path):
    bad = record(1, number=float("nan"))
    results = store.deliver([bad, record(2, sequence=2), record(3, "R2")])
    assert [result.outcome for result in results] == [
        Delivered.REFUSED,
        Delivered.HELD_BACK,
        Delivered.ACCEPTED,
    ]
    assert names(tmp_path / "outbox") == ["000000000003-000000000003.ndjson"]


@pytest.mark.parametrize("body", [{"x": "\ud800"}, {"x": "y" * (1 << 20)}, {"x": object()}])
def test_odd_bodies_are_refused_and_not_raised(store, body):
    assert store.deliver([record(1, **body)])[0].outcome is Delivered.REFUSED


def test_a_folder_that_cannot_be_written_is_away_and_leaves_no_trace(store, tmp_path):
    store.deliver([record(1)])
    partial = tmp_path / "outbox" / ".000000000002-000000000002.ndjson.partial"
    partial.mkdir()
    with pytest.raises(CaseStoreAway):
        store.deliver([record(2)])
    assert [name for name in names(tmp_path / "outbox") if name[0] != "."] == [
        "000000000001-000000000001.ndjson"
    ]


def test_events_are_read_and_put_away_when_acknowledged(store, tmp_path):
    put(tmp_path, "events-1.ndjson", EVENT)
    put(tmp_path, "other.ndjson", EVENT)
    (batch,) = store.fetch_events()
    (event,) = batch.events
    assert (event.id, event.type, event.case_reference) == ("e1", "suspect_released", "R1")
    assert event.occurred_at == AT
    assert event.body == {"note": "x"}
    store.acknowledge(batch, batch.faults)
    assert list(store.fetch_events()) == []
    assert names(tmp_path / "inbox" / "done") == ["events-1.ndjson"]
    assert names(tmp_path / "rejects") == []


def test_unacknowledged_events_come_again(store, tmp_path):
    put(tmp_path, "events.ndjson", EVENT)
    assert list(store.fetch_events()) == list(store.fetch_events())


def test_bad_lines_are_rejected_with_line_and_reason_and_the_rest_is_read(store, tmp_path):
    lines = ["{", EVENT, "", '["no"]', {**EVENT, "id": ""}, {**EVENT, "case_reference": "a\0"}]
    put(tmp_path, "events.ndjson", *lines)
    (batch,) = store.fetch_events()
    assert [event.line for event in batch.events] == [2]
    assert [fault.line for fault in batch.faults] == [1, 4, 5, 6]
    store.acknowledge(batch, [*batch.faults, EventFault(2, "There is no such case.")])
    rejected = (tmp_path / "rejects" / "events.ndjson").read_text().splitlines()
    assert json.loads(rejected[0]) == {"line": 1, "reason": "The line is not JSON.", "given": "{"}
    assert len(rejected) == 5


@pytest.mark.parametrize(
    "line", [b"[" * 50_000, b"\xff", b'"' + b"x" * 70_000 + b'"', b"1", b"null"]
)
def test_no_line_stops_the_reading(store, tmp_path, line):
    put(tmp_path, "events.ndjson", EVENT)
    with (tmp_path / "inbox" / "events.ndjson").open("ab") as file:
        file.write(line)
    (batch,) = store.fetch_events()
    assert (len(batch.events), len(batch.faults)) == (1, 1)


@pytest.mark.parametrize("time", [None, "", "yesterday", "2026-03-02T10:00:00", 17])
@pytest.mark.parametrize("body", [None, [], "x"])
def test_an_odd_time_or_body_does_not_stop_an_event(store, tmp_path, time, body):
    put(tmp_path, "events.ndjson", {**EVENT, "occurred_at": time, "body": body})
    (batch,) = store.fetch_events()
    assert (batch.events[0].occurred_at, batch.events[0].body) == (None, {})


def test_a_file_that_grew_meanwhile_comes_again_whole(store, tmp_path):
    put(tmp_path, "events.ndjson", EVENT)
    (batch,) = store.fetch_events()
    with (tmp_path / "inbox" / "events.ndjson").open("a") as file:
        file.write(json.dumps({**EVENT, "id": "e2"}) + "\n")
    store.acknowledge(batch, [])
    (batch,) = store.fetch_events()
    assert [event.id for event in batch.events] == ["e1", "e2"]


def test_files_of_the_same_name_are_kept_apart(store, tmp_path):
    for _ in range(2):
        put(tmp_path, "events.ndjson", EVENT)
        for batch in store.fetch_events():
            store.acknowledge(batch, [EventFault(1, "x")])
    assert names(tmp_path / "inbox" / "done") == ["events-2.ndjson", "events.ndjson"]
    assert names(tmp_path / "rejects") == ["events-2.ndjson", "events.ndjson"]


@pytest.mark.parametrize(("read", "place"), [(True, "inbox/done"), (False, "rejects")])
def test_a_referral_file_is_offered_and_put_away(store, tmp_path, read, place):
    put(tmp_path, "referrals.csv", "reference")
    put(tmp_path, ".referrals.csv", "half")
    (offer,) = store.referral_files()
    assert offer.path == str(tmp_path / "inbox" / "referrals.csv")
    assert offer.rejects_path == str(tmp_path / "rejects" / "referrals.csv")
    store.finish_referral_file(offer, read=read)
    assert "referrals.csv" in names(tmp_path / place)
    assert store.referral_files() == []


def refuse(tmp_path, name, *lines):
    (tmp_path / "rejects").mkdir(exist_ok=True)
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (tmp_path / "rejects" / name).write_text("".join(f"{text}\n" for text in texts))


def test_refusals_are_read_from_rejects_and_put_away(store, tmp_path):
    refuse(
        tmp_path, "outbox-1.ndjson", {"id": str(UUID(int=1)), "reason": "no\nsuch  case", "x": 1}
    )
    refuse(tmp_path, "events-1.ndjson", {"line": 1, "reason": "ours", "given": "x"})
    refuse(tmp_path, "referrals.csv", "reference")
    (batch,) = store.fetch_refusals()
    (refusal,) = batch.refusals
    assert (refusal.record_id, refusal.reason) == (UUID(int=1), "no such case")
    store.acknowledge_refusals(batch, [])
    assert list(store.fetch_refusals()) == []
    assert names(tmp_path / "rejects" / "done") == ["outbox-1.ndjson"]
    assert names(tmp_path / "rejects") == ["done", "events-1.ndjson", "referrals.csv"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "null", '{"reason": "x"}', '{"id": 7}', '{"id": "x"}', "[" * 50_000, "\0"]
)
def test_a_refusal_that_cannot_be_read_is_kept_and_the_rest_is_read(store, tmp_path, line):
    refuse(tmp_path, "outbox.ndjson", line, {"id": str(UUID(int=1))})
    (batch,) = store.fetch_refusals()
    assert [refusal.record_id for refusal in batch.refusals] == [UUID(int=1)]
    assert [fault.line for fault in batch.faults] == [1]
    store.acknowledge_refusals(batch, batch.faults)
    (kept,) = (tmp_path / "rejects" / "not-read-outbox.ndjson").read_text().splitlines()
    assert json.loads(kept)["given"] == line
    assert list(store.fetch_refusals()) == []


def test_a_refusal_without_a_reason_or_with_a_very_long_one_is_read(store, tmp_path):
    one, two = str(UUID(int=1)), str(UUID(int=2))
    refuse(tmp_path, "outbox.ndjson", {"id": one}, {"id": two, "reason": "x" * 9000})
    (batch,) = store.fetch_refusals()
    assert [len(refusal.reason) for refusal in batch.refusals] == [0, 300]


def test_records_tried_again_do_not_overwrite_an_earlier_batch(store, tmp_path):
    store.deliver([record(1), record(2, "R2"), record(3, "R3")])
    store.deliver([record(1), record(3, "R3")])
    store.deliver([record(1), record(3, "R3")])
    first, second = sorted((tmp_path / "outbox").iterdir())
    assert first.name == "000000000001-000000000003-" + first.stem[-8:] + ".ndjson"
    assert second.name == "000000000001-000000000003.ndjson"
    assert second.read_text().count("\n") == 3
