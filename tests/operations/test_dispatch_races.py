"""What the database refuses, whoever asks for it at the same moment."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from operations.world import MONDAY_AT_TEN, World
from sqlalchemy import text

from contactbot.operations.dispatch import Dispatched, place_next
from contactbot.ports.outreach import NewAttempt

OTHER = "+447700900124"


@pytest.fixture
def world(database, keyring):
    return World(database, keyring)


def intent(person) -> NewAttempt:
    return NewAttempt(
        id=uuid4(),
        token=uuid4().hex,
        referral_id=person.referral,
        person_id=person.id,
        number_id=person.number_id,
        number_index=person.index,
        close_at=None,
        deadline_seconds=3.0,
        policy_version="p",
        script_hash="h",
    )


def test_one_person_has_no_second_live_attempt_at_another_number(world) -> None:
    person = world.person()
    first = intent(person)
    second = replace(first, id=uuid4(), token="other", number_index=b"another")
    with world.outreach.store.begin() as transaction:
        assert transaction.open_attempt(first)
        assert not transaction.open_attempt(second)


def test_one_telephone_has_no_second_live_attempt_for_another_person(world) -> None:
    one, other = world.person(), world.person()
    with world.outreach.store.begin() as transaction:
        assert transaction.open_attempt(intent(one))
        assert not transaction.open_attempt(intent(other))


def test_whoever_may_be_the_same_person_waits_while_the_other_is_in_hand(world) -> None:
    one, other = world.person(route="none"), world.person(OTHER)
    world.link(one, other)
    with world.engine.begin() as elsewhere:
        elsewhere.execute(text("SELECT FROM persons WHERE id = :id FOR UPDATE"), {"id": one.id})
        assert place_next(world.outreach) is Dispatched.NOTHING_DUE
    assert world.telephones.orders == []
    assert world.referral(other).due_at > MONDAY_AT_TEN
    world.set_clock(MONDAY_AT_TEN + timedelta(minutes=5))
    assert place_next(world.outreach) is Dispatched.PLACED


def test_after_the_deadline_on_the_databases_clock_the_fence_is_shut(world) -> None:
    world.person()

    def long_ago(moment: str) -> None:
        if moment == "after_intent":
            world.run("UPDATE attempts SET deadline_real = clock_timestamp()")

    assert place_next(world.but(at_fault_point=long_ago)) is Dispatched.REFUSED
    assert world.telephones.orders == []
    assert world.attempt().state == "not_placed"
