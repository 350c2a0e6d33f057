import base64
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from small_world import World
from sqlalchemy import Engine

from contactbot.cli.attempts import attempts
from contactbot.database.crypto import Keyring


@pytest.fixture
def world(
    database: Engine, database_url: str, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> World:
    monkeypatch.setenv("CONTACTBOT_DATABASE_URL", database_url)
    for name, byte in (("ENCRYPTION_KEYS", b"e"), ("INDEX_KEYS", b"i")):
        monkeypatch.setenv(f"CONTACTBOT_{name}", base64.b64encode(byte * 32).decode())
    return World(database, keyring).begin()


def test_the_export_is_csv_unless_json_is_asked_for(world: World) -> None:
    attempt = world.call(world.person(), timedelta(minutes=1))
    plain = CliRunner().invoke(attempts, ["export"])
    assert plain.exit_code == 0
    assert plain.output.startswith("attempt,person,reference,")
    assert str(attempt) in plain.output
    asked = CliRunner().invoke(attempts, ["export", "--format", "json"])
    assert [row["attempt"] for row in json.loads(asked.output)] == [str(attempt)]
