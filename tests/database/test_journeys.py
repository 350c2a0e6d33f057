"""Several statements in one journey: all or none, in order, and a lost server is noticed."""

import psycopg
import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from contactbot.database.crypto import Keyring
from contactbot.database.engine import make_engine
from contactbot.database.journeys import BEGIN, COMMIT, Statement, driver_of, travel
from contactbot.database.transaction import Transaction

ADD = "INSERT INTO counters (name, count) VALUES ($1, $2)"
READ = "SELECT count FROM counters WHERE name = $1"


def counted(database: Engine) -> dict[str, int]:
    with database.begin() as connection:
        return dict(connection.execute(text("SELECT name, count FROM counters")).all())


def begun_with(database: Engine, *journeys: list[Statement]) -> None:
    with database.begin() as connection:
        for journey in journeys:
            travel(connection, journey)


def test_a_statement_sees_what_those_before_it_did(database: Engine):
    with database.connect() as connection:
        asked = [BEGIN, (ADD, ("a", 1)), (READ, ("a",)), (READ, ("b",)), COMMIT]
        assert travel(connection, asked) == [[], [], [(1,)], [], []]
    assert counted(database) == {"a": 1}


def test_after_a_failure_nothing_of_the_journey_is_kept(database: Engine):
    twice = [BEGIN, (ADD, ("a", 1)), (ADD, ("a", 2)), (ADD, ("b", 3)), COMMIT]
    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            begun_with(database, twice)
    begun_with(database, [BEGIN, (ADD, ("c", 4)), COMMIT])
    assert counted(database) == {"c": 4}


def test_values_of_every_kind_arrive_as_they_were_sent(database: Engine):
    with database.connect() as connection:
        ask = "SELECT $1::text, $2::bytea, $3::int, $4::text[], $5::bool, $6::text"
        values = ("ŵ’\\", b"\x00\xff", -7, ["a", 'b"'], True, None)
        assert travel(connection, [(ask, values)]) == [[values]]


def test_a_lost_server_fails_one_journey_and_not_the_next(database_url: str):
    engine = make_engine(database_url, pool_size=1)
    begun_with(engine, [BEGIN, (ADD, ("a", 1)), COMMIT])
    end_all_others(database_url)
    with pytest.raises(OperationalError):
        begun_with(engine, [BEGIN, (ADD, ("b", 1)), COMMIT])
    begun_with(engine, [BEGIN, (ADD, ("c", 1)), COMMIT])
    assert counted(engine) == {"a": 1, "c": 1}
    engine.dispose()


ASKED: list[Statement] = [BEGIN, (READ, ("a",)), COMMIT]
ONE_BY_DRIVER = "SELECT count FROM counters WHERE name = %s"


def prepared_here(connection: Connection) -> set[str]:
    """What the server holds for journeys in this session."""
    held = driver_of(connection).execute(
        "SELECT statement FROM pg_prepared_statements WHERE name LIKE 'journey%'"
    )
    return {statement for (statement,) in held.fetchall()}


def test_a_statement_is_prepared_once(database_url: str):
    engine = make_engine(database_url, pool_size=1)
    for _ in range(3):
        begun_with(engine, ASKED)
    with engine.begin() as connection:
        assert prepared_here(connection) == {words for words, _ in ASKED}
    engine.dispose()


def test_a_lost_server_is_told_as_what_it_is_at_the_rollback(database_url: str):
    engine = make_engine(database_url, pool_size=1)
    connection = engine.connect()
    connection.execute(text("SELECT 1"))
    end_all_others(database_url)
    with pytest.raises(OperationalError):
        connection.execute(text("SELECT 1"))
    connection.rollback()
    connection.close()
    begun_with(engine, ASKED)
    engine.dispose()


def test_a_rolled_back_transaction_does_not_spoil_the_connection(database_url: str):
    """On a rollback the driver has the server forget every prepared statement, whoever made it."""
    engine = make_engine(database_url, pool_size=1)
    begun_with(engine, ASKED)
    with engine.connect() as connection:
        for _ in range(10):  # often enough for the driver to prepare something of its own
            connection.exec_driver_sql(ONE_BY_DRIVER, ("a",))
        connection.rollback()
    begun_with(engine, ASKED)
    engine.dispose()


