"""No connection waits for ever, tells local time, or commits without the disk."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from contactbot.database.engine import make_engine


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("statement_timeout", "30s"),
        ("lock_timeout", "10s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("synchronous_commit", "on"),
        ("TimeZone", "UTC"),
    ],
)
def test_a_session_has_its_limits(database: Engine, setting: str, value: str) -> None:
    with database.connect() as connection:
        assert connection.scalar(text(f"SHOW {setting}")) == value


def test_a_limit_may_be_set_otherwise_and_holds(database_url: str) -> None:
    engine = make_engine(database_url, statement_timeout="20ms")
    with engine.connect() as connection, pytest.raises(OperationalError, match="timeout"):
        connection.execute(text("SELECT pg_sleep(5)"))
    engine.dispose()


def test_a_connection_given_up_in_a_transaction_is_left_quietly(database_url: str) -> None:
    """As whoever delivers leaves it, to free the lock of the session."""
    engine = make_engine(database_url, pool_size=1)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.invalidate()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()


def test_a_server_lost_within_a_transaction_is_told_as_that(database_url: str) -> None:
    engine = make_engine(database_url, pool_size=1)
    end_itself = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError), engine.begin() as connection:
        connection.execute(end_itself)
    engine.dispose()
