import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
from small_world import NUMBER, SHOWS, World
from sqlalchemy import Engine

from contactbot.database import figures as reading
from contactbot.database.crypto import Keyring
from contactbot.database.figures import DatabaseFigures
from contactbot.reports.attempts import as_csv, as_json, without_formula

COLUMNS = (
    "attempt,person,reference,source_system,channel,number_masked,state,disposition,aapor,"
    "language,script,placed_at,ended_at,seconds,provider_id,by,policy_version"
)


@pytest.fixture
def world(database: Engine, keyring: Keyring) -> World:
    return World(database, keyring).begin()


@pytest.fixture
def figures(world: World) -> DatabaseFigures:
    return DatabaseFigures(world.engine, world.keyring)


def rows(figures: DatabaseFigures) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO("".join(as_csv(figures.attempts())))))


def test_the_header_is_there_without_attempts(figures: DatabaseFigures) -> None:
    assert "".join(as_csv(figures.attempts())) == COLUMNS + "\r\n"
    assert json.loads("".join(as_json(figures.attempts()))) == []


def test_an_attempt_is_one_row_in_both_formats(world: World, figures: DatabaseFigures) -> None:
    person = world.person()
    attempt = world.call(person, timedelta(minutes=1))
    world.interview(person, attempt, identity_proved=True)
    [row] = rows(figures)
    assert row["attempt"] == str(attempt)
    assert row["number_masked"] == "**********123"
    assert row["placed_at"] == "2026-03-02T10:01:00+00:00"
    assert row["script"].startswith("initial_contact@")
    assert len(row["script"].partition("@")[2]) == 12
    [same] = json.loads("".join(as_json(figures.attempts())))
    assert {name: str(value) for name, value in same.items()} == row


def test_no_row_shows_a_number(world: World, figures: DatabaseFigures) -> None:
    world.call(world.person(), timedelta(minutes=1))
    assert NUMBER.removeprefix("+44") not in "".join(as_csv(figures.attempts()))


def test_an_erased_person_leaves_the_row_without_a_number(
    world: World, figures: DatabaseFigures
) -> None:
    world.call(world.person(), timedelta(minutes=1))
    world.run("UPDATE persons SET key_wrapped = NULL")
    assert rows(figures)[0]["number_masked"] == ""


def test_attempts_come_in_the_order_of_time_over_all_pages(
    world: World, figures: DatabaseFigures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    person = world.person()
    for day in (4, 2, 0, 1, 3):
        world.call(person, timedelta(days=day))
    placed = [line.placed_at for line in figures.attempts()]
    assert placed == [SHOWS + timedelta(days=day) for day in range(5)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_begins_like_a_formula_is_plain_text(start: str) -> None:
    assert without_formula(start + "1+1") == "'" + start + "1+1"


def test_a_reference_with_a_formula_does_no_harm(world: World, figures: DatabaseFigures) -> None:
    person = world.person()
    world.call(person, timedelta(minutes=1))
    world.run("UPDATE referrals SET reference = '=HYPERLINK()'")
    assert rows(figures)[0]["reference"] == "'=HYPERLINK()"
