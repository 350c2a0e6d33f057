"""Whether the database can be worked with, and the gauges of the service in one snapshot."""

from collections.abc import Mapping
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from contactbot.database.columns import LIVE
from contactbot.database.figures import BY_STATE, DENIALS, OUTBOX
from contactbot.database.heartbeat_records import read_beats
from contactbot.database.migrate import MIGRATIONS
from contactbot.ports.watch import Gauges, Life, NotReadable

# A monitor asks often and can wait for its next turn: it must never be what slows the queue.
_SHORT = text("SET LOCAL statement_timeout = '2s'")
_ATTEMPTS = text("""
    SELECT state, coalesce(disposition, ''), count(*) FROM attempts GROUP BY state, disposition
""")
_QUEUE = text(f"""
    SELECT simulated_now() AS as_at, count(*) AS due,
           coalesce(extract(epoch FROM simulated_now() - min(due_at)), 0) AS oldest_due,
           (SELECT count(*) FROM attempts WHERE {LIVE.text}) AS in_flight,
           (SELECT coalesce(extract(epoch FROM simulated_now() - min(recorded_at)), 0)
              FROM outbox WHERE state = 'pending') AS outbox_oldest
      FROM referrals WHERE route = 'automatic' AND due_at <= simulated_now()
""")  # noqa: S608 - the states are our own words
_MOMENT = text("SELECT simulated_now()")
_COUNTERS = text("SELECT name, count FROM counters")


class DatabaseWatch:
    """The `WatchRecords` port (definitions: contactbot.ports.watch)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fault(self) -> str | None:
        """Why no work can be done, if it cannot."""
        try:
            with self._engine.connect() as connection:
                found = MigrationContext.configure(connection).get_current_revision()
        except SQLAlchemyError:
            return "the database does not answer"
        if found != newest_revision():
            return "the database is not at the newest migration; run: contactbot db upgrade"
        return None

    def life(self) -> Life:
        """The signs of life alone."""
        try:
            with self._engine.connect() as reader:
                reader.execute(_SHORT)
                return Life(reader.execute(_MOMENT).scalar_one(), read_beats(reader))
        except SQLAlchemyError as error:
            raise NotReadable from error

    def gauges(self) -> Gauges:
        """All gauges; a query that takes long fails instead of holding anything up."""
        snapshot = self._engine.execution_options(isolation_level="REPEATABLE READ")
        try:
            with snapshot.connect() as reader:
                reader.execute(_SHORT)
                return _gauges(reader)
        except SQLAlchemyError as error:
            raise NotReadable from error


def _gauges(reader: Connection) -> Gauges:
    queue = reader.execute(_QUEUE).one()
    return Gauges(
        as_at=queue.as_at,
        referrals=_table(reader, BY_STATE),
        attempts={(row[0], row[1]): row[2] for row in reader.execute(_ATTEMPTS)},
        denials=_table(reader, DENIALS),
        in_flight=queue.in_flight,
        due=queue.due,
        oldest_due_seconds=float(queue.oldest_due),
        outbox=_table(reader, OUTBOX),
        outbox_oldest_seconds=float(queue.outbox_oldest),
        counters=_table(reader, _COUNTERS),
        beats=read_beats(reader),
    )


@cache
def newest_revision() -> str | None:
    """The newest migration this version of the program brings."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _table(reader: Connection, statement: TextClause) -> Mapping[str, int]:
    return {row[0]: row[1] for row in reader.execute(statement)}
