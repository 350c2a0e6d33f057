"""What tests share: one embedded server a run, a fresh or rolled-back database a test, no network.

Nothing is skipped silently: where PostgreSQL cannot start, every test that needs it fails.
CONTACTBOT_TEST_POSTGRES=system runs the same tests on the newest PostgreSQL of the system.
"""

from collections.abc import Iterator
from itertools import count

import pytest
from chosen_server import TEST_POSTGRES, chosen_postgres
from hypothesis import settings
from pytest_socket import socket_allow_hosts
from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url

from contactbot.database.crypto import Keyring
from contactbot.database.embedded import start_embedded
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade

# Machines that run tests are busy with other things; a slow moment is no fault.
settings.register_profile("contactbot", deadline=None)
settings.load_profile("contactbot")

_numbers = count(1)


@pytest.fixture(autouse=True)
def loopback_only() -> None:
    """A test that reaches for anything but this machine fails."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[URL]:
    """The address of the run's one server; what it holds need not outlive the machine's power."""
    install = chosen_postgres(TEST_POSTGRES)
    folder = tmp_path_factory.mktemp("server")
    with start_embedded(folder, durable=False, install=install) as server:
        yield make_url(server.url)


@pytest.fixture(scope="session")
def administration(server_url: URL) -> Iterator[Engine]:
    """Creates and drops databases."""
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template(server_url: URL, administration: Engine) -> str:
    """The name of a database with the newest schema, to copy; nobody stays connected to it."""
    with administration.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE migrated")
    engine = create_engine(server_url.set(database="migrated"), poolclass=NullPool)
    upgrade(engine)
    return "migrated"


@pytest.fixture
def empty_database_url(server_url: URL, administration: Engine) -> Iterator[str]:
    """The address of a fresh database without a schema."""
    yield from _fresh_database(server_url, administration, "template0")


@pytest.fixture
def database_url(server_url: URL, administration: Engine, template: str) -> Iterator[str]:
    """The address of a fresh database with the newest schema, for several processes at once."""
    yield from _fresh_database(server_url, administration, template)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database: commits are real, threads may compete."""
    engine = make_engine(database_url, pool_size=20)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def _shared_database(server_url: URL, administration: Engine, template: str) -> Iterator[Engine]:
    for url in _fresh_database(server_url, administration, template):
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def connection(_shared_database: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back after the test; savepoints work in it."""
    with _shared_database.connect() as connection:
        transaction = connection.begin()
        yield connection
        if transaction.is_active:
            transaction.rollback()


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Keys that are the same in every test and secret in none."""
    return Keyring([b"e" * 32], [b"i" * 32])


def _fresh_database(server_url: URL, administration: Engine, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    yield server_url.set(database=name).render_as_string(hide_password=False)
    with administration.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
