"""Brings the database's schema up or down, and says where it differs from the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from contactbot.database.tables import APPEND_ONLY, metadata

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
OLDEST_SERVER = (15,)  # unique indexes that take two NULLs for equal
ADVISORY_LOCK = 7_206_304_117  # any number nobody else uses: one process migrates at a time
SHADOW = "contactbot_check"

# Every column, constraint and index of the schema named by the search path, as PostgreSQL itself
# writes them: partial predicates, checks and defaults included, which Alembic does not compare.
DEFINITIONS = text("""
    SELECT format('%s.%s: column %s%s%s', relname, attname,
                  format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' NOT NULL' END,
                  coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid),
                           CASE WHEN attidentity <> '' THEN ' IDENTITY' END))
      FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
       AND attnum > 0 AND NOT attisdropped AND relname <> 'alembic_version'
    UNION ALL
    SELECT format('%s.%s: %s', relname, conname, pg_get_constraintdef(pg_constraint.oid))
      FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid
     WHERE connamespace = current_schema()::regnamespace AND relname <> 'alembic_version'
    UNION ALL
    SELECT format('%s.%s: %s', tablename, indexname,
                  replace(indexdef, ' ' || schemaname || '.', ' '))
      FROM pg_indexes WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
""")
GUARDED = text("""
    SELECT relname FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
     WHERE tgname = 'append_only' AND tgenabled = 'A'
       AND relnamespace = current_schema()::regnamespace
""")


class MigrationFault(Exception):
    """A migration cannot be run; nothing was changed."""


def upgrade(engine: Engine, to: str = "head") -> None:
    """Bring the schema up to a revision, whole or not at all; many processes may ask at once."""
    with _alone(engine) as connection:
        command.upgrade(_config(connection), to)


def downgrade(engine: Engine, to: str = "-1") -> None:
    """Take the schema down to a revision, by default the one before; `base` empties it."""
    with _alone(engine) as connection:
        command.downgrade(_config(connection), to)


def check(engine: Engine) -> list[str]:
    """What differs between models, migrations and this database, a sentence each; [] = nothing.

    The tables are made once more in a schema that is rolled back, and the two are compared.
    """
    with _alone(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        wanted = ScriptDirectory.from_config(_config(connection)).get_current_head()
        if found != wanted:
            return [f"The database is at revision {found}; the newest migration is {wanted}."]
        there = _definitions(connection)
        guarded = set(connection.scalars(GUARDED))
        modelled = _modelled(connection)
        connection.rollback()
    return [
        *(f"The database lacks {line}" for line in sorted(modelled - there)),
        *(f"The models lack {line}" for line in sorted(there - modelled)),
        *(f"Nothing keeps {table} append-only." for table in sorted(set(APPEND_ONLY) - guarded)),
    ]


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One transaction while which no other process migrates."""
    with _in_our_words(), engine.begin() as connection:
        if (connection.dialect.server_version_info or ()) < OLDEST_SERVER:
            raise MigrationFault("The database must be PostgreSQL 15 or newer.")
        connection.execute(text("SET LOCAL statement_timeout = '15min'"))
        connection.execute(text("SET LOCAL lock_timeout = '5min'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        # From here on whoever waits for a table's lock makes everybody behind it wait too.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        yield connection


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise MigrationFault(str(error)) from error
    except OperationalError as error:  # not there, not let in, or waited in vain for a lock
        raise MigrationFault(f"The database refused: {error.orig}") from error


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config


def _definitions(connection: Connection) -> set[str]:
    return set(connection.scalars(DEFINITIONS))


def _modelled(connection: Connection) -> set[str]:
    connection.execute(text(f"CREATE SCHEMA {SHADOW}"))
    connection.execute(text(f"SET LOCAL search_path = {SHADOW}"))
    metadata.create_all(connection, checkfirst=False)
    return _definitions(connection)
