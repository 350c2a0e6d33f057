"""An error of the database does not repeat what the statement was given."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DataError


def test_an_error_does_not_quote_the_values_of_its_statement(database: Engine) -> None:
    failing = text("SELECT 1 / CAST(:nothing AS integer), CAST(:name AS text)")
    with database.connect() as connection, pytest.raises(DataError) as raised:
        connection.execute(failing, {"nothing": 0, "name": "Llywelyn"})
    assert "Llywelyn" not in str(raised.value)
