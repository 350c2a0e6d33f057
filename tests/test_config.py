"""Every setting: read once, checked, and named where it is wrong, never with its value."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contactbot.config import Settings, SettingsFault, child_environment, is_loopback, read_settings

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()
ACCOUNT = "AC" + "a1" * 16
LIVE = {
    "LIVE_CALLS": "1",
    "DATABASE_URL": "postgresql://contactbot@database/contactbot",
    "PUBLIC_URL": "https://calls.example.test",
}


def read(tmp_path, **given):
    """The settings where these are given, without the prefix."""
    named = {f"CONTACTBOT_{name}": value for name, value in given.items()}
    return read_settings({"CONTACTBOT_DATA_DIR": str(tmp_path)} | named)


def refused(tmp_path, **given):
    """What is said about settings that stop the start."""
    with pytest.raises(SettingsFault) as fault:
        read(tmp_path, **given)
    return str(fault.value)


GOOD = {
    "DATABASE_URL": ("postgres://u@h:5433/d", "postgresql+psycopg://u@h:5433/d"),
    "AUDIT_ANCHOR": ("/srv/anchor", Path("/srv/anchor")),
    "DATA_DIR": ("/srv/data", Path("/srv/data")),
    "SECRET_KEY": ("s", "s"),
    "ENCRYPTION_KEYS": (f"{KEY}, {OTHER_KEY}", (b"k" * 32, b"o" * 32)),
    "INDEX_KEYS": (KEY, (b"k" * 32,)),
    "PUBLIC_URL": ("https://calls.example.test/", "https://calls.example.test"),
    "SCRIPTS_DIR": ("/srv/scripts", Path("/srv/scripts")),
    "HOME_FORCE": ("dyfed_powys", "dyfed_powys"),
    "TWILIO_ACCOUNT_SID": (ACCOUNT, ACCOUNT),
    "TWILIO_AUTH_TOKENS": ("new, old,", ("new", "old")),
    "TWILIO_FROM": ("+442920180000", "+442920180000"),
    "TWILIO_API_URL": ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
    "LIVE_CALLS": ("0", False),
    "CASE_STORE": ("folder:/srv/case-store", "folder:/srv/case-store"),
    "NOW": ("2026-03-23T09:00:00+00:00", datetime(2026, 3, 23, 9, tzinfo=UTC)),
    "CLOCK_SPEED": ("2.5", 2.5),
    "FAULTS": ("after_post", "after_post"),
}
WRONG = {
    "DATABASE_URL": ["sqlite:///x", "host/name", "postgresql://", "postgresql://h:none/d"],
    "ENCRYPTION_KEYS": ["c2hvcnQ=", "not base64 !", f"{KEY},", ","],
    "INDEX_KEYS": ["c2hvcnQ=", f",{KEY}"],
    "PUBLIC_URL": [
        "calls.example.test",
        "ftp://calls.example.test",
        "https://",
        "https://calls.example.test/?a=b",
        "https://calls.example.test/#a",
        "https://calls.example.test:99999",
        "https://name:secret@calls.example.test",
    ],
    "TWILIO_ACCOUNT_SID": ["AC123", "SK" + "a1" * 16],
    "TWILIO_FROM": ["02920180000", "Heddlu", "+44 29 2018 0000", "+0123456789"],
    "TWILIO_API_URL": ["https://api.twilio.com/2010-04-01", "api.twilio.com", "http://h:port"],
    "LIVE_CALLS": ["yes", "true", "2"],
    "CASE_STORE": [
        "folder:",
        "folder: ",
        "/srv/case-store",
        "https://",
        "http://store.example",
        "https://h/?a",
    ],
    "NOW": ["2026-03-23T09:00:00", "Monday"],
    "CLOCK_SPEED": ["0", "-1", "fast", "nan", "inf", "100001"],
}


@pytest.mark.parametrize("name", GOOD)
def test_each_setting_is_read(tmp_path, name):
    given, expected = GOOD[name]
    assert getattr(read(tmp_path, **{name: given}), name.lower()) == expected


def test_every_setting_is_tried_here():
    assert {name.upper() for name in Settings.__dataclass_fields__} - GOOD.keys() <= {
        "METRICS_TOKEN"
    }


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, values in WRONG.items() for v in values])
def test_each_wrong_value_is_refused_by_the_name_of_its_setting(tmp_path, name, value):
    said = refused(tmp_path, **{name: value})
    assert said.startswith(f"CONTACTBOT_{name} is wrong: it must be ")
    assert said == refused(tmp_path, **{name: WRONG[name][0]})  # whatever the value was


@pytest.mark.parametrize("value", ["1", "", "  "])
def test_an_unknown_name_is_refused_even_if_it_is_blank(tmp_path, value):
    said = refused(tmp_path, TWILIO_FORM=value)
    assert said == "CONTACTBOT_TWILIO_FORM is not a setting. Did you mean CONTACTBOT_TWILIO_FROM?"


def test_an_unknown_name_like_no_other_is_refused_without_a_guess(tmp_path):
    assert refused(tmp_path, QQQ="1") == "CONTACTBOT_QQQ is not a setting."


def test_a_blank_value_is_no_value(tmp_path):
    assert read(tmp_path, TWILIO_FROM=" ", LIVE_CALLS="") == read(tmp_path)


def test_names_of_later_versions_are_accepted(tmp_path):
    assert read(tmp_path, OIDC_ISSUER="https://idp.example.test") == read(tmp_path)


def test_a_missing_setting_is_named(tmp_path):
    settings = read(tmp_path, TWILIO_AUTH_TOKENS=",")
    with pytest.raises(SettingsFault, match="CONTACTBOT_TWILIO_AUTH_TOKENS is not set"):
        settings.require("twilio_auth_tokens")
    read(tmp_path, TWILIO_FROM="+442920180000").require("twilio_from")


def test_nothing_secret_is_shown(tmp_path):
    secrets = {
        "DATABASE_URL": "postgresql://u:very-secret@h/d",
        "SECRET_KEY": "very-secret",
        "TWILIO_AUTH_TOKENS": "very-secret",
        "ENCRYPTION_KEYS": KEY,
    }
    shown = repr(read(tmp_path, **secrets))
    assert "very-secret" not in shown
    assert "kkk" not in shown


# Where settings come from.


def test_a_file_is_read_and_the_environment_wins(tmp_path):
    file = tmp_path / "settings"
    file.write_text(
        "# a comment\n  # another\n\nCONTACTBOT_HOME_FORCE=gwent\nSECRET_KEY = a=b \n", "utf-8"
    )
    settings = read(tmp_path, ENV_FILE=str(file), HOME_FORCE="dyfed_powys")
    assert (settings.home_force, settings.secret_key) == ("dyfed_powys", "a=b")


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    assert "ENV_FILE" in refused(tmp_path, ENV_FILE=str(tmp_path / "missing"))
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    assert "ENV_FILE" in refused(tmp_path, ENV_FILE=str(binary))


def test_an_unknown_name_in_the_file_is_refused(tmp_path):
    file = tmp_path / "settings"
    file.write_text("export CONTACTBOT_HOME_FORCE=gwent\n", "utf-8")
    assert "is not a setting" in refused(tmp_path, ENV_FILE=str(file))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, "left"),
        ({"ENCRYPTION_KEYS": KEY}, "gwent"),
        ({"DATABASE_URL": "postgres://h/d"}, "gwent"),
    ],
)
def test_what_a_demonstration_left_is_found_unless_other_data_is_named(tmp_path, given, found):
    (tmp_path / "demonstration.env").write_text("CONTACTBOT_HOME_FORCE=left\n", "utf-8")
    assert read(tmp_path, **given).home_force == found


def test_a_child_inherits_where_the_settings_are_and_none_of_them(tmp_path, monkeypatch):
    monkeypatch.setenv("CONTACTBOT_SECRET_KEY", "s")
    kept = child_environment(tmp_path)
    assert [name for name in kept if name.startswith("CONTACTBOT_")] == ["CONTACTBOT_DATA_DIR"]


# Live calling.


def test_live_calling_is_off_unless_somebody_says_so(tmp_path):
    assert read(tmp_path).live_calls is False
    assert read(tmp_path, **LIVE).live_calls is True


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOW", "2026-03-23T09:00:00+00:00"),
        ("CLOCK_SPEED", "2"),
        ("FAULTS", "after_post"),
        ("CHROMIUM", "/usr/bin/chromium"),
        ("TRACE", "1"),
        ("PUBLIC_URL", "http://calls.example.test"),
    ],
)
def test_what_is_for_trying_out_is_refused_with_live_calls(tmp_path, name, value):
    assert f"CONTACTBOT_{name} " in refused(tmp_path, **LIVE | {name: value})


def test_the_embedded_database_is_refused_with_live_calls(tmp_path):
    assert "CONTACTBOT_DATABASE_URL" in refused(tmp_path, LIVE_CALLS="1")


def test_plain_http_is_for_this_machine_only(tmp_path):
    assert "TWILIO_API_URL" in refused(tmp_path, TWILIO_API_URL="http://api.example.test")


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.0.0.1:1", True),
        ("http://[::1]", True),
        ("http://localhost", True),
        ("http://localhost.example.test", False),
        ("http://127.0.0.1.example.test", False),
        ("http://10.0.0.1", False),
        ("", False),
    ],
)
def test_this_machine_is_known_by_its_own_addresses_alone(url, loopback):
    assert is_loopback(url) is loopback
