"""The twin keeps to the written contract, and remembers over being killed."""

import re
import signal
from pathlib import Path

import pytest
from casestore.twin import case_store_twin

from contactbot.casestore.http import FACETS as OUR_FACETS
from contactbot.casestore.http import REFUSALS
from contactbot.casestore_twin.faults import FaultKind, read_fault
from contactbot.casestore_twin.shape import FACETS, FACT_TYPES
from contactbot.operations.event_effects import EFFECTS

ROOT = Path(__file__).parents[2]
CONTRACT = (ROOT / "docs" / "casestore.openapi.yaml").read_text("utf-8")
ID = "00000000-0000-0000-0000-000000000001"
RECORD = {
    "id": ID,
    "type": "attempt",
    "case_reference": "R1",
    "source_system": "niche",
    "occurred_at": "2026-03-02T10:00:00+00:00",
    "recorded_at": "2026-03-02T10:00:00+00:00",
    "sequence": 1,
    "schema": 1,
    "body": {},
}


@pytest.fixture(scope="module")
def twin():
    with case_store_twin() as running:
        yield running


def post(twin, record, key=ID):
    return twin.send("POST", "records", json=record, headers={"Idempotency-Key": key})


def test_every_address_of_the_twin_is_in_the_contract():
    source = (ROOT / "contactbot" / "casestore_twin" / "desk.py").read_text("utf-8")
    served = set(re.findall(r're\.compile\(f?"(?:\(\?:)?[A-Z|]+\)? \(?([a-z]+)', source))
    written = set(re.findall(r"\n  /([a-z]+)", CONTRACT))
    assert served | {"events", "refusals"} == written
    assert len(served) == 6


def test_every_code_and_type_is_in_the_contract():
    folder = ROOT / "contactbot" / "casestore_twin"
    source = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    codes = set(re.findall(r'Problem\(\s*[\w.]+, "(\w+)"', source))
    listed = set(re.findall(r"\n +- (\w+)", CONTRACT))
    assert codes | set(REFUSALS) | FACT_TYPES <= listed
    assert FACETS == OUR_FACETS
    assert f"[{', '.join(FACETS)}]" in CONTRACT


def test_events_of_the_contract_are_those_we_know():
    page = CONTRACT.partition("Event:\n")[2]
    assert set(re.findall(r"- (\w+)", page)) == set(EFFECTS)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"type": "gossip"}, 422, "unknown_type"),
        ({"type": "status"}, 422, "unknown_type"),
        ({"sequence": "1"}, 422, "invalid"),
        ({"sequence": True}, 422, "invalid"),
        ({"sequence": 0}, 422, "invalid"),
        ({"occurred_at": "2026-03-02T10:00:00"}, 422, "invalid"),
        ({"occurred_at": "yesterday"}, 422, "invalid"),
        ({"id": "1"}, 422, "invalid"),
        ({"more": 1}, 422, "invalid"),
        ({"body": {"x": "y" * (1 << 20)}}, 413, "too_long"),
    ],
)
def test_a_record_out_of_form_is_refused(twin, change, status, code):
    reply = post(twin, RECORD | change)
    assert (reply.status_code, reply.json()) == (status, {"code": code})


def test_a_write_needs_its_key_and_a_replacement_what_it_replaces(twin):
    assert twin.send("POST", "records", json=RECORD).status_code == 428
    assert post(twin, RECORD, key="00000000-0000-0000-0000-000000000002").status_code == 422
    names = {"source_system": "niche", "case_reference": "R1"}
    case = twin.send("POST", "cases/search", json=names).json()["case"]
    address, key = f"cases/{case}/status", {"Idempotency-Key": ID}
    record = RECORD | {"type": "status"}
    assert twin.send("PUT", address, json=record, headers=key).status_code == 428
    match = {"If-Match": '"7"'}
    assert twin.send("PUT", address, json=record, headers=key | match).status_code == 412
    assert twin.send("PUT", "cases/x/status", json=record, headers=key | match).status_code == 404


def test_a_key_used_for_something_else_is_refused(twin):
    assert post(twin, RECORD).status_code == 201
    assert post(twin, RECORD).status_code == 200
    reply = post(twin, RECORD | {"case_reference": "R2"})
    assert (reply.status_code, reply.json()["code"]) == (409, "key_reused")


def test_what_was_applied_survives_being_killed(tmp_path):
    journal = tmp_path / "journal.ndjson"
    with case_store_twin(journal) as twin:
        post(twin, RECORD)
        twin.order("events", line="{")
        twin.order("referrals", name="a.csv", content="reference\n")
        before = twin.truth()
        twin.process.send_signal(signal.SIGKILL)
    with case_store_twin(journal) as twin:
        assert twin.truth() | {"received": {}} == before | {"received": {}}
        assert post(twin, RECORD).status_code == 200
        assert twin.send("GET", "events").text == "{\n"


@pytest.mark.parametrize("order", [{"kind": "gremlins"}, {"kind": "slow", "colour": "green"}])
def test_a_senseless_order_is_refused_in_plain_words(order):
    with pytest.raises(ValueError, match=r"gremlins|colour"):
        read_fault(order)


def test_help_names_every_fault():
    page = (ROOT / "contactbot" / "casestore_twin" / "__main__.py").read_text("utf-8")
    assert all(kind in page for kind in FaultKind)
