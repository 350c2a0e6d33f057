"""An application on a small world written by hand, without telephones."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from journeys.service import settings_for
from small_world import World
from watching.watched import Watched

from contactbot.bootstrap import Application
from contactbot.database.crypto import Keyring
from contactbot.database.engine import Engine
from contactbot.web.app import create_app

NOBODY = SimpleNamespace(account="AC" + "0" * 32, token="t", url="http://127.0.0.1:9")


@pytest.fixture
def settings_changes() -> dict[str, object]:
    """What a test sets otherwise."""
    return {}


@pytest.fixture
def watched(
    database_url: str,
    database: Engine,
    keyring: Keyring,
    tmp_path: Path,
    settings_changes: dict[str, object],
) -> Watched:
    settings = settings_for(database_url, NOBODY, tmp_path, 8321)  # type: ignore[arg-type]
    application = Application(replace(settings, **settings_changes), database)
    world = World(database, keyring).begin()
    return Watched(application, world, create_app(application).test_client())
