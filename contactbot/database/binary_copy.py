"""Many rows at once in PostgreSQL's binary format: into tables by COPY, into statements as arrays.

Values of any type but text are given as the bytes PostgreSQL keeps them in; the functions here make
them, and remember what comes again and again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain
from struct import pack
from typing import Any, Final
from uuid import UUID

from psycopg import Cursor
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.string import BytesBinaryDumper
from sqlalchemy import Connection, Table, Text

Value = str | bytes | None
NO: Final = b"\0"
YES: Final = b"\1"

_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_FIRST_DAY: Final = date(2000, 1, 1).toordinal()
_TEXT, _BYTES, _UUID = 25, 17, 2950


@lru_cache(maxsize=1024)
def moment(at: datetime | None) -> bytes | None:
    """A TIMESTAMPTZ."""
    return None if at is None else pack(">q", (at - _EPOCH) // timedelta(microseconds=1))


@lru_cache(maxsize=1024)
def day(on: date | None) -> bytes | None:
    """A DATE."""
    return None if on is None else pack(">i", on.toordinal() - _FIRST_DAY)


def flag(value: object) -> bytes:
    """A BOOLEAN."""
    return YES if value else NO


@lru_cache(maxsize=1024)
def small(number: int) -> bytes:
    """A SMALLINT."""
    return pack(">h", number)


@lru_cache(maxsize=1024)
def whole(number: int) -> bytes:
    """An INTEGER."""
    return pack(">i", number)


@lru_cache(maxsize=1024)
def words(texts: tuple[str, ...]) -> bytes:
    """A TEXT[]."""
    return _array(_TEXT, [text.encode() for text in texts])


@dataclass(frozen=True, slots=True)
class Listed:
    """An array parameter of a statement, ready as it is sent; the statement names its type."""

    data: bytes = field(repr=False)


def texts(values: Iterable[str]) -> Listed:
    """A parameter of type `text[]`."""
    return Listed(_array(_TEXT, [value.encode() for value in values]))


def byte_strings(values: Iterable[bytes | None]) -> Listed:
    """A parameter of type `bytea[]`."""
    return Listed(_array(_BYTES, list(values)))


def ids(values: Iterable[UUID]) -> Listed:
    """A parameter of type `uuid[]`."""
    return Listed(_array(_UUID, [value.bytes for value in values]))


def _array(kind: int, items: Sequence[bytes | None]) -> bytes:
    """One dimension, counted from 1."""
    if not items:
        return pack(">iii", 0, 0, kind)
    lengths = (b"\xff\xff\xff\xff" if item is None else pack(">i", len(item)) for item in items)
    parts = chain.from_iterable(zip(lengths, (item or b"" for item in items), strict=True))
    holes = int(None in items)
    return pack(">iiiii", 1, holes, kind, len(items), 1) + b"".join(parts)


class _ListedDumper(Dumper):
    """Sends an array as it is; its type is written in the statement."""

    format = Format.BINARY

    def dump(self, obj: Listed) -> bytes:
        return obj.data


class Bulk:
    """A connection's bulk statements; they belong to the transaction that is open on it."""

    def __init__(self, connection: Connection) -> None:
        raw: Any = connection.connection.driver_connection
        raw.adapters.register_dumper(Listed, _ListedDumper)
        # The last one registered for a type is used by COPY; this one is the fastest.
        raw.adapters.register_dumper(bytes, BytesBinaryDumper)
        self._raw = raw

    def ask(self, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows a statement finds; parameters are written `%(name)s`."""
        cursor: Cursor[tuple[Any, ...]] = self._raw.cursor(binary=True)
        with cursor:
            return cursor.execute(statement, values).fetchall()

    def run(self, statement: str, values: Mapping[str, Any]) -> None:
        """A statement that finds nothing."""
        with self._raw.cursor() as cursor:
            cursor.execute(statement, values)

    def copy(self, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
        """Put new rows into a table; text columns take `str`, every other column bytes."""
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in columns)
        kinds = ["text" if isinstance(table.c[name].type, Text) else "bytea" for name in columns]
        with self._raw.cursor() as cursor:
            statement = f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)"
            with cursor.copy(statement) as copy:
                copy.set_types(kinds)
                for row in rows:
                    copy.write_row(row)
