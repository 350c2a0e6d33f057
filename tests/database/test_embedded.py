"""The embedded server is shared, ends with its last user however that one ends, and recovers."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from contactbot.database import server_place
from contactbot.database.embedded import start_embedded
from contactbot.database.server_place import EmbeddedServerFault, ServerPlace, installed_postgres

pytestmark = pytest.mark.timeout(60)

USER = """
import sys
from pathlib import Path
from contactbot.database.embedded import start_embedded
with start_embedded(Path(sys.argv[1]), durable=False) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
StartUser = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[ServerPlace]:
    yield (place := ServerPlace.under(tmp_path))
    wait_until(lambda: not place.is_held("keeper"))


@pytest.fixture
def start_user(place: ServerPlace) -> Iterator[StartUser]:
    """Starts another process that uses the server until its input ends or it is killed."""
    users: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", USER, str(place.home.parent)]
        pipe = subprocess.PIPE
        users.append(
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603
        )
        return users[-1]

    yield start
    for user in users:
        user.kill()
        user.communicate()


def wait_until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ask(url: str, question: str) -> object:
    address = url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone() if cursor.description else None


def started_at(url: str) -> object:
    return ask(url, "SELECT pg_postmaster_start_time()")


def url_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def test_processes_that_start_at_once_share_one_server(
    place: ServerPlace, start_user: StartUser
) -> None:
    users = [start_user() for _ in range(3)]
    with start_embedded(place.home.parent, durable=False) as server:
        urls = {url_of(user) for user in users} | {server.url}
        assert len({started_at(url) for url in urls}) == 1


def test_the_last_to_close_leaves_nothing_running(place: ServerPlace) -> None:
    first = start_embedded(place.home.parent, durable=False)
    second = start_embedded(place.home.parent, durable=False)
    first.close()
    assert started_at(second.url)
    second.close()
    assert not place.is_held("keeper")
    assert not place.is_held("cluster")
    assert not (place.cluster / "postmaster.pid").exists()


def test_the_server_ends_with_its_last_user_even_if_all_are_killed(
    place: ServerPlace, start_user: StartUser
) -> None:
    first, second = start_user(), start_user()
    url_of(first)
    url = url_of(second)
    first.kill()
    first.wait()
    time.sleep(0.3)
    assert started_at(url)
    second.kill()
    wait_until(lambda: not place.is_held("cluster"))
    with pytest.raises(psycopg.OperationalError):
        started_at(url)


@pytest.mark.parametrize("victim", ["keeper", "postmaster"])
def test_a_killed_server_is_recovered_with_what_it_held(place: ServerPlace, victim: str) -> None:
    files = {"keeper": place.keeper_file, "postmaster": place.cluster / "postmaster.pid"}
    with start_embedded(place.home.parent, durable=True) as before:
        ask(before.url, "CREATE TABLE kept AS SELECT 1 AS one")
        os.kill(int(files[victim].read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: not place.is_held("keeper"))
        with start_embedded(place.home.parent, durable=True) as after:
            assert ask(after.url, "SELECT one FROM kept") == (1,)


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(place: ServerPlace) -> None:
    start_embedded(place.home.parent, durable=False).close()
    (place.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{place.cluster}\n1\n5432\n\n")
    with start_embedded(place.home.parent, durable=False) as server:
        assert started_at(server.url)


def test_a_folder_too_deep_for_a_socket_works(tmp_path: Path) -> None:
    deep = tmp_path / "a-folder-with-a-long-name" / "another-folder-with-a-long-name"
    with start_embedded(deep, durable=False) as server:
        assert started_at(server.url)
    folder = ServerPlace.under(deep).socket_folder
    assert tmp_path not in folder.parents
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be shut out of what root may read")
def test_root_needs_no_system_user_and_opens_no_folder(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    install = copy_of_the_wheel(closed)
    accounts = pwd.getpwall()
    with start_embedded(closed / "var", durable=False, install=install) as server:
        assert started_at(server.url)
        postmaster = (closed / "var/postgres/data/postmaster.pid").read_text().split()[0]
        assert Path(f"/proc/{postmaster}").stat().st_uid != 0
    assert pwd.getpwall() == accounts
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0


def copy_of_the_wheel(under: Path) -> Path:
    """PostgreSQL's folder and the libraries beside it, as they lie in site-packages."""
    original = installed_postgres()
    package = original.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, under / libraries.name)
    return shutil.copytree(original, under / package.name / original.name, symlinks=True)


@pytest.mark.parametrize("durable", [True, False])
def test_only_tests_may_lose_commits(place: ServerPlace, durable: bool) -> None:
    with start_embedded(place.home.parent, durable=durable) as server:
        assert ask(server.url, "SHOW fsync") == ("on" if durable else "off",)
        assert ask(server.url, "SHOW full_page_writes") == ("on" if durable else "off",)


def test_the_server_listens_on_a_private_socket_only(place: ServerPlace) -> None:
    with start_embedded(place.home.parent, durable=False) as server:
        assert ask(server.url, "SHOW listen_addresses") == ("",)
        assert stat.S_IMODE(place.socket_folder.stat().st_mode) == 0o700


def test_the_log_holds_nothing_of_what_was_asked(place: ServerPlace) -> None:
    with start_embedded(place.home.parent, durable=False) as server:
        ask(server.url, "CREATE TABLE names (name text PRIMARY KEY)")
        ask(server.url, "INSERT INTO names VALUES ('Siân')")
        for failing in ("INSERT INTO names VALUES ('Siân')", "SELECT 'Siân'::uuid", "Siân"):
            with pytest.raises(psycopg.Error):
                ask(server.url, failing)
    assert "Siân" not in place.log.read_text()


def test_a_failed_start_says_where_to_look(
    place: ServerPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "install" / "bin"
    programs.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (programs / name).write_text("#!/bin/sh\n[ $1 = --show ] || { echo broken; exit 1; }\n")
        (programs / name).chmod(0o755)
    with pytest.raises(EmbeddedServerFault, match="broken") as fault:
        start_embedded(place.home.parent, install=programs.parent)
    assert str(place.log) in str(fault.value)
    monkeypatch.setattr(server_place, "LOW_DISK", 1 << 62)
    with pytest.raises(EmbeddedServerFault, match="disk is full"):
        start_embedded(place.home.parent, install=programs.parent)


def test_a_start_after_a_failed_one_works(place: ServerPlace, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerFault):
        start_embedded(place.home.parent, install=tmp_path / "nowhere")
    with start_embedded(place.home.parent, durable=False) as server:
        assert started_at(server.url)
