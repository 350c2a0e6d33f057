"""What the twin has applied, kept in a file, so that being killed makes it forget nothing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Line = dict[str, Any]


class Journal:
    """NDJSON, appended; a last line cut short is cut off."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1

    def read(self) -> Iterator[Line]:
        """Every whole line, then open for writing."""
        if self._path is None:
            return
        kept = self._path.read_bytes() if self._path.exists() else b""
        whole = kept[: kept.rfind(b"\n") + 1]
        for line in whole.splitlines():
            yield json.loads(line)
        if len(whole) < len(kept):
            os.truncate(self._path, len(whole))
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, values: Line) -> None:
        """Add one line, by one call of the operating system."""
        if self._file >= 0:
            line = json.dumps({"kind": kind, **values}, ensure_ascii=False) + "\n"
            os.write(self._file, line.encode())
