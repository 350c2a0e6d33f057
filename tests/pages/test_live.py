"""The live page of a demonstration: its figures, its words in both languages, nobody's data."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pages.conftest import settings
from small_world import SHOWS, World
from sqlalchemy import Engine

from contactbot.bootstrap import Application
from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import Channel
from contactbot.domain.planning import Route
from contactbot.domain.reasons import Reason
from contactbot.domain.referral import Language, ReferralState
from contactbot.domain.safety import Tier
from contactbot.i18n.catalogues import LOCALES, WELSH_CATALOGUE, read_catalogue
from contactbot.web import words
from contactbot.web.app import create_app

PERSON = "+447700900321"


@pytest.fixture
def demonstration(database: Engine, tmp_path: Path) -> Application:
    return Application(settings(tmp_path, now=SHOWS), database)


@pytest.fixture
def visitor(demonstration: Application) -> FlaskClient:
    return create_app(demonstration).test_client()


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    begun = World(database, keyring).begin()
    begun.put(tables.clock, shows=SHOWS + timedelta(hours=1), because="leap")
    return begun


def deny(world: World, person: Any, *reasons: str) -> None:
    world.put(
        tables.decisions,
        person_id=person.id,
        referral_id=person.referral,
        channel="call",
        means="automatic",
        moment="planned",
        allowed=False,
        reasons=list(reasons),
        policy_version="test",
        at=SHOWS,
    )


def shown(visitor: FlaskClient, language: str, path: str = "/demonstration") -> str:
    answer = visitor.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def read(page: str) -> str:
    """The page as it is read: without marks, with single spaces."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_page_says_what_the_figures_say(visitor: FlaskClient, world: World) -> None:
    for number in range(3):
        person = world.person(f"+44770090030{number}", route="caller", tier="protected")
        deny(world, person, "protected")
    tried = world.person(PERSON, route="none", state="contacted", first_contact_at=SHOWS)
    world.call(tried, timedelta(minutes=1), language="cy")
    text = read(shown(visitor, "en"))
    assert "Monday 2 March 2026, 11:00" in text
    assert "Wait for a caller 3" in text
    assert "Attempts made 1" in text
    assert "A protected person is contacted by a person only. 3" in text
    assert "2 Mar 10:01 321 Call · Ended → wants support Welsh" in text
    assert "Protected 3 0 0" in text


def test_the_page_is_all_welsh_in_welsh(visitor: FlaskClient, world: World) -> None:
    deny(world, world.person(PERSON, route="caller"), "protected")
    text = read(shown(visitor, "cy"))
    assert "Dydd Llun 2 Mawrth 2026" in text
    assert "Dim ond person sy’n cysylltu â rhywun gwarchodedig." in text
    for english in ("Calls", "Attempts", "Referrals", "waiting", "Protected", "Nobody"):
        assert english not in text


def test_nothing_on_the_page_is_about_a_person(visitor: FlaskClient, world: World) -> None:
    person = world.person(PERSON, route="caller")
    world.call(person, timedelta(minutes=1))
    deny(world, person, "held")
    for language in ("en", "cy"):
        page = shown(visitor, language)
        secrets = ("Eleri", "Llywelyn", person.reference, PERSON[3:-3], str(person.id), PERSON)
        assert [secret for secret in secrets if secret in page] == []


def test_an_empty_demonstration_has_a_page(visitor: FlaskClient, world: World) -> None:
    assert "Nobody has been tried yet." in shown(visitor, "en")


def test_the_part_that_changes_is_answered_alone(visitor: FlaskClient, world: World) -> None:
    part = shown(visitor, "en", "/demonstration/now")
    assert "<html" not in part
    assert read(part).partition("The machine will still try")[2] in read(shown(visitor, "en"))


def test_the_page_needs_no_script_and_holds_none_itself(visitor: FlaskClient, world: World) -> None:
    page = shown(visitor, "en")
    assert re.findall(r"<script(?![^>]*src=)", page) == []
    assert re.findall(r"\son\w+=|\sstyle=", page) == []
    assert 'href="/demonstration"' in page


def test_a_demonstration_opens_on_its_live_page(visitor: FlaskClient, world: World) -> None:
    answer = visitor.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/demonstration")


def test_a_code_nobody_has_a_word_for_is_shown_as_it_is(visitor: FlaskClient, world: World) -> None:
    person = world.person(PERSON)
    world.call(person, timedelta(minutes=1), disposition="of_tomorrow")
    deny(world, person, "of_tomorrow_too")
    page = shown(visitor, "cy")
    assert "of_tomorrow<" in page
    assert "of_tomorrow_too<" in page


@pytest.mark.parametrize("path", ["/demonstration", "/demonstration/now"])
@pytest.mark.parametrize("changed", [{}, {"now": SHOWS, "live_calls": True}])
def test_outside_a_demonstration_there_is_no_such_page(
    database: Engine, tmp_path: Path, path: str, changed: dict[str, Any]
) -> None:
    serious = Application(settings(tmp_path, **changed), database)
    assert create_app(serious).test_client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STATES, ReferralState),
        (words.ROUTES, Route),
        (words.TIERS, Tier),
        (words.CHANNELS, Channel),
        (words.SPOKEN, Language),
        (words.ATTEMPT_STATES, AttemptState),
        (words.OUTCOMES, Disposition),
        (words.REASONS, Reason),
    ],
)
def test_every_code_has_words_in_both_languages(
    table: Mapping[str, str], codes: type[StrEnum]
) -> None:
    welsh = read_catalogue(LOCALES / WELSH_CATALOGUE)
    assert set(table) == set(codes)
    for english in table.values():
        found = welsh.get(english)
        assert found is not None, english
        assert found.string, english


def test_a_silent_worker_is_told_with_what_to_do(visitor, world):
    assert "No worker has run yet." in visitor.get("/demonstration/now").text
    world.run("INSERT INTO heartbeats (kind, name, at) VALUES ('job', 'dispatch', now())")
    assert "worker" not in visitor.get("/demonstration/now").text
