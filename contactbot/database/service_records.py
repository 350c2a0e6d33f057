"""Small records of the service itself: scripts by hash, the pace, counters."""

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError

_SCRIPT = text("""
    INSERT INTO scripts (hash, name, version, body, recorded_at)
    VALUES (:hash, :name, :version, :body, simulated_now()) ON CONFLICT DO NOTHING
""")
_PACE = text("""
    INSERT INTO pacing (name, next_at_real) VALUES ('calls', clock_timestamp())
    ON CONFLICT DO NOTHING
""")
_COUNT = text("""
    INSERT INTO counters (name, count) VALUES (:name, 1)
    ON CONFLICT (name) DO UPDATE SET count = counters.count + 1
""")


class NotMigrated(Exception):
    """The database has no tables yet, or those of another version."""


class DatabaseAway(Exception):
    """Nothing answers at the database's address, or it does not let us in."""


class ServiceRecords:
    """What a process records about the service before and beside its work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin_service(self, scripts: list[dict[str, str]]) -> None:
        """Keep each script under its hash, and have a pace to keep; quiet if they are there.

        Raises `NotMigrated` where there are no tables to keep them in, and `DatabaseAway`.
        """
        try:
            with self._engine.begin() as connection:
                connection.execute(_PACE)
                connection.execute(_SCRIPT, scripts)
        except ProgrammingError as error:
            raise NotMigrated from error
        except OperationalError:
            raise DatabaseAway from None  # the driver's own text may hold the address

    def count(self, name: str) -> None:
        """Add one to a counter that holds no id."""
        with self._engine.begin() as connection:
            connection.execute(_COUNT, {"name": name})
