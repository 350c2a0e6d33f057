"""The db commands bring a database up and down, and their exit codes tell a script the truth."""

import pytest
from click.testing import CliRunner, Result

from contactbot.cli.db import db


def run(url: str, *arguments: str) -> Result:
    # No data folder, so that no settings left by a demonstration are read.
    env = {"CONTACTBOT_DATABASE_URL": url, "CONTACTBOT_DATA_DIR": "nowhere"}
    return CliRunner(env=env).invoke(db, arguments)


def test_a_database_goes_up_agrees_and_goes_down(empty_database_url: str) -> None:
    assert run(empty_database_url, "check").exit_code == 1
    assert run(empty_database_url, "upgrade").exit_code == 0
    assert run(empty_database_url, "check").exit_code == 0
    assert run(empty_database_url, "downgrade", "--to", "base").exit_code == 0
    assert "at revision None" in run(empty_database_url, "check").output


@pytest.mark.parametrize("command", ["upgrade", "downgrade"])
def test_an_unknown_revision_is_one_sentence(empty_database_url: str, command: str) -> None:
    result = run(empty_database_url, command, "--to", "9999")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "9999" in result.output


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    result = run("postgresql+psycopg://nobody@127.0.0.1:1/none", "check")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The database refused")
