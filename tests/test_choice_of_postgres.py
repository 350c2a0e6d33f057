"""Which PostgreSQL the tests run on is chosen by name, and never in silence."""

from pathlib import Path

import pytest
from chosen_server import TEST_POSTGRES, chosen_postgres
from sqlalchemy import Connection, text

from contactbot.database.keeper import BUILTIN_LOCALE, SYSTEM_LOCALE, locale_options


def test_the_embedded_server_is_used_unless_told_otherwise() -> None:
    assert chosen_postgres("embedded") is None


def test_the_newest_of_the_system_is_taken(tmp_path: Path) -> None:
    for version in ("9.6", "15", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "postgres").touch()
    assert chosen_postgres("system", tmp_path) == tmp_path / "16"


@pytest.mark.parametrize("word", ["system", "sytem"])
def test_asked_for_and_absent_is_a_failure_and_no_skip(tmp_path: Path, word: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"no PostgreSQL|neither"):
        chosen_postgres(word, tmp_path)


def test_the_server_the_tests_run_on_is_the_one_asked_for(connection: Connection) -> None:
    programs = connection.execute(text("SELECT setting FROM pg_config() WHERE name = 'BINDIR'"))
    of_the_system = str(programs.scalar_one()).startswith("/usr/lib/postgresql")
    assert of_the_system == (TEST_POSTGRES == "system")


def test_every_server_knows_welsh_letters(connection: Connection) -> None:
    assert connection.execute(text("SELECT lower('ŴŶÂ')")).scalar_one() == "ŵŷâ"


@pytest.mark.parametrize(
    ("says", "options"), [("15.14 (Debian)", SYSTEM_LOCALE), ("18.0", BUILTIN_LOCALE)]
)
def test_letters_come_from_the_system_before_version_17(
    tmp_path: Path, says: str, options: tuple[str, ...]
) -> None:
    program = tmp_path / "initdb"
    program.write_text(f"#!/bin/sh\necho 'initdb (PostgreSQL) {says}'\n")
    program.chmod(0o755)
    assert locale_options(program) == options
