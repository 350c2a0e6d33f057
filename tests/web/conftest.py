"""A web door for each test, with a database of its own and nobody at the other end."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.service import Service, log_file, settings_for
from web.door import NOBODY, PORT, Door, PretendedTelephony

from contactbot.bootstrap import Application
from contactbot.database.engine import make_engine
from contactbot.web.app import create_app


@pytest.fixture
def door(database_url: str, tmp_path: Path) -> Iterator[Door]:
    """The web application; what it orders is taken by nobody."""
    settings = settings_for(database_url, NOBODY, tmp_path, PORT)  # type: ignore[arg-type]
    engine = make_engine(database_url, pool_size=5)
    application = Application(settings, engine)
    with log_file(tmp_path / "service.log"):
        application.outreach  # noqa: B018 - begins the service and its calendar
        service = Service(settings, application, NOBODY, tmp_path, 0)  # type: ignore[arg-type]
        service.change_outreach(telephony=PretendedTelephony())
        yield Door(service, create_app(application).test_client())
    engine.dispose()
