"""The outbox over a faulty case store: each fact is applied once, in order, or is a dead letter."""

import random
import signal
import threading
import time
from datetime import UTC, datetime

import pytest
from casestore.twin import case_store_twin
from sqlalchemy import text

from contactbot.bootstrap import Application
from contactbot.casestore.http import HttpCaseStore
from contactbot.casestore.http_client import CaseStoreClient
from contactbot.config import Settings
from contactbot.database.outbox_records import DatabaseOutbox, add_outbox
from contactbot.operations.sync import deliver_pending, synchronise

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
TYPES = ("attempt", "consent", "contact_profile", "status")
CASES = 7
FACTS = 60


def add_facts(engine, number, cases=CASES):
    with engine.begin() as connection:
        for each in range(number):
            add_outbox(
                connection,
                type=TYPES[each % len(TYPES)],
                case_reference=f"R{each % cases}",
                source_system="niche",
                occurred_at=AT,
                recorded_at=AT,
                body={"number": each},
            )


def states(engine):
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT id::text, state FROM outbox ORDER BY position"))
        return {row.id: row.state for row in rows}


def due(engine):
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET next_try_real = NULL"))


def deliver(database, twin, tmp_path, rounds=40):
    """Until nothing waits any more."""
    store = HttpCaseStore(CaseStoreClient(twin.url, read_seconds=0.4), tmp_path)
    outbox = DatabaseOutbox(database)
    for _ in range(rounds):
        deliver_pending(outbox, store, at_once=True, batch_size=10)
        due(database)
        if outbox.status().pending == 0:
            return
    raise AssertionError("some facts still wait")


FAULTS = {
    "slow": {"seconds": 0.02, "share": 0.2},
    "down": {"share": 0.05, "status": 503},
    "apply_then_lose": {"share": 0.2, "mode": "drop"},
    "duplicate_apply": {"share": 0.5},
    "conflict": {"share": 0.3, "code": "older"},
}


def test_each_fact_is_applied_once_and_in_order_whatever_goes_wrong(database, tmp_path):
    add_facts(database, FACTS)
    with case_store_twin() as twin:
        for kind, order in FAULTS.items():
            twin.fault(kind, **order)
        for mode in ("500", "truncate"):
            twin.fault("apply_then_lose", share=0.1, mode=mode)
        deliver(database, twin, tmp_path)
        check(database, twin)
        assert set(states(database).values()) == {"delivered"}


def check(database, twin):
    """Every fact is in one place: applied once, or dead; each case’s in order."""
    truth, known = twin.truth(), states(database)
    times = {each["id"]: each["times"] for each in truth["applied"]}
    assert set(times) <= set(known)
    assert set(times.values()) <= {1}
    assert {fact for fact, state in known.items() if state == "delivered"} == set(times)
    assert truth["violations"] == []


@pytest.mark.parametrize("order", [{"kind": "reject"}, {"kind": "break_on"}])
def test_poison_is_a_dead_letter_after_three_tries_while_others_proceed(database, tmp_path, order):
    add_facts(database, 14)
    with case_store_twin() as twin:
        twin.fault(**order, reference="R0", times=3 * (3 if order["kind"] == "break_on" else 1))
        deliver(database, twin, tmp_path)
        check(database, twin)
        found = list(states(database).values())
        assert (found.count("dead"), found.count("delivered")) == (1, 13)


def test_poison_alone_does_not_keep_later_facts_waiting(database, tmp_path):
    add_facts(database, 1)
    with case_store_twin() as twin:
        twin.fault("break_on", reference="R0", times=9)
        store = HttpCaseStore(CaseStoreClient(twin.url), tmp_path)
        assert deliver_pending(DatabaseOutbox(database), store, at_once=True).refused == 1
        add_facts(database, 14)
        deliver(database, twin, tmp_path)
        check(database, twin)


def test_a_store_that_takes_no_write_at_all_makes_no_dead_letters(database, tmp_path):
    add_facts(database, 14)
    with case_store_twin() as twin:
        twin.fault("apply_then_lose", mode="500", times=10_000)
        store = HttpCaseStore(CaseStoreClient(twin.url), tmp_path)
        for _ in range(5):
            assert deliver_pending(DatabaseOutbox(database), store, at_once=True).away
        twin.well()
        deliver(database, twin, tmp_path)
        check(database, twin)
        assert set(states(database).values()) == {"delivered"}


def test_a_record_refused_after_it_was_taken_is_a_dead_letter_with_its_reason(database, tmp_path):
    add_facts(database, 2)
    with case_store_twin() as twin:
        deliver(database, twin, tmp_path)
        first, second = states(database)
        twin.order("refusals", id=first, reason="No such case any more.")
        twin.order("refusals", line="{")
        store = HttpCaseStore(CaseStoreClient(twin.url), tmp_path)
        report = deliver_pending(DatabaseOutbox(database), store)
        assert (report.buried, report.faulty_lines) == (1, 1)
        assert states(database) == {first: "dead", second: "delivered"}
        assert deliver_pending(DatabaseOutbox(database), store).buried == 0
        assert twin.truth()["rejects"][0]["about"] == "refusals 2"


def test_the_setting_decides_which_case_store_it_is(database, tmp_path):
    add_facts(database, 5)
    with case_store_twin() as twin:
        settings = Settings(
            data_dir=tmp_path,
            case_store=twin.url,
            encryption_keys=(b"e" * 32,),
            index_keys=(b"i" * 32,),
        )
        report = synchronise(Application(settings, database).exchange, at_once=True)
        assert (report.delivery.accepted, report.away) == (5, False)
        check(database, twin)


def test_nothing_is_lost_or_doubled_when_the_store_is_killed_over_and_over(database, tmp_path):
    chance, journal = random.Random(4), tmp_path / "journal.ndjson"  # noqa: S311 - no secret
    for _ in range(8):
        add_facts(database, 40)
        with case_store_twin(journal) as twin:
            store = HttpCaseStore(CaseStoreClient(twin.url, read_seconds=1), tmp_path)
            pending = (DatabaseOutbox(database), store)
            sender = threading.Thread(
                target=deliver_pending, args=pending, kwargs={"at_once": True}
            )
            sender.start()
            time.sleep(chance.uniform(0, 0.15))
            twin.process.send_signal(signal.SIGKILL)
            twin.process.wait()
            sender.join()
        with journal.open("ab") as torn:
            torn.write(b'{"kind": "appl'[: chance.randint(0, 13)])
    with case_store_twin(journal) as twin:
        deliver(database, twin, tmp_path)
        check(database, twin)
        assert set(states(database).values()) == {"delivered"}
