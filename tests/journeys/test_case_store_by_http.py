"""The whole exchange with a case store by HTTP, which loses and doubles what it can."""

import csv
import io
from dataclasses import replace

import pytest
from casestore.twin import case_store_twin
from journeys.people import somebody
from journeys.service import row_of
from sqlalchemy import text

from contactbot.bootstrap import Application
from contactbot.operations.sync import synchronise


@pytest.fixture
def twin():
    with case_store_twin() as running:
        yield running


@pytest.fixture
def exchange(service, twin):
    settings = replace(service.settings, case_store=twin.url)
    return Application(settings, service.application.engine).exchange


def file_of(*rows):
    written = io.StringIO()
    table = csv.DictWriter(written, list(dict.fromkeys(name for row in rows for name in row)))
    table.writeheader()
    table.writerows(rows)
    return written.getvalue()


def test_referrals_and_events_come_and_results_go_once_each(service, twin, exchange):
    person = somebody("opts_in")
    referred = {"referred_at": "2026-03-23T09:00:00"}
    bad = row_of(somebody("opts_in"), phone="4.477E+11", **referred)
    content = file_of(row_of(person, **referred), bad)
    twin.order("referrals", name="monday.csv", content=content)
    report = synchronise(exchange, at_once=True)
    assert (report.referral_files, report.away) == (1, False)
    (reject,) = twin.truth()["rejects"]
    assert "4.477E+11" in reject["content"]
    assert person.reference not in reject["content"]

    service.call()
    event = {"source_system": "niche", "case_reference": person.reference, "body": {}}
    at = service.calendar().isoformat()
    twin.order("events", id="e1", type="withdrawn", occurred_at=at, **event)
    twin.order("events", id="e2", type="withdrawn", occurred_at=at, **event)
    twin.fault("apply_then_lose", share=0.3)
    twin.fault("duplicate_apply", share=0.5)
    twin.fault("down", times=2)
    for _ in range(8):
        report = synchronise(exchange, at_once=True)
    assert not report.away
    twin.well()
    synchronise(exchange, at_once=True)
    truth = twin.truth()
    assert {each["times"] for each in truth["applied"]} == {1}
    assert {"attempt", "status"} <= {each["type"] for each in truth["applied"]}
    assert truth["violations"] == []
    assert states(service) == {"delivered": len(truth["applied"])}
    assert truth["consumer"]["events"] == "2"
    assert list((service.folder / "case-store").rglob("*.csv")) == []


def states(service):
    with service.application.engine.connect() as connection:
        rows = connection.execute(text("SELECT state, count(*) AS n FROM outbox GROUP BY state"))
        return {row.state: row.n for row in rows}
