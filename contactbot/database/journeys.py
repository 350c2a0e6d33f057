"""Several statements in one journey to the server and back.

A webhook must not wait for the database more often than it has to: on a busy machine each wait
costs more than the statement it is for (docs/performance.md). PostgreSQL takes many statements at
once (its pipeline mode); the first that fails ends all that follow it.
"""

import select
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, cast

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
"""Words of PostgreSQL with `$1`, `$2` … for values, and the values."""

BEGIN: Statement = ("BEGIN", ())
COMMIT: Statement = ("COMMIT", ())
ROLLBACK: Statement = ("ROLLBACK", ())

Names = dict[str, bytes]
"""By the words of a statement: what the server knows it by, in one session."""

PREPARED = "prepared by journeys"
MOST_PREPARED = 200
# The server knows the name no longer, or what it stood for has another shape since.
FORGOTTEN = frozenset({b"26000", b"0A000"})
_numbers = count()  # no name twice


def driver_of(connection: Connection) -> psycopg.Connection[Any]:
    """The driver's connection beneath SQLAlchemy's, in the same transaction."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def forget_prepared(connection: Connection) -> None:
    """Count on nothing prepared in this session any more.

    On a rollback the driver has the server forget every prepared statement, whoever made it. A
    session that was given up takes what it held along, and asked of, would hide why it was.
    """
    if not connection.invalidated:
        connection.info.pop(PREPARED, None)


def travel(
    connection: Connection, statements: Sequence[Statement], *, sure: bool = False
) -> list[list[Row]]:
    """The rows of each statement, all of them sent at once; psycopg's error of the first to fail.

    Statements are prepared by the journey that first needs them. Whether the server still knows
    them shows only when they are used, and then it ends the transaction; so they are used where
    the journey begins the transaction, and can be made again from its start, or where it is `sure`:
    an earlier journey of the same transaction began it.
    """
    driver, begins = driver_of(connection), statements[0] == BEGIN
    names: Names = connection.info.setdefault(PREPARED, {}) if begins or sure else {}
    known = names if begins or sure else None
    try:
        results = _exchange(driver, statements, known)
        if _forgotten(results):
            names.clear()
            if begins:
                _exchange(driver, [ROLLBACK], None)
                results = _exchange(driver, statements, known)
    except BaseException:
        driver.close()  # whatever is still under way belongs to nobody
        raise
    for result in results:
        if result.status not in {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK}:
            raise error_from_result(result)
    return [_rows(driver, result) for result in results]


def _forgotten(results: Sequence[PGresult]) -> bool:
    return results[-1].error_field(DiagnosticField.SQLSTATE) in FORGOTTEN


def _exchange(
    driver: psycopg.Connection[Any], statements: Sequence[Statement], known: Names | None
) -> list[PGresult]:
    """Send all, then take what comes back, in order; of what fails only the first."""
    server = driver.pgconn
    server.enter_pipeline_mode()
    prepared = _send(driver, statements, known)
    server.pipeline_sync()
    while server.flush():
        select.select([server.socket], [server.socket], [])
    asked = []
    for made, result in zip(prepared, _results(server), strict=True):
        if made is None:
            asked.append(result)
        elif known is not None and result.status == ExecStatus.COMMAND_OK:
            known.update([made])  # it outlives whatever becomes of the transaction
        else:
            asked.append(result)
    server.exit_pipeline_mode()
    failed = [one for one in asked if one.status == ExecStatus.FATAL_ERROR]
    return failed[:1] or asked


def _send(
    driver: psycopg.Connection[Any], statements: Sequence[Statement], known: Names | None
) -> list[tuple[str, bytes] | None]:
    """For each result to come: what it prepares, or None where it is the statement's own."""
    server, fresh = driver.pgconn, {} if known is None else dict(known)
    sent: list[tuple[str, bytes] | None] = []
    for words, values in statements:
        if words not in fresh and known is not None and len(fresh) < MOST_PREPARED:
            fresh[words] = f"journey_{next(_numbers)}".encode()
            server.send_prepare(fresh[words], words.encode())
            sent.append((words, fresh[words]))
        if words in fresh:
            server.send_query_prepared(fresh[words], _written(driver, values))
        else:
            server.send_query_params(words.encode(), _written(driver, values))
        sent.append(None)
    return sent


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
