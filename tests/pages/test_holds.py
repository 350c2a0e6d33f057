"""Holds: listed by kind, lifted once for a reason, and never straight to a call."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from pages.conftest import sign_in_as
from pages.people import set_clock, somebody, world_of
from pages.supervision import HOME, hold, referral_of, rows, send, text_us
from small_world import NUMBER, SHOWS, World

from contactbot.database import tables
from contactbot.domain.staff import Role

OTHER = "+447700900224"


@pytest.fixture
def world(application) -> World:
    return world_of(application)


@pytest.fixture
def boss(app, application, world) -> FlaskClient:
    client = app.test_client()
    sign_in_as(client, application, Role.SUPERVISOR)
    return client


def lift(client, hold_id, choice="go_on", note="The officer said so."):
    return send(client, f"{HOME}/holds/{hold_id}", choice=choice, note=note)


def told(world):
    return [row.type for row in rows(world, "SELECT type FROM outbox ORDER BY position")]


def test_holds_are_counted_by_kind_and_listed_oldest_first_with_their_age(boss, world):
    first, second = somebody(world), somebody(world, OTHER)
    hold(world, second, "in_custody")
    hold(world, first, "in_custody")
    world.run(
        "UPDATE holds SET placed_at = placed_at - interval '3 days' WHERE person_id = %(id)s",
        id=first.id,
    )
    assert "3 days" in boss.get(HOME).text
    page = boss.get(f"{HOME}/holds/kind/in_custody").text
    assert page.index(first.reference) < page.index(second.reference)
    assert "3 days" in page
    listed = rows(world, "SELECT * FROM audit WHERE action = 'person_listed'")
    assert {row.subject_id for row in listed} >= {str(first.id), str(second.id)}


def test_a_hold_nobody_has_words_for_is_listed_all_the_same(boss, world):
    hold(world, somebody(world), "something_new")
    assert "Another reason" in boss.get(HOME).text
    assert boss.get(f"{HOME}/holds/kind/something_new").status_code == 200


def test_what_lifting_means_is_said_before_anything_is_saved(boss, world):
    person, other = somebody(world), somebody(world, OTHER)
    world.run("UPDATE numbers SET number_index = 'x'")
    hold_id = hold(world, person, "shared_number")
    page = boss.get(f"{HOME}/holds/{hold_id}").text
    assert "may they be rung at the number the two share?" in page
    assert other.reference in page
    assert "Nobody is rung by what you save here." in page
    assert "123" in page
    assert NUMBER not in page
    [read] = rows(world, "SELECT * FROM audit WHERE action = 'person_hold_read'")
    assert read.subject_id == str(person.id)


def test_lifting_plans_by_the_rules_tells_the_case_store_and_keeps_who_and_why(boss, world):
    person = somebody(world)
    hold_id = hold(world, person, "business_without_contact")
    page = lift(boss, hold_id).text
    assert "The hold is lifted. The machine tries again when the rules allow it." in page
    now = referral_of(world, person)
    assert (now.state, now.route) == ("awaiting_contact", "automatic")
    [row] = rows(world, "SELECT * FROM holds")
    [act] = rows(world, "SELECT * FROM supervisor_acts")
    assert row.released_by == act.made_by
    assert b"officer" not in bytes(act.note_sealed)
    [kept] = rows(world, "SELECT * FROM audit WHERE action = 'person_hold_lifted'")
    assert kept.detail == {
        "hold": str(hold_id), "reason": "business_without_contact", "choice": "go_on",
    }  # fmt: skip
    assert told(world) == ["status"]
    assert rows(world, "SELECT * FROM attempts") == []


def test_lifting_outside_the_hours_waits_for_them(boss, world):
    person = somebody(world)
    hold_id = hold(world, person, "in_custody")
    set_clock(world, SHOWS.replace(hour=22))
    lift(boss, hold_id)
    assert referral_of(world, person).due_at == SHOWS.replace(hour=9) + timedelta(days=1)


@pytest.mark.parametrize(
    "reason", ["suspect_number", "wrong_code", "text_not_safe", "something_new"]
)
def test_after_danger_nobody_rings_without_a_release(boss, world, reason):
    person = somebody(world, profile={"safe_call": "yes"})
    hold_id = hold(world, person, reason)
    assert (
        "the machine does not ring this person by itself"
        in boss.get(f"{HOME}/holds/{hold_id}").text
    )
    page = lift(boss, hold_id, "number_right").text
    assert "Nobody rings until a supervisor releases the person" in page
    now = referral_of(world, person)
    assert (now.state, now.route, now.due_at) == ("awaiting_contact", "caller", None)
    assert now.withheld_because == ["profile_voided"]
    assert f'action="{HOME}/release/{person.referral}"' in page
    assert sorted(told(world)) == ["contact_profile", "status"]


def test_a_wrong_number_is_never_rung_again(boss, world):
    person = somebody(world)
    lift(boss, hold(world, person, "text_wrong_number"), "number_wrong")
    [number] = rows(world, "SELECT * FROM numbers")
    assert number.suspended_because == "not_theirs"
    assert referral_of(world, person).route == "caller"
    assert "number_suspended" in referral_of(world, person).withheld_because


def second_number(world, person, e164=OTHER):
    """The person has another number too."""
    [row] = rows(world, "SELECT key_wrapped FROM persons WHERE id = :id", id=person.id)
    box, number = world.keyring.open_box(row.key_wrapped), uuid4()
    world.put(
        tables.numbers,
        id=number,
        person_id=person.id,
        position=2,
        number_sealed=box.seal("numbers", "number_sealed", number, e164),
        number_index=world.keyring.blind("number", e164),
        added_at=SHOWS,
    )
    return number


def test_a_shared_number_that_is_not_theirs_leaves_their_other_number_alone(boss, world):
    person = somebody(world)
    somebody(world, OTHER)
    shared = second_number(world, person)
    lift(boss, hold(world, person, "shared_number"), "number_wrong")
    found = rows(world, "SELECT * FROM numbers WHERE suspended_because IS NOT NULL")
    assert [(row.id, row.suspended_because) for row in found] == [(shared, "not_theirs")]
    assert referral_of(world, person).route == "automatic"


def test_a_number_nobody_can_read_holds_the_case_when_it_comes_to_be_rung(boss, world):
    person = somebody(world)
    somebody(world, OTHER)
    second_number(world, person)
    world.run("UPDATE numbers SET number_sealed = 'x' WHERE position = 1")
    world.run("UPDATE numbers SET suspended_because = 'a' WHERE position = 1")
    page = lift(boss, hold(world, person, "shared_number"), "number_wrong").text
    assert "This hold is lifted, and another one still stands." in page
    assert referral_of(world, person).state == "held"


def test_a_number_suspended_in_a_call_may_be_rung_again_if_that_is_what_was_found(boss, world):
    person = somebody(world)
    world.run("UPDATE numbers SET suspended_because = 'not_alone'")
    lift(boss, hold(world, person, "not_alone_by_hand"), "number_right")
    assert rows(world, "SELECT suspended_because FROM numbers") == [(None,)]


def test_whoever_was_contacted_before_goes_back_to_the_callers(boss, world):
    person = somebody(world, first_contact_at=SHOWS - timedelta(days=2))
    lift(boss, hold(world, person, "in_custody"))
    now = referral_of(world, person)
    assert (now.state, now.route) == ("contacted", "caller")


def test_another_hold_still_holds(boss, world):
    person = somebody(world)
    hold(world, person, "in_custody")
    page = lift(boss, hold(world, person, "business_without_contact")).text
    assert "This hold is lifted, and another one still stands." in page
    assert referral_of(world, person).state == "held"
    assert told(world) == []


@pytest.mark.parametrize("body", ["STOP", "STOPIO"])
def test_a_stop_is_not_taken_back_by_anybody_but_the_person(application, boss, world, body):
    person = somebody(world, tier="protected")
    text_us(application, body)
    [held] = rows(world, "SELECT * FROM holds")
    page = boss.get(f"{HOME}/holds/{held.id}").text
    assert "Only the person can take a stop back" in page.replace("only", "Only")
    assert "stop_not_theirs" not in page
    assert lift(boss, held.id, "stop_not_theirs").status_code == 422
    page = lift(boss, held.id, "stop_stands").text
    assert "Nobody contacts the person." in page
    assert referral_of(world, person).state == "suppressed"


def test_a_stop_somebody_else_sent_leaves_another_number(application, boss, world):
    person = somebody(world, tier="protected")
    second_number(world, person)
    text_us(application, "STOP")
    [held] = rows(world, "SELECT * FROM holds")
    lift(boss, held.id, "stop_not_theirs")
    now = referral_of(world, person)
    assert (now.state, now.route) == ("awaiting_contact", "caller")
    assert f"release/{person.referral}" in boss.get(HOME).text


def test_a_case_that_cannot_be_read_is_not_lifted_by_hand(boss, world):
    person = somebody(world)
    hold_id = hold(world, person, "case_unreadable", person.referral)
    world.run("UPDATE contact_profiles SET safe_hours = 'whenever'")
    page = boss.get(f"{HOME}/holds/{hold_id}").text
    assert "This hold must not be lifted by hand" in page
    assert "Lift this hold" not in page
    assert lift(boss, hold_id).status_code == 422
    world.run("UPDATE contact_profiles SET safe_hours = NULL")
    lift(boss, hold_id)
    assert referral_of(world, person).state == "awaiting_contact"


@pytest.mark.parametrize(
    ("choice", "note"), [("", "why"), ("number_right", "why"), ("go_on", ""), ("go_on", "x" * 501)]
)
def test_nothing_is_lifted_without_a_choice_of_its_kind_and_a_reason(boss, world, choice, note):
    person = somebody(world)
    hold_id = hold(world, person, "in_custody")
    answer = lift(boss, hold_id, choice, note)
    assert answer.status_code == 422
    assert note in answer.text
    assert rows(world, "SELECT released_at FROM holds") == [(None,)]


def test_of_two_supervisors_one_wins_and_the_other_is_told(app, application, boss, world):
    person = somebody(world)
    hold_id = hold(world, person, "in_custody")
    second = app.test_client()
    sign_in_as(second, application, Role.SUPERVISOR)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda client: lift(client, hold_id).text, (boss, second)))
    lost = ["Somebody else has decided this meanwhile." in page for page in answers]
    assert sorted(lost) == [False, True]
    assert len(rows(world, "SELECT * FROM supervisor_acts")) == 1


def test_there_is_no_hold_nobody_placed(boss):
    nowhere = f"{HOME}/holds/00000000-0000-0000-0000-000000000000"
    assert boss.get(nowhere).status_code == 404
    assert send(boss, nowhere, choice="go_on", note="x").status_code == 404