@pytest.mark.parametrize("words", ["ROLLBACK", "DISCARD ALL", "DEALLOCATE ALL"])
def test_what_the_server_forgot_unseen_is_prepared_again(database_url: str, words: str):
    """Said to the server past SQLAlchemy, as a pooler between us and it would."""
    engine = make_engine(database_url, pool_size=1)
    begun_with(engine, ASKED)
    with engine.connect() as connection:
        driver = driver_of(connection)
        for _ in range(10):
            driver.execute(ONE_BY_DRIVER, ("a",))
        driver.rollback()  # has the server forget
        driver.autocommit = True
        driver.execute(words.encode())
        driver.autocommit = False
    with engine.connect() as connection:
        assert travel(connection, [BEGIN, (ADD, ("a", 1)), (READ, ("a",)), COMMIT])[2] == [(1,)]
    assert counted(engine) == {"a": 1}
    engine.dispose()


def test_a_failed_journey_leaves_the_next_its_statements(database_url: str):
    """Of what it prepared, some was reached and some was not."""
    engine = make_engine(database_url, pool_size=1)
    broken: list[Statement] = [BEGIN, (ADD, ("a", 1)), ("SELECT 1 / $1::int", (0,)), *ASKED[1:]]
    with pytest.raises(psycopg.errors.DivisionByZero):
        begun_with(engine, broken)
    begun_with(engine, [BEGIN, (ADD, ("b", 1)), (READ, ("b",)), COMMIT])
    assert counted(engine) == {"b": 1}
    engine.dispose()


def test_a_result_of_another_shape_is_asked_anew(database_url: str):
    """After a migration the server refuses what it prepared before."""
    engine = make_engine(database_url, pool_size=1)
    ask: list[Statement] = [BEGIN, ("SELECT * FROM counters", ()), COMMIT]
    begun_with(engine, [BEGIN, (ADD, ("a", 1)), COMMIT], ask)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE counters ADD COLUMN more int")
    with engine.connect() as connection:
        assert travel(connection, ask)[1] == [("a", 1, None)]
    engine.dispose()


def test_a_transaction_begun_otherwise_counts_on_nothing_prepared(database_url: str):
    """Its statements could not be sent again: what it did before would be lost with the error."""
    engine = make_engine(database_url, pool_size=1)
    begun_with(engine, ASKED)
    with engine.begin() as connection:
        connection.exec_driver_sql("DEALLOCATE ALL")
        connection.exec_driver_sql("INSERT INTO counters VALUES ('a', 1)")
        assert travel(connection, [(READ, ("a",))]) == [[(1,)]]
    assert counted(engine) == {"a": 1}
    engine.dispose()


def end_all_others(database_url: str) -> None:
    other = make_engine(database_url)
    with other.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def test_what_waits_to_be_written_goes_before_the_next_question(database: Engine, keyring: Keyring):
    with database.begin() as connection:
        transaction = Transaction(connection, keyring)
        transaction.defers = True
        transaction.write(ADD, "a", 1)
        transaction.write(ADD, "b", 2)
        found = transaction.connection.execute(text("SELECT sum(count) FROM counters"))
        assert found.scalar_one() == 3


def test_what_waits_to_be_written_travels_with_the_commit(database: Engine, keyring: Keyring):
    with database.begin() as connection:
        transaction = Transaction(connection, keyring)
        transaction.defers = True
        transaction.run("SELECT 1")
        transaction.write(ADD, "a", 1)
        transaction.commit()
    assert counted(database) == {"a": 1}


def test_an_error_before_the_commit_leaves_nothing(database: Engine, keyring: Keyring):
    with pytest.raises(ZeroDivisionError):
        write_and_fail(database, keyring)
    assert counted(database) == {}


def write_and_fail(database: Engine, keyring: Keyring) -> None:
    with database.begin() as connection:
        transaction = Transaction(connection, keyring)
        transaction.run("SELECT 1")
        transaction.write(ADD, "a", 1)
        transaction.defers = True
        transaction.write(ADD, "b", 1)
        raise ZeroDivisionError


def test_whoever_promised_no_commit_writes_at_once(database: Engine, keyring: Keyring):
    with database.begin() as connection:
        connection.execute(text("SELECT 1"))
        Transaction(connection, keyring).write(ADD, "a", 1)
    assert counted(database) == {"a": 1}
