"""What stops a start: a database on the wrong clock, away or empty; a script or policy at fault."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from operations.world import World
from sqlalchemy import text

from contactbot.bootstrap import Application, open_application
from contactbot.config import Settings, SettingsFault
from contactbot.database.engine import make_engine
from contactbot.rulebook import Rulebook

SCRIPTS = Path(__file__).parents[1] / "scripts"
NOW = datetime(2026, 3, 23, 9, tzinfo=UTC)
PLAIN = {
    "encryption_keys": (b"e" * 32,),
    "index_keys": (b"i" * 32,),
    "public_url": "https://calls.example.test",
    "twilio_account_sid": "AC" + "a1" * 16,
    "twilio_auth_tokens": ("token",),
    "twilio_from": "+442920180000",
    "twilio_api_url": "http://127.0.0.1:9",
}


def started(engine, **settings):
    return Application(Settings(**(PLAIN | settings)), engine).outreach


def test_a_database_that_is_ready_lets_the_service_begin(database):
    assert started(database).real_calendar is False


def test_a_simulated_calendar_left_in_the_database_refuses_live_calls(database, monkeypatch):
    monkeypatch.setattr(Rulebook, "refuse_drafts", bool)
    assert started(database, live_calls=True).real_calendar is True
    with database.begin() as connection:
        connection.execute(text("INSERT INTO clock (shows, because) VALUES (now(), 'fixed')"))
    with pytest.raises(SettingsFault, match="simulated calendar"):
        started(database, live_calls=True)


def test_a_simulated_calendar_is_never_given_to_real_referrals(database, keyring):
    World(database, keyring).person()
    started(database, now=NOW)
    with database.begin() as connection:
        connection.execute(text("ALTER TABLE clock DISABLE TRIGGER ALL; DELETE FROM clock"))
    with pytest.raises(SettingsFault, match="CONTACTBOT_NOW"):
        started(database, now=NOW)


def test_a_database_without_tables_says_what_to_run(empty_database_url):
    engine = make_engine(empty_database_url)
    with pytest.raises(SettingsFault, match="contactbot db upgrade"):
        started(engine)
    engine.dispose()


def test_a_database_that_is_away_is_named_and_its_address_is_not():
    url = "postgresql+psycopg://someone:very-secret@127.0.0.1:9/nothing"
    with (
        open_application(Settings(**PLAIN, database_url=url)) as application,
        pytest.raises(SettingsFault, match="CONTACTBOT_DATABASE_URL") as fault,
    ):
        application.outreach  # noqa: B018
    assert "127.0.0.1" not in str(fault.value)
    assert fault.value.__cause__ is None


@pytest.mark.parametrize("missing", PLAIN)
def test_each_missing_secret_is_named(database, missing):
    if missing == "twilio_api_url":
        return
    with pytest.raises(SettingsFault, match=f"CONTACTBOT_{missing.upper()} is not set"):
        started(database, **{missing: ()})


def test_a_network_beyond_this_machine_needs_live_calls(database):
    with pytest.raises(SettingsFault, match="CONTACTBOT_TWILIO_API_URL"):
        started(database, twilio_api_url="https://api.twilio.com")


def test_drafts_refuse_live_calls(database):
    with pytest.raises(SettingsFault, match="texts nobody has approved"):
        started(database, live_calls=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("policy.toml", b"name = "),
        ("policy.toml", b"\xff"),
        ("initial_contact.toml", b"name = 'x'"),
        ("ring_back.toml", None),
    ],
)
def test_a_policy_or_script_at_fault_stops_the_start_by_its_name(database, tmp_path, name, content):
    scripts = shutil.copytree(SCRIPTS, tmp_path / "scripts")
    (scripts / name).unlink()
    if content is not None:
        (scripts / name).write_bytes(content)
    with pytest.raises(SettingsFault, match=name):
        started(database, scripts_dir=scripts)
