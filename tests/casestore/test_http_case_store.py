"""The case store by HTTP: whatever goes wrong, each fact arrives once, in order, or is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from casestore.twin import case_store_twin

from contactbot.casestore.http import HttpCaseStore
from contactbot.casestore.http_client import CaseStoreClient
from contactbot.ports.casestore import CaseStoreAway, Delivered, EventFault, OutboundRecord

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
EVENT = {
    "id": "e1",
    "case_reference": "R1",
    "source_system": "niche",
    "type": "suspect_released",
    "occurred_at": "2026-03-02T10:00:00+00:00",
    "body": {},
}
NEVER = 10_000


@pytest.fixture
def twin():
    with case_store_twin() as running:
        yield running


@pytest.fixture
def store(twin, tmp_path):
    return HttpCaseStore(CaseStoreClient(twin.url, read_seconds=0.5), tmp_path / "spool")


def record(number, reference="R1", kind="attempt", at=AT, **body):
    key = UUID(int=number)
    return OutboundRecord(key, number, kind, reference, "niche", at, at, number, 1, body)


def outcomes(results):
    return [result.outcome for result in results]


def applied(twin):
    return [(each["id"][-2:], each["times"]) for each in twin.truth()["applied"]]


def test_facts_arrive_once_each_and_in_order(twin, store):
    batch = [record(1, note="tŷ"), record(2), record(3, "R2")]
    assert outcomes(store.deliver(batch)) == [Delivered.ACCEPTED] * 3
    assert outcomes(store.deliver(batch)) == [Delivered.ACCEPTED] * 3
    truth = twin.truth()
    assert applied(twin) == [("01", 1), ("02", 1), ("03", 1)]
    assert truth["applied"][0]["body"] == {"note": "tŷ"}
    assert set(truth["received"].values()) == {2}
    assert truth["violations"] == []


@pytest.mark.parametrize("mode", ["drop", "500", "truncate", "hang"])
def test_an_answer_lost_after_the_effect_has_one_effect(twin, store, mode):
    twin.fault("apply_then_lose", mode=mode, seconds=2)
    assert outcomes(store.deliver([record(1)])) == [Delivered.ACCEPTED]
    assert applied(twin) == [("01", 1)]
    assert twin.truth()["received"] == {str(UUID(int=1)): 2}


def test_a_request_handled_twice_has_one_effect(twin, store):
    twin.fault("duplicate_apply")
    assert (
        outcomes(store.deliver([record(1), record(2, kind="status")])) == [Delivered.ACCEPTED] * 2
    )
    assert applied(twin) == [("01", 1), ("02", 1)]


def test_a_store_that_forgets_keys_shows_that_this_can_fail(twin, store):
    twin.fault("forget_keys", times=NEVER)
    twin.fault("apply_then_lose")
    store.deliver([record(1)])
    assert applied(twin) == [("01", 2)]


@pytest.mark.parametrize("status", [0, 401, 429, 500, 503])
def test_a_store_that_is_down_is_away_and_loses_nothing(twin, store, status):
    twin.fault("down", status=status, times=NEVER)
    with pytest.raises(CaseStoreAway):
        store.deliver([record(1), record(2)])
    assert applied(twin) == []
    twin.well()
    assert outcomes(store.deliver([record(1), record(2)])) == [Delivered.ACCEPTED] * 2


def test_a_store_that_is_not_there_is_away(twin, store):
    twin.process.kill()
    twin.process.wait()
    with pytest.raises(CaseStoreAway):
        store.deliver([record(1)])
    with pytest.raises(CaseStoreAway):
        list(store.fetch_events())


def test_a_slow_store_is_waited_for_within_reason(twin, store):
    twin.fault("slow", seconds=0.2)
    assert outcomes(store.deliver([record(1)])) == [Delivered.ACCEPTED]


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_with_a_reason_holds_back_its_case_only(twin, store, status):
    twin.fault("reject", reference="R1", status=status, code="unknown_case")
    results = store.deliver([record(1), record(2), record(3, "R2")])
    assert outcomes(results) == [Delivered.REFUSED, Delivered.HELD_BACK, Delivered.ACCEPTED]
    assert results[0].reason == "The case store knows no such case."
    assert applied(twin) == [("03", 1)]


def test_a_reason_in_the_stores_own_words_is_not_repeated(twin, store):
    twin.fault("reject", code="Mrs Jones of 1 High Street")
    assert store.deliver([record(1)])[0].reason == "The case store refused it with HTTP 422."


@pytest.mark.parametrize("first", [True, False])
def test_a_record_that_breaks_the_store_is_refused_and_the_others_proceed(twin, store, first):
    twin.fault("break_on", reference="BAD", times=NEVER)
    batch = [record(1, "BAD"), record(2)] if first else [record(1), record(2, "BAD")]
    by_case = {r.case_reference: s for r, s in zip(batch, store.deliver(batch), strict=True)}
    assert by_case["BAD"].outcome is Delivered.REFUSED
    assert by_case["R1"].outcome is Delivered.ACCEPTED
    assert outcomes(store.deliver([record(3, "BAD")])) == [Delivered.REFUSED]


def test_a_part_of_a_case_is_replaced_if_it_is_as_we_saw_it(twin, store):
    batch = [record(1, kind="contact_profile", safe="yes"), record(2, kind="contact_profile")]
    assert outcomes(store.deliver(batch)) == [Delivered.ACCEPTED] * 2
    (facet,) = twin.truth()["facets"]
    assert (facet["case"], facet["facet"], facet["version"]) == ("niche R1", "contact_profile", 2)


def test_an_older_edit_made_there_meanwhile_gives_way(twin, store):
    twin.fault("conflict", code="older")
    assert outcomes(store.deliver([record(1, kind="contact_profile")])) == [Delivered.ACCEPTED]
    (facet,) = twin.truth()["facets"]
    assert (facet["version"], facet["body"]) == (2, {})


def test_a_newer_edit_made_there_is_never_overwritten(twin, store):
    twin.fault("conflict", code="newer")
    (result,) = store.deliver([record(1, kind="contact_profile")])
    assert result.outcome is Delivered.REFUSED
    assert "newer" in result.reason
    (facet,) = twin.truth()["facets"]
    assert facet["body"] == {"by": "somebody else"}


def test_a_part_that_is_edited_over_and_over_is_left_to_a_person(twin, store):
    twin.fault("conflict", code="older", times=NEVER)
    assert outcomes(store.deliver([record(1, kind="status")])) == [Delivered.REFUSED]


def test_events_come_page_by_page_and_not_again_when_acknowledged(twin, store):
    for number in range(150):
        twin.order("events", **{**EVENT, "id": f"e{number}"})
    twin.order("events", line="{")
    first, second = store.fetch_events()
    assert [len(batch.events) for batch in (first, second)] == [100, 50]
    assert [fault.line for fault in second.faults] == [51]
    assert len(list(store.fetch_events())) == 2
    store.acknowledge(first, ())
    (again,) = store.fetch_events()
    assert [event.id for event in again.events][:1] == ["e100"]
    store.acknowledge(again, [*again.faults, EventFault(1, "There is no such case.")])
    assert list(store.fetch_events()) == []
    (reject,) = twin.truth()["rejects"]
    assert reject["content"].count("\n") == 2


def test_an_acknowledgement_whose_answer_is_lost_is_made_once(twin, store):
    twin.order("events", line="{")
    (batch,) = store.fetch_events()
    twin.fault("apply_then_lose", times=2)
    store.acknowledge(batch, batch.faults)
    assert len(twin.truth()["rejects"]) == 1
    assert list(store.fetch_events()) == []


def test_referral_files_are_fetched_and_their_rejects_given_back(twin, store, tmp_path):
    for name in ("monday.csv", "tuesday.csv"):
        twin.order("referrals", name=name, content=f"reference\n{name}\n")
    first, second = store.referral_files()
    assert Path(first.path).read_text("utf-8") == "reference\nmonday.csv\n"
    Path(first.rejects_path).write_text("line 2", "utf-8")
    store.finish_referral_file(first, read=True)
    store.finish_referral_file(second, read=False)
    assert [each["content"] for each in twin.truth()["rejects"]] == [
        "line 2",
        "reference\ntuesday.csv\n",
    ]
    assert store.referral_files() == []
    assert list((tmp_path / "spool").iterdir()) == []


def test_a_file_not_finished_comes_again(twin, store):
    twin.order("referrals", name="monday.csv", content="reference\n")
    store.referral_files()
    assert len(store.referral_files()) == 1


@pytest.mark.parametrize(
    "address", ["http://store.example", "https://", "https://store.example/?a=1", "ftp://127.0.0.1"]
)
def test_an_address_that_is_not_safe_is_refused(address):
    with pytest.raises(ValueError, match="case store"):
        CaseStoreClient(address)


def test_the_password_of_the_address_is_given_and_appears_nowhere(tmp_path):
    with case_store_twin(password="a-secret") as twin:
        named = twin.url.replace("http://", "http://contactbot:a-secret@")
        store = HttpCaseStore(CaseStoreClient(named), tmp_path)
        assert outcomes(store.deliver([record(1)])) == [Delivered.ACCEPTED]
        with pytest.raises(CaseStoreAway):
            HttpCaseStore(CaseStoreClient(twin.url), tmp_path).deliver([record(1)])


def test_a_body_that_is_no_json_is_refused_and_not_raised(store):
    assert outcomes(store.deliver([record(1, odd=float("nan"))])) == [Delivered.REFUSED]


def test_our_own_later_fact_replaces_our_earlier_one(twin, store):
    later = AT + timedelta(hours=1)
    store.deliver([record(1, kind="contact_profile", at=later, n=1)])
    again = store.deliver([record(2, kind="contact_profile", at=later, n=2)])
    assert outcomes(again) == [Delivered.ACCEPTED]
