"""Servers and workers write JSON lines and nothing else; short commands write for people."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KEY = base64.b64encode(b"k" * 32).decode()
Environment = dict[str, str]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Environment:
    """The settings of a process whose case store is away."""
    store = tmp_path / "store"
    store.write_text("not a folder")
    settings = {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path),
        "ENCRYPTION_KEYS": KEY,
        "INDEX_KEYS": KEY,
        "PUBLIC_URL": "http://127.0.0.1:8321",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKENS": "token",
        "TWILIO_FROM": "+442920180000",
        "TWILIO_API_URL": "http://127.0.0.1:9",
        "CASE_STORE": f"folder:{store}",
    }
    own = {f"CONTACTBOT_{name}": value for name, value in settings.items()}
    return dict(os.environ) | own  # noqa: TID251 - a process needs PATH and HOME


def run(environment: Environment, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "contactbot.cli.main", *arguments]
    return subprocess.run(  # noqa: S603 - our own module
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.timeout(90)
def test_a_worker_writes_json_lines_to_stderr_and_nothing_to_stdout(
    environment: Environment,
) -> None:
    worked = run(environment, "worker", "--once")
    lines = [json.loads(line) for line in worked.stderr.splitlines()]
    assert (worked.returncode, worked.stdout) == (0, "")
    assert [(line["event"], line["away"]) for line in lines] == [("sync_finished", True)]


@pytest.mark.timeout(90)
def test_a_short_command_writes_a_line_a_person_can_read(
    environment: Environment, tmp_path: Path
) -> None:
    file = tmp_path / "referrals.csv"
    file.write_text(
        "reference,source_system,source,crime_group,flags,referred_at\n"
        "R1,niche,home_force,burglary,none,2026-03-02\n"
    )
    imported = run(environment, "referrals", "import", str(file), "--json")
    assert json.loads(imported.stdout)["sources"] == ["niche"]
    assert "+00:00 info    import_finished read=1 accepted=1 rejected=0" in imported.stderr
