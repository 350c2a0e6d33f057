"""Signs of life in the database: one row each, so that every process sees what all did."""

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, text

from contactbot.ports.heartbeats import Beat, Living

_BEAT = text("""
    INSERT INTO heartbeats (kind, name, at, at_real, detail)
    VALUES (:kind, :name, simulated_now(), clock_timestamp(), :detail)
    ON CONFLICT (kind, name) DO UPDATE
       SET at = excluded.at, at_real = excluded.at_real, detail = excluded.detail
""")
_BEATS = text("""
    SELECT kind, name, at, at_real, detail,
           extract(epoch FROM clock_timestamp() - at_real) AS silent
      FROM heartbeats ORDER BY kind, name
""")


class DatabaseHeartbeats:
    """The `Heartbeats` port."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, kind: Living, name: str, detail: str = "") -> None:
        """It lives, now."""
        with self._engine.begin() as connection:
            connection.execute(_BEAT, {"kind": kind, "name": name, "detail": detail})

    def beats(self) -> Sequence[Beat]:
        """The last sign of life of each, by kind and name."""
        with self._engine.connect() as connection:
            return read_beats(connection)


def read_beats(connection: Connection) -> Sequence[Beat]:
    """The same, on a connection of the caller's."""
    return [
        Beat(Living(row.kind), row.name, row.at, row.at_real, float(row.silent), row.detail)
        for row in connection.execute(_BEATS)
    ]
