"""An event of the case store makes contact more careful, once, whole, under the person's lock."""

from pathlib import Path

import pytest
from operations.event_world import POLICY_FILE, World, event, line
from sqlalchemy import select, text

from contactbot.casestore.folder import FolderCaseStore
from contactbot.database.outbox_records import DatabaseOutbox
from contactbot.database.tables import (
    attempts,
    audit,
    contact_profiles,
    decisions,
    holds,
    inbox_events,
    numbers,
    outbox,
    persons,
    referrals,
    suppressions,
)
from contactbot.domain.policy import parse_policy
from contactbot.operations.events import EventResult, apply_event, take_events
from contactbot.operations.sync import Exchange, synchronise

VOIDING = ["suspect_released", "suspect_charged", "trial", "outcome", "order_expired"]


@pytest.fixture(scope="module")
def policy():
    return parse_policy(POLICY_FILE.read_text("utf-8"))


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def happen(world, policy):
    def happens(kind, **settings):
        happened = event(kind, **settings)
        return apply_event(world.events, happened, policy, allow_pretend=False)

    return happens


@pytest.mark.parametrize("kind", VOIDING)
def test_what_was_confirmed_is_void_and_the_call_is_cancelled(world, happen, kind):
    person = world.person()
    attempt = world.attempt(person)
    assert happen(kind) is EventResult.APPLIED
    assert world.read(contact_profiles, "voided_because", person_id=person.id) == [kind]
    assert world.read(attempts, "cancel_because", id=attempt) == [kind]
    assert world.read(attempts, "cancel_asked_at_real", id=attempt) != [None]
    assert world.read(referrals, "route", id=person.referral) == ["caller"]
    assert world.read(referrals, "due_at", id=person.referral) == [None]
    assert world.read(decisions, "allowed", referral_id=person.referral) == [False]
    assert "profile_voided" in world.read(decisions, "reasons", referral_id=person.referral)[0]
    assert world.read(audit, "subject_id", action="event_applied") == [str(person.referral)]
    assert world.read(outbox, "type", case_reference="R1") == ["contact_profile"]


def test_every_case_of_the_person_is_taken_off_the_automatic_route(world, happen):
    person = world.person()
    other = world.referral(person, "R2")
    closed = world.referral(person, "R3", state="contacted", route="none", due_at=None)
    stranger = world.person("+447700900124", reference="R4")
    happen("suspect_released")
    assert world.read(referrals, "route", id=other) == ["caller"]
    assert world.read(referrals, "route", id=closed) == ["none"]
    assert world.read(referrals, "route", id=stranger.referral) == ["automatic"]
    assert world.read(contact_profiles, "voided_at", person_id=stranger.id) == [None]


def test_an_ended_attempt_is_not_cancelled(world, happen):
    person = world.person()
    attempt = world.attempt(person, "completed")
    happen("suspect_released")
    assert world.read(attempts, "cancel_because", id=attempt) == [None]


def test_an_event_sent_again_has_no_second_effect(world, happen):
    person = world.person()
    happen("suspect_released")
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE referrals SET route = 'automatic'"))
    assert happen("suspect_released") is EventResult.REPEATED
    assert world.read(referrals, "route", id=person.referral) == ["automatic"]


def test_two_source_systems_may_use_the_same_id(world, happen):
    person = world.person()
    world.person("+447700900124", source_system="mavis")
    happen("suspect_released", source="mavis")
    assert happen("suspect_released") is EventResult.APPLIED
    assert world.read(referrals, "route", id=person.referral) == ["caller"]


@pytest.mark.parametrize(
    ("kind", "state"), [("suspect_charged", "charged"), ("trial", "trial"), ("outcome", "outcome")]
)
def test_how_far_the_case_has_come_is_kept(world, happen, kind, state):
    person = world.person()
    happen(kind)
    assert world.read(referrals, "case_state", id=person.referral) == [state]


@pytest.mark.parametrize(("kind", "programme"), [("deceased", None), ("withdrawn", "support")])
def test_the_dead_and_the_unwilling_are_never_contacted(world, happen, kind, programme):
    person = world.person()
    attempt = world.attempt(person)
    happen(kind)
    assert world.read(suppressions, "reason", person_id=person.id) == [kind]
    assert world.read(suppressions, "programme", person_id=person.id) == [programme]
    assert world.read(persons, "deceased", id=person.id) == [kind == "deceased"]
    assert world.read(attempts, "cancel_because", id=attempt) == [kind]
    assert world.read(referrals, "state", id=person.referral) == ["suppressed"]
    assert world.read(referrals, "route", id=person.referral) == ["none"]


