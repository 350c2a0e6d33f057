"""The outbox loses nothing, repeats nothing and keeps each case in order."""

import json
import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, text

from contactbot.casestore.folder import FolderCaseStore
from contactbot.database.outbox_records import DatabaseOutbox, add_outbox
from contactbot.database.tables import outbox as outbox_table
from contactbot.operations.sync import deliver_pending
from contactbot.ports.casestore import CaseStoreAway, Delivered, DeliveryResult

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def add(engine, reference="R1", **body):
    with engine.begin() as connection:
        add_to(connection, reference, **body)


def add_to(connection, reference="R1", **body):
    add_outbox(
        connection,
        type="attempt",
        case_reference=reference,
        source_system="niche",
        occurred_at=AT,
        recorded_at=AT,
        body=body,
    )


class Store:
    """Keeps what it is given; refuses records whose body says so; can be away."""

    def __init__(self):
        self.batches, self.away = [], 0

    def fetch_refusals(self):
        return iter(())

    def deliver(self, records):
        if self.away:
            self.away -= 1
            raise CaseStoreAway
        self.batches.append([(r.case_reference, r.sequence) for r in records])
        return [DeliveryResult(r.id, outcome(r), "no") for r in records]


def outcome(record):
    return Delivered.REFUSED if record.body.get("poison") else Delivered.ACCEPTED


