"""Needs told by keypad: every answer kept, the case store told once, also when it ends early."""

import pytest
from operations.world import CODE, World
from sqlalchemy import text

from contactbot.domain.needs import NeedArea

AGREED = ("2", CODE, "1", "1")
EACH = ("1", "2", "*8", "*9", "2", "2", "2", "1")


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


@pytest.fixture
def person(world):
    """Somebody whose telephone is ringing."""
    known = world.person()
    world.place()
    return known


def told(world, person):
    """What is known of this case by now: area and answer."""
    with world.outreach.store.begin() as transaction:
        return {need.area: need.answer for need in transaction.needs(person.referral)}


def assessments(world):
    query = "SELECT body FROM outbox WHERE type = 'needs_assessment' ORDER BY sequence"
    return world.values(query)


def test_eight_needs_are_kept_as_answers_and_as_needs_and_told_once(world, person):
    world.talk(*AGREED, "1", *EACH)
    answers = ["yes", "no", "dont_know", "rather_not_say", "no", "no", "no", "yes"]
    assert told(world, person) == dict(zip(NeedArea, answers, strict=True))
    [row] = world.rows("SELECT DISTINCT language, channel, asked_by, attempt_id FROM needs")
    assert (row.language, row.channel, row.asked_by) == ("en", "voice", "keypad")
    assert row.attempt_id == world.attempt().id
    assert world.values("SELECT count(*) FROM answers WHERE step LIKE 'need\\_%'") == [8]
    [body] = assessments(world)
    assert body["complete"]
    assert body["areas"]["drugs_alcohol"]["answer"] == "no"
    assert set(body["areas"]) == set(NeedArea)


def test_what_was_told_before_the_line_was_lost_is_kept_and_told(world, person):
    world.talk(*AGREED, "1", "1", "2")
    assert assessments(world) == []
    world.report("completed")
    [body] = assessments(world)
    assert (body["complete"], len(body["areas"])) == (False, 2)
    assert world.attempt().disposition == "opted_in"
    assert world.values("SELECT state FROM interviews") == ["broken_off"]


@pytest.mark.parametrize("left", [("*0",), ("*7",), ("", "")])
def test_needs_broken_off_by_key_are_told_once(world, person, left):
    world.talk(*AGREED, "1", "1", *left)
    world.report("completed")
    [body] = assessments(world)
    assert list(body["areas"]) == ["mental_physical_health"]


def test_a_need_told_by_a_key_that_came_late_is_told_too(world, person):
    world.talk(*AGREED, "1", "1")
    world.report("completed")
    world.key(7, "2")
    assert [len(body["areas"]) for body in assessments(world)] == [1, 2]


def test_a_last_need_told_by_a_key_that_came_late_is_told_once(world, person):
    *early, last = EACH
    world.talk(*AGREED, "1", *early)
    world.report("completed")
    world.key(13, last)
    world.key(13, last)
    assert [len(body["areas"]) for body in assessments(world)] == [7, 8]


@pytest.mark.parametrize("left", ["*0", "*7"])
def test_a_key_that_leaves_the_needs_after_the_end_tells_nothing_again(world, person, left):
    world.talk(*AGREED, "1", "1")
    world.report("completed")
    world.key(7, left)
    assert [len(body["areas"]) for body in assessments(world)] == [1]


def test_who_leaves_the_needs_to_a_person_tells_none(world, person):
    world.talk(*AGREED, "2", "1")
    world.report("completed")
    assert assessments(world) == []
    assert world.attempt().disposition == "call_back"


def test_the_newest_answer_counts_and_none_is_lost(world, person):
    world.talk(*AGREED, "1", *EACH)
    attempt = world.attempt().id
    with world.outreach.store.begin() as transaction:
        known = transaction.attempt(attempt)
        transaction.need(known, NeedArea.DRUGS, "yes", "cy", "caller", "somebody")
    assert told(world, person)[NeedArea.DRUGS] == "yes"
    assert world.values("SELECT count(*) FROM needs") == [9]


def test_no_answer_about_a_need_stands_in_clear_text(world, person):
    world.talk(*AGREED, "1", "*9", "*0")
    with world.engine.begin() as connection:
        rows = connection.execute(text("SELECT needs::text FROM needs")).scalars().all()
    assert "rather_not_say" not in " ".join(rows)
    assert told(world, person) == {"mental_physical_health": "rather_not_say"}