def test_a_new_number_is_kept_unconfirmed_and_the_old_one_suspended(world, happen):
    person = world.person()
    happen("number_changed", phone="07700 900456")
    found = dict(
        zip(
            world.read(numbers, "number_index", person_id=person.id),
            world.read(numbers, "suspended_because", person_id=person.id),
            strict=True,
        )
    )
    new = world.keyring.blind("number", "+447700900456")
    assert found == {person.index: "number_changed", new: None}
    assert world.read(contact_profiles, "voided_because", person_id=person.id) == ["number_changed"]
    assert world.read(referrals, "route", id=person.referral) == ["caller"]


@pytest.mark.parametrize("body", [{}, {"phone": "ring the neighbour"}, {"phone": None}])
def test_a_changed_number_that_cannot_be_read_still_stops_the_old_one(world, happen, body):
    person = world.person()
    assert happen("number_changed", **body) is EventResult.APPLIED
    assert world.read(numbers, "suspended_because", person_id=person.id) == ["number_changed"]


def test_a_new_number_that_is_somebody_else_s_holds_both(world, happen):
    person, other = world.person(), world.person("+447700900456", reference="R2")
    happen("number_changed", phone="+447700900456")
    for each in (person, other):
        assert world.read(holds, "reason", person_id=each.id) == ["shared_number"]


@pytest.mark.parametrize("suspect", ["+447700900456", "+447700900457"])
def test_a_new_number_at_or_near_the_suspect_s_is_held(world, happen, suspect):
    person = world.person()
    with world.engine.begin() as connection:
        wrapped = connection.execute(select(persons.c.key_wrapped)).scalar_one()
        box = world.keyring.open_box(wrapped)
        sealed = box.seal("referrals", "suspect_number_sealed", person.referral, suspect)
        connection.execute(referrals.update().values(suspect_number_sealed=sealed))
    happen("number_changed", phone="07700900456")
    assert world.read(holds, "reason", person_id=person.id) == ["suspect_number"]


def test_a_number_that_was_suspended_before_is_used_again(world, happen):
    person = world.person()
    happen("number_changed", phone="07700900456")
    happen("number_changed", key="e2", phone=person.number)
    assert world.read(numbers, "suspended_because", id=person.number_id) == [None]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("flags_changed", {"flags": "domestic_abuse"}),
        ("flags_changed", {"flags": ["stalking", "repeat"]}),
        ("flags_changed", {"flags": ""}),
        ("flags_changed", {"flags": "novelty"}),
        ("flags_changed", {"flags": 17}),
        ("flags_changed", {}),
        ("reclassified", {"crime_group": "sexual"}),
        ("reclassified", {"crime_group": "novelty"}),
        ("reclassified", {"risk": "red"}),
        ("reclassified", {"risk": "purple"}),
        ("reclassified", {"offender_known": "yes"}),
    ],
)
def test_whoever_is_protected_now_waits_for_a_caller(world, happen, kind, body):
    person = world.person()
    other = world.referral(person, "R2")
    attempt = world.attempt(person)
    assert happen(kind, **body) is EventResult.APPLIED
    for referral in (person.referral, other):
        assert world.read(referrals, "tier", id=referral) == ["protected"]
        assert world.read(referrals, "route", id=referral) == ["caller"]
    assert "protected" in world.read(referrals, "withheld_because", id=person.referral)[0]
    assert world.read(attempts, "cancel_because", id=attempt) == [kind]


def test_a_harmless_change_changes_no_route(world, happen):
    person = world.person()
    happen("flags_changed", flags="repeat")
    assert world.read(referrals, "flags", id=person.referral) == [["repeat"]]
    assert world.read(referrals, "route", id=person.referral) == ["automatic"]
    assert world.read(referrals, "tier", id=person.referral) == ["standard"]


def test_an_event_takes_no_protection_away(world, happen):
    person = world.person(tier="protected", flags=["domestic_abuse"], route="caller", due_at=None)
    happen("flags_changed", flags="none")
    assert world.read(referrals, "tier", id=person.referral) == ["protected"]
    assert world.read(referrals, "route", id=person.referral) == ["caller"]