def due(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET next_try_real = NULL"))
        connection.execute(text("UPDATE pacing SET next_at_real = clock_timestamp()"))


def rows(engine, column):
    with engine.connect() as connection:
        found = connection.execute(select(outbox_table.c[column]).order_by(outbox_table.c.position))
        return list(found.scalars())


@pytest.fixture
def outbox(database):
    return DatabaseOutbox(database)


def test_a_fact_exists_only_if_its_transaction_does(database, outbox):
    with database.connect() as connection:
        add_to(connection)
    add(database)
    assert rows(database, "sequence") == [1]
    assert outbox.status().pending == 1


def test_facts_of_one_case_are_numbered_without_gaps_by_competing_transactions(database):
    threads = [threading.Thread(target=add, args=(database, "R1")) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(database, "sequence") == list(range(1, 13))


def test_delivery_is_in_order_and_in_batches(database, outbox):
    with database.begin() as connection:
        for number in range(5):
            add_to(connection, f"R{number % 2}")
    store = Store()
    report = deliver_pending(outbox, store, batch_size=2)
    assert store.batches == [[("R0", 1), ("R1", 1)], [("R0", 2), ("R1", 2)], [("R0", 3)]]
    assert (report.accepted, report.refused, report.away) == (5, 0, False)
    status = outbox.status()
    assert (status.pending, status.delivered, status.dead) == (0, 5, 0)
    assert status.oldest_pending_seconds == 0


def test_a_begun_batch_stays_the_same_after_a_crash(database, outbox):
    add(database, "R1")
    with outbox.deliveries() as deliveries:
        before = deliveries.batch(500)
    add(database, "R2")
    with outbox.deliveries() as deliveries:
        assert deliveries.batch(500) == before


def test_applied_then_died_before_the_commit_is_one_file(database, outbox, tmp_path):
    store = FolderCaseStore(tmp_path)
    add(database, "R1")
    with outbox.deliveries() as deliveries:
        store.deliver(deliveries.batch(500))
    add(database, "R1")
    deliver_pending(outbox, store)
    lines = [path.read_text().count("\n") for path in (tmp_path / "outbox").iterdir()]
    assert lines == [1, 1]


def test_a_case_store_that_is_away_costs_nothing_but_time(database, outbox):
    add(database)
    store = Store()
    store.away = 5
    for _ in range(5):
        assert deliver_pending(outbox, store, at_once=True).away
    assert deliver_pending(outbox, store).accepted == 0
    assert rows(database, "tries") == [0]
    due(database)
    assert deliver_pending(outbox, store).accepted == 1
    assert store.batches == [[("R1", 1)]]


def test_poison_is_dead_after_three_tries_and_never_dropped(database, outbox):
    add(database, "R1", poison=True)
    add(database, "R2")
    store = Store()
    for _ in range(4):
        deliver_pending(outbox, store)
        due(database)
    assert store.batches == [[("R1", 1), ("R2", 1)], [("R1", 1)], [("R1", 1)]]
    assert rows(database, "state") == ["dead", "delivered"]
    assert rows(database, "last_error") == ["no", None]
    assert outbox.status().dead == 1


def test_later_facts_of_a_case_wait_for_its_refused_one(database, outbox):
    add(database, "R1", poison=True)
    store = Store()
    deliver_pending(outbox, store)
    add(database, "R1")
    add(database, "R2")
    deliver_pending(outbox, store)
    assert store.batches == [[("R1", 1)], [("R2", 1)]]


def test_two_workers_never_deliver_at_once(database, outbox):
    add(database)
    store = Store()
    with outbox.deliveries() as deliveries:
        assert deliveries is not None
        with outbox.deliveries() as second:
            assert second is None
        assert deliver_pending(outbox, store).accepted == 0
    assert deliver_pending(outbox, store).accepted == 1


def test_the_right_to_deliver_is_free_again_after_an_error(database, outbox):
    with pytest.raises(RuntimeError), outbox.deliveries():
        raise RuntimeError
    with outbox.deliveries() as deliveries:
        assert deliveries is not None


def refuse(tmp_path, *lines):
    (tmp_path / "rejects").mkdir(exist_ok=True)
    texts = "".join(f"{json.dumps(line)}\n" for line in lines)
    (tmp_path / "rejects" / "outbox-1.ndjson").write_text(texts)


def test_a_record_refused_after_delivery_is_dead_and_later_ones_of_its_case_go_on(
    database, outbox, tmp_path
):
    store = FolderCaseStore(tmp_path)
    add(database)
    deliver_pending(outbox, store)
    (record,) = rows(database, "id")
    add(database)
    refuse(tmp_path, {"id": str(record), "reason": "This case is closed."})
    report = deliver_pending(outbox, store)
    assert (report.buried, report.accepted, report.faulty_lines) == (1, 1, 0)
    assert rows(database, "state") == ["dead", "delivered"]
    assert rows(database, "last_error") == ["This case is closed.", None]
    assert outbox.status().dead == 1


def test_a_refusal_of_what_was_never_handed_over_changes_nothing_and_is_kept(
    database, outbox, tmp_path
):
    store = FolderCaseStore(tmp_path)
    add(database)
    (record,) = rows(database, "id")
    refuse(tmp_path, {"id": str(record)}, {"id": str(UUID(int=1))})
    report = deliver_pending(outbox, store)
    assert (report.buried, report.accepted, report.faulty_lines) == (0, 1, 2)
    assert rows(database, "state") == ["delivered"]
    kept = (tmp_path / "rejects" / "not-read-outbox-1.ndjson").read_text().splitlines()
    assert len(kept) == 2


def test_the_same_refusal_twice_is_one(database, outbox, tmp_path):
    store = FolderCaseStore(tmp_path)
    add(database)
    deliver_pending(outbox, store)
    (record,) = rows(database, "id")
    for _ in range(2):
        refuse(tmp_path, {"id": str(record), "reason": "no"})
        deliver_pending(outbox, store)
    assert rows(database, "tries") == [1]


def test_a_batch_that_was_begun_and_refused_meanwhile_is_not_delivered(database, outbox, tmp_path):
    store = FolderCaseStore(tmp_path)
    add(database)
    with outbox.deliveries() as deliveries:
        store.deliver(deliveries.batch(500))
    (record,) = rows(database, "id")
    refuse(tmp_path, {"id": str(record), "reason": "no"})
    deliver_pending(outbox, store)
    assert rows(database, "state") == ["dead"]
