"""A durable database with many interviews in it, and the servers that are measured against it."""

import pickle
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from json import loads
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psycopg
from keypad_calls import (
    ACCOUNT,
    ENCRYPTION_KEY,
    INDEX_KEY,
    OURS,
    PUBLIC_URL,
    TOKEN,
    keys_of_a_call,
    ringing_calls,
    steps,
    steps_and_reports,
    the_script,
)
from sqlalchemy.engine import make_url

from contactbot.config import child_environment
from contactbot.database.embedded import EmbeddedServer
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
START_SECONDS = 60
# Every table that a call touches, `:n` rows each; their ids lie scattered as real ones do.
FILL = (HERE / "keypad_fill.sql").read_text("utf-8").split(";\n")


@dataclass
class Database:
    """One database of the durable server, with calls to be played in it."""

    url: str
    connection: psycopg.Connection[Any]
    made: int = 0
    played: dict[Path, int] = field(default_factory=dict)

    def fill(self, interviews: int) -> None:
        """So many interviews of the past, with all that belongs to them."""
        self.connection.execute("SET session_replication_role = replica")
        for statement in FILL:
            self.connection.execute(statement.replace(":n", str(interviews)))
        self.connection.execute("SET session_replication_role = origin")

    def calls(self, number: int, file: Path, *, reports: bool = False) -> Path:
        """So many more calls that ring, and their webhooks in a file."""
        made = ringing_calls(self.connection, number, self.made)
        self.made += number
        script = the_script()
        keys = {welsh: keys_of_a_call(script, welsh=welsh) for welsh in (True, False)}
        webhooks = steps_and_reports if reports else steps
        file.write_bytes(pickle.dumps([webhooks(call, keys[call.welsh]) for call in made]))
        self.played[file] = 0
        return file

    def settle(self) -> None:
        """After so much writing: what a database that has lived for a while has done already."""
        self.connection.execute("VACUUM ANALYZE")
        self.connection.execute("CHECKPOINT")


def play(file: Path, port: int, seconds: float, *more: str) -> dict[str, Any]:
    """Have the calls of a file played by a process of its own."""
    words = [sys.executable, str(HERE / "keypad_load.py"), str(file), "--port", str(port)]
    words += ["--seconds", str(seconds), *more]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    return dict(loads(done.stdout))


def database_of(server: EmbeddedServer, name: str, interviews: int) -> Database:
    """A migrated database of this durable server, with the past in it."""
    url = make_url(server.url)
    with psycopg.connect(_libpq(server.url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    own = url.set(database=name).render_as_string(hide_password=False)
    engine = make_engine(own, statement_timeout="30min")
    upgrade(engine)
    engine.dispose()
    database = Database(own, psycopg.connect(_libpq(own), autocommit=True))
    _must_be_durable(database.connection)
    database.fill(interviews)
    return database


def _must_be_durable(connection: psycopg.Connection[Any]) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        row = connection.execute(f"SHOW {name}").fetchone()
        assert row == ("on",), f"{name} is off"


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


@dataclass(frozen=True)
class Server:
    """A web server that runs."""

    process: subprocess.Popen[bytes]
    port: int


@contextmanager
def contactbot_web(database: Database, folder: Path) -> Iterator[Server]:
    """Our own web process as it is deployed, on this database."""
    settings = {
        "DATABASE_URL": database.url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "a-secret-of-the-measurement",
        "ENCRYPTION_KEYS": b64encode(ENCRYPTION_KEY).decode(),
        "INDEX_KEYS": b64encode(INDEX_KEY).decode(),
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_FROM": OURS,
        "TWILIO_API_URL": "http://127.0.0.1:9",
    }
    port = _free_port()
    words = [sys.executable, "-m", "contactbot.cli.main", "web", "--bind", f"127.0.0.1:{port}"]
    named = {f"CONTACTBOT_{name}": value for name, value in settings.items()}
    with _running(words, port, named) as server:
        yield server


@contextmanager
def static_view() -> Iterator[Server]:
    """The floor: a static view of Flask under the same server with the same settings."""
    port = _free_port()
    words = [sys.executable, str(HERE / "keypad_floor.py"), str(port)]
    with _running(words, port, {}) as server:
        yield server


@contextmanager
def _running(words: list[str], port: int, settings: dict[str, str]) -> Iterator[Server]:
    environment = child_environment(HERE) | {"PYTHONPATH": str(PROJECT)} | settings
    process = subprocess.Popen(words, env=environment, cwd=PROJECT, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(process, port)
        yield Server(process, port)
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz"):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at port {port}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