@pytest.mark.parametrize(
    ("flag", "table", "reason"),
    [("deceased", suppressions, "deceased"), ("in_custody", holds, "in_custody")],
)
def test_flags_that_stop_contact_stop_it(world, happen, flag, table, reason):
    person = world.person()
    happen("flags_changed", flags=flag)
    assert world.read(table, "reason", person_id=person.id) == [reason]
    assert world.read(referrals, "route", id=person.referral) != ["automatic"]


def test_contact_by_another_team_holds_the_case(world, happen):
    person = world.person()
    attempt = world.attempt(person)
    happen("contacted_by_other_team")
    assert world.read(holds, "reason", referral_id=person.referral) == ["contacted_by_other_team"]
    assert world.read(referrals, "state", id=person.referral) == ["held"]
    assert world.read(attempts, "cancel_because", id=attempt) == ["contacted_by_other_team"]


def test_an_unknown_type_and_an_unknown_case_are_kept_with_their_result(world, happen):
    person = world.person()
    assert happen("novelty") is EventResult.UNKNOWN_TYPE
    assert happen("suspect_released", key="e2", reference="R9") is EventResult.UNKNOWN_CASE
    assert sorted(world.read(inbox_events, "result")) == ["unknown_case", "unknown_type"]
    assert world.read(referrals, "route", id=person.referral) == ["automatic"]


def test_an_event_that_came_before_its_case_takes_effect_when_the_case_comes(
    world, happen, policy, tmp_path
):
    happen("suspect_released")
    person = world.person()
    take_events(FolderCaseStore(tmp_path), world.events, policy, allow_pretend=False)
    assert world.read(referrals, "route", id=person.referral) == ["caller"]
    assert happen("suspect_released") is EventResult.REPEATED


def test_a_failing_event_has_no_effect_and_holds_up_no_other(world, policy, tmp_path):
    broken, person = world.person(), world.person("+447700900124", reference="R2")
    with world.engine.begin() as connection:
        connection.execute(
            persons.update().where(persons.c.id == broken.id).values(key_wrapped=b"broken")
        )
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "events.ndjson").write_text(line("R1") + line("R2"))
    report = take_events(FolderCaseStore(tmp_path), world.events, policy, allow_pretend=False)
    assert report.results == {EventResult.FAILED: 1, EventResult.APPLIED: 1}
    assert world.read(referrals, "route", id=person.referral) == ["caller"]
    assert world.read(contact_profiles, "voided_at", person_id=broken.id) == [None]
    assert (tmp_path / "inbox" / "events.ndjson").exists()


def test_an_exchange_takes_files_then_events_and_delivers_what_follows(world, policy, tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "new.csv").write_text("reference")
    (tmp_path / "inbox" / "events-1.ndjson").write_text(line("R1") + "nonsense\n")
    found = []

    def import_file(offer):
        found.append(Path(offer.path).name)
        world.person()
        return True

    exchange = Exchange(
        store=FolderCaseStore(tmp_path),
        outbox=DatabaseOutbox(world.engine),
        events=world.events,
        policy=policy,
        import_file=import_file,
        allow_pretend=False,
    )
    report = synchronise(exchange)
    assert found == ["new.csv"]
    assert report.events.results == {EventResult.APPLIED: 1}
    assert report.events.faulty_lines == 1
    assert report.delivery.accepted == 1
    assert not report.away
    assert len(list((tmp_path / "outbox").iterdir())) == 1
    assert (tmp_path / "rejects" / "events-1.ndjson").exists()


@pytest.mark.parametrize("state", ["contacted", "declined", "suppressed", "no_contact"])
def test_what_another_team_did_does_not_reopen_what_was_settled(world, happen, state):
    person = world.person(state=state, route="none", due_at=None)
    happen("contacted_by_other_team")
    assert world.read(referrals, "state", id=person.referral) == [state]


def test_whoever_has_the_new_number_already_is_not_called_on_it_now(world, happen):
    world.person()
    other = world.person("+447700900124", reference="R2")
    attempt = world.attempt(other)
    happen("number_changed", phone="+447700900124")
    assert world.read(holds, "reason", person_id=other.id) == ["shared_number"]
    assert world.read(attempts, "cancel_because", id=attempt) == ["shared_number"]
