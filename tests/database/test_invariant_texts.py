"""I9 is broken in each way on purpose, and found: the words, the order, the yes, the second one."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from small_world import POLICY, SHOWS, World
from sqlalchemy import Engine

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.database.invariant_scene import Evidence
from contactbot.database.invariants import check_invariants

BODIES = {"invitation": {"cy": "Helo.", "en": "Hello.", "both": "Helo.\nHello."}}


class Texted:
    """A world in which one attempt was a text, and what the network saw of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.person = world.person()
        self.attempt: UUID = world.call(self.person, timedelta())
        world.calls.clear()
        world.run("UPDATE attempts SET channel = 'text', disposition = 'text_delivered'")
        world.run("UPDATE contact_profiles SET safe_text = 'yes'")
        self.say(self.attempt)
        (token,) = [row[0] for row in self.rows("SELECT token FROM attempts")]
        self.texts = [text("SM1", token)]

    def say(self, attempt: UUID) -> None:
        self.world.put(
            tables.sent_texts,
            attempt_id=attempt,
            message="invitation",
            form="en",
            segments=1,
            life_seconds=60,
        )

    def rows(self, query: str) -> list[Any]:
        with self.world.engine.begin() as connection:
            return list(connection.exec_driver_sql(query))

    def found(self, invariant: str = "I9") -> list[str]:
        evidence = Evidence(texts=self.texts, bodies=BODIES)
        violations = check_invariants(self.world.engine, self.world.keyring, POLICY, evidence)
        return [one.detail for one in violations if one.invariant == invariant]


def text(sid: str, token: str, body: str = "Hello.", direction: str = "outbound-api") -> Any:
    url = f"https://contactbot.example/webhooks/twilio/text-status/{token}"
    return {"sid": sid, "direction": direction, "body": body, "status_url": url}


@pytest.fixture
def texted(database: Engine, keyring: Keyring) -> Texted:
    return Texted(World(database, keyring).begin())


def test_an_ordered_message_to_who_said_yes_breaks_nothing(texted: Texted) -> None:
    assert texted.found() == []


@pytest.mark.parametrize("body", ["Hello", "Hello. ", "Helo.", "Hello. Your case is open.", ""])
def test_any_other_words_are_found(texted: Texted, body: str) -> None:
    texted.texts[0]["body"] = body
    assert len(texted.found()) == 1


@pytest.mark.parametrize("token", ["unknown", ""])
def test_a_text_nobody_ordered_is_found(texted: Texted, token: str) -> None:
    texted.texts.append(text("SM2", token))
    assert len(texted.found()) == 1


def test_an_answer_to_a_text_that_came_in_is_found(texted: Texted) -> None:
    texted.texts.append(text("SM2", "", direction="inbound", body="STOP"))
    assert texted.found() == []
    texted.texts.append({**text("SM3", ""), "direction": "outbound-reply", "status_url": ""})
    assert len(texted.found()) == 1


def test_a_second_text_of_one_attempt_is_found(texted: Texted) -> None:
    texted.texts.append({**texted.texts[0], "sid": "SM2"})
    assert len(texted.found()) == 1


@pytest.mark.parametrize("said", ["no", "blank"])
def test_a_text_to_who_never_said_yes_is_found(texted: Texted, said: str) -> None:
    texted.world.run(f"UPDATE contact_profiles SET safe_text = '{said}'")  # noqa: S608 - ours
    assert len(texted.found()) == 1


def test_a_second_invitation_of_one_referral_is_found(texted: Texted) -> None:
    again = texted.world.call(texted.person, timedelta(days=2))
    texted.world.calls.clear()
    texted.world.run("UPDATE attempts SET channel = 'text', disposition = 'text_delivered'")
    texted.say(again)
    assert len(texted.found()) == 1


def test_an_attempt_that_says_nothing_of_what_it_sent_is_found(texted: Texted) -> None:
    texted.world.run("DELETE FROM sent_texts")
    texted.texts.clear()
    assert len(texted.found()) == 1


def test_a_text_to_somebody_held_or_suppressed_is_found(texted: Texted) -> None:
    texted.world.run("UPDATE attempts SET provider_id = 'SM1'")
    assert texted.found("I3") == []
    who = {"id": uuid4(), "person_id": texted.person.id}
    long_ago = SHOWS - timedelta(days=1)
    texted.world.put(tables.holds, **who, reason="test", placed_at=long_ago, placed_by="test")
    texted.world.put(tables.suppressions, **who, reason="test", since=long_ago, set_by="test")
    assert len(texted.found("I3")) == 2
