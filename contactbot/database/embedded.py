"""The embedded PostgreSQL that starts in the data folder where no database address is set."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from contactbot.database.privileges import ENVIRONMENT
from contactbot.database.server_place import (
    EmbeddedServerFault,
    ServerPlace,
    installed_postgres,
    try_lock,
)

__all__ = ["EmbeddedServer", "EmbeddedServerFault", "start_embedded"]

START_SECONDS = 120  # a server that has to recover from a crash of the machine takes its time
CLOSE_SECONDS = 10
PAUSE = 0.01
PROJECT = Path(__file__).resolve().parents[2]


class EmbeddedServer:
    """This process's share of a running server; the server ends when its last share is gone."""

    def __init__(self, place: ServerPlace, users_lock: int) -> None:
        self._place = place
        self._users_lock = users_lock

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the server's one database."""
        host = quote(str(self._place.socket_folder), safe="")
        return f"postgresql+psycopg://postgres@/postgres?host={host}"

    def close(self) -> None:
        """Give the share back; whoever was last waits until the server has stopped."""
        if self._users_lock < 0:
            return
        os.close(self._users_lock)
        self._users_lock = -1
        if not _used(self._place):
            _wait_until_ended(self._place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def start_embedded(
    data_dir: Path, *, durable: bool = True, install: Path | None = None
) -> EmbeddedServer:
    """Join the server of that data folder, starting it where it does not run.

    `durable=False` (tests) trades safety against power cuts for speed; the first to start decides.
    `install` is the folder of PostgreSQL's programs, by default the installed wheel's.
    Raises EmbeddedServerFault with the reason where the server cannot start.
    """
    place = ServerPlace.under(data_dir)
    install = install or installed_postgres()
    users_lock = place.open_lock("users")
    try:
        # A server that is stopping holds this lock alone until it has stopped.
        fcntl.flock(users_lock, fcntl.LOCK_SH)
        _start_or_wait(place, install, "durable" if durable else "fast")
    except BaseException:
        os.close(users_lock)
        raise
    return EmbeddedServer(place, users_lock)


def _start_or_wait(place: ServerPlace, install: Path, durability: str) -> None:
    """Whoever gets the keeper's lock starts a keeper, which inherits it; the others wait."""
    started = False
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        lock = place.open_lock("keeper")
        try:
            if try_lock(lock, fcntl.LOCK_EX):
                if started:
                    raise EmbeddedServerFault(place.why_it_failed())
                _start_keeper(place, install, durability, lock)
                started = True
            elif place.is_held("ready"):
                return
        finally:
            os.close(lock)
        time.sleep(PAUSE)
    raise EmbeddedServerFault(f"PostgreSQL was not ready in {START_SECONDS} s; see {place.log}")


def _start_keeper(place: ServerPlace, install: Path, durability: str, lock: int) -> None:
    log = place.open_log()
    module = [sys.executable, "-m", "contactbot.database.keeper"]
    try:
        subprocess.run(  # noqa: S603
            [*module, str(place.home), str(install), durability],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT,
            env=ENVIRONMENT,
            pass_fds=[lock],
            start_new_session=True,  # Ctrl-C in the terminal is for us, not for the keeper
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise EmbeddedServerFault(place.why_it_failed()) from error
    finally:
        os.close(log)


def _used(place: ServerPlace) -> bool:
    """Whether other processes still share the server (a keeper that is stopping it is none)."""
    lock = place.open_lock("users")
    try:
        return try_lock(lock, fcntl.LOCK_SH) and not try_lock(lock, fcntl.LOCK_EX)
    finally:
        os.close(lock)


def _wait_until_ended(place: ServerPlace) -> None:
    deadline = time.monotonic() + CLOSE_SECONDS
    while place.is_held("keeper") and time.monotonic() < deadline:
        time.sleep(PAUSE)
