"""Owns one embedded PostgreSQL: starts it, and ends it when its last user has gone.

Started by `contactbot.database.embedded` as `python -m contactbot.database.keeper`, never by hand.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from contactbot.database.privileges import ENVIRONMENT, Way, find_way, give
from contactbot.database.server_place import EmbeddedServerFault, ServerPlace, try_lock

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    # Containers give little /dev/shm or none; anonymous memory and files work everywhere.
    "shared_memory_type": "mmap",
    "dynamic_shared_memory_type": "mmap",
    "huge_pages": "off",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A failing statement or the row it met could hold what a person said: no error is logged.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# For tests alone: a crash of the machine may lose everything.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INITDB = (
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
)
# From PostgreSQL 17 on the server brings Unicode's letters itself; older ones ask the system.
BUILTIN_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
BUILTIN_LOCALE_SINCE = 17
SYSTEM_LOCALE = ("--lc-ctype=C.UTF-8",)
# How to end the server, gently first, with the seconds to wait after each.
ENDINGS = ((signal.SIGINT, 60), (signal.SIGQUIT, 10), (signal.SIGKILL, 10))


class ServerEnded(Exception):
    """PostgreSQL ended by itself while it was used."""


class AskedToStop(Exception):
    """The machine is shutting down, or a person ended the keeper."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """One server to keep: where it lies, whose programs it runs, whether it must be durable."""

    place: ServerPlace
    install: Path
    durable: bool

    def keep(self) -> None:
        """Start the server, wait until nobody uses it any more, stop it."""
        self.place.keeper_file.write_text(f"{os.getpid()}\n")
        cluster_lock = self._claim_cluster()
        way = find_way(self.place.cluster, self._program("initdb"))
        if not self.place.cluster.exists():
            self._create_cluster(way)
        give(self.place.cluster, way)
        self._make_socket_folder(way)
        server = subprocess.Popen(  # noqa: S603
            self._server_command(way), env=ENVIRONMENT, cwd="/", pass_fds=[cluster_lock]
        )
        try:
            self._wait_until_ready(server)
            self._wait_for_last_user(server)
        finally:
            stop(server)

    def _program(self, name: str) -> Path:
        return self.install / "bin" / name

    def _claim_cluster(self) -> int:
        """Hold the data folder alone: what a killed keeper left behind ends first."""
        lock = self.place.open_lock("cluster")
        pid_file = self.place.cluster / "postmaster.pid"
        if not try_lock(lock, fcntl.LOCK_EX):
            end_orphan(pid_file)
            fcntl.flock(lock, fcntl.LOCK_EX)
        # No process of the old server lives, so its pid may be another program's by now.
        pid_file.unlink(missing_ok=True)
        return lock

    def _create_cluster(self, way: Way) -> None:
        """Make the data folder, whole or not at all."""
        unfinished = self.place.cluster.with_suffix(".unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        give(unfinished, way)
        sync = [] if self.durable else ["--no-sync"]
        initdb = self._program("initdb")
        program = [*way.prefix, str(initdb), "-D", str(unfinished)]
        made = subprocess.run(  # noqa: S603
            [*program, *INITDB, *locale_options(initdb), *sync],
            env=ENVIRONMENT,
            cwd="/",
            check=False,
        )
        if made.returncode != 0:
            raise EmbeddedServerFault(f"initdb could not make {self.place.cluster}")
        unfinished.rename(self.place.cluster)

    def _make_socket_folder(self, way: Way) -> None:
        """A folder only the server's owner may enter: that is what guards the socket."""
        folder = self.place.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid not in {os.geteuid(), way.uid}:
            raise EmbeddedServerFault(f"{folder} was made by somebody else: remove it")
        folder.chmod(0o700)
        give(folder, way)

    def _server_command(self, way: Way) -> list[str]:
        settings = SETTINGS | ({} if self.durable else NOT_DURABLE)
        settings["unix_socket_directories"] = str(self.place.socket_folder)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = [*way.prefix, str(self._program("postgres"))]
        return [*program, "-D", str(self.place.cluster), *options]

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        """Watch the pid file as pg_ctl does: its eighth line says `ready`."""
        pid_file = self.place.cluster / "postmaster.pid"
        while server.poll() is None:
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            if len(lines) >= 8 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        raise EmbeddedServerFault(f"postgres ended at its start with code {server.returncode}")

    def _wait_for_last_user(self, server: subprocess.Popen[bytes]) -> None:
        """Block until no process shares the `users` lock, then keep newcomers waiting."""
        signal.signal(signal.SIGCHLD, _raise_server_ended)
        ready = self.place.open_lock("ready")
        fcntl.flock(ready, fcntl.LOCK_EX)
        try:
            if server.poll() is None:
                fcntl.flock(self.place.open_lock("users"), fcntl.LOCK_EX)
        except ServerEnded:
            _say("PostgreSQL ended while it was used")
        finally:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(ready)


def locale_options(initdb: Path) -> tuple[str, ...]:
    """How this version of PostgreSQL is told to know every letter and to sort by code point."""
    said = subprocess.run(  # noqa: S603
        [str(initdb), "--version"], env=ENVIRONMENT, cwd="/", capture_output=True, check=False
    ).stdout
    version = re.search(rb"\d+", said)
    old = version is not None and int(version[0]) < BUILTIN_LOCALE_SINCE
    return SYSTEM_LOCALE if old else BUILTIN_LOCALE


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server in good order, or at last by force."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for how, seconds in ENDINGS:
        if server.poll() is None:
            server.send_signal(how)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def end_orphan(pid_file: Path) -> None:
    """Ask a server whose keeper was killed to stop; where nobody is left there is nobody to ask."""
    try:
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
    except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
        return


def _raise_server_ended(*_: object) -> None:
    raise ServerEnded


def _raise_asked_to_stop(*_: object) -> None:
    raise AskedToStop


def _say(text: str) -> None:
    sys.stderr.write(f"keeper: {text}\n")


def main(arguments: list[str]) -> int:
    """Become a daemon and keep the server; the caller's lock comes along as an open file."""
    home, install, durable = arguments
    if os.fork():
        return 0  # the caller waits for this one alone
    signal.signal(signal.SIGTERM, _raise_asked_to_stop)
    try:
        Keeper(ServerPlace(Path(home)), Path(install), durable == "durable").keep()
    except AskedToStop:
        return 0
    except (EmbeddedServerFault, OSError) as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
