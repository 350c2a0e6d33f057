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
