"""Several statements in one journey to the server and back.

A webhook must not wait for the database more often than it has to: on a busy machine each wait
costs more than the statement it is for (docs/performance.md). PostgreSQL takes many statements at
once (its pipeline mode); the first that fails ends all that follow it.
"""

import select
from collections.abc import Iterator, Sequence
from typing import Any, cast

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
"""Words of PostgreSQL with `$1`, `$2` … for values, and the values."""

BEGIN: Statement = ("BEGIN", ())
COMMIT: Statement = ("COMMIT", ())


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection beneath SQLAlchemy's, in the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def travel(connection: Connection, statements: Sequence[Statement]) -> list[list[Row]]:
    """The rows of each statement, all of them sent at once; psycopg's error of the first to fail.

    Nothing is prepared: on any rollback the driver has the server forget every prepared statement
    of the connection, and whoever counted on one would fail from then on.
    """
    driver = driver_of(connection)
    try:
        results = _exchange(driver, statements)
    except BaseException:
        driver.close()  # whatever is still under way belongs to nobody
        raise
    for result in results:
        if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            raise error_from_result(result)
    return [_rows(driver, result) for result in results]


def _exchange(driver: psycopg.Connection[Any], statements: Sequence[Statement]) -> list[PGresult]:
    """Send all, then take what comes back, in order, up to the first failure."""
    server = driver.pgconn
    server.enter_pipeline_mode()
    for words, values in statements:
        server.send_query_params(words.encode(), _written(driver, values))
    server.pipeline_sync()
    while server.flush():
        select.select([server.socket], [server.socket], [])
    results = list(_results(server))
    server.exit_pipeline_mode()
    failed = [one for one in results if one.status == ExecStatus.FATAL_ERROR]
    return failed[:1] or results


def _written(driver: psycopg.Connection[Any], values: Sequence[Any]) -> Sequence[Any]:
    adapted = Transformer.from_context(driver)
    return adapted.dump_sequence(values, [PyFormat.TEXT] * len(values)) if values else ()


def _results(server: PGconn) -> Iterator[PGresult]:
    """One result for each thing sent, until the server has answered everything."""
    ready = select.poll()
    ready.register(server.socket, select.POLLIN)
    while True:
        while server.is_busy():
            ready.poll()
            server.consume_input()
        result = server.get_result()
        if result is None:  # the end of one statement's results
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return
        yield result


def _rows(driver: psycopg.Connection[Any], result: PGresult) -> list[Row]:
    if not result.ntuples:
        return []
    adapted = Transformer.from_context(driver)
    adapted.set_pgresult(result)
    return adapted.load_rows(0, result.ntuples, tuple)
