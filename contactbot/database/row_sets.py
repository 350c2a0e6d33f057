"""Many rows handed to PostgreSQL in one value: quicker by far than an array for each column."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID


def row_set(rows: Iterable[Mapping[str, object]]) -> str:
    """The rows as JSON for `json_to_recordset`; bytes in hexadecimal, for `decode(…, 'hex')`."""
    return json.dumps(list(rows), default=_written, ensure_ascii=False)


def id_set(ids: Iterable[UUID]) -> str:
    """The ids as PostgreSQL writes an array of them, for `CAST(… AS uuid[])`."""
    return "{" + ",".join(map(str, ids)) + "}"


def _written(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no row set holds a {type(value).__name__}")
