"""An append-only file of what happened, so that a crash of the network loses no ground truth."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO


class Journal:
    """One JSON object a line; each line reaches the operating system before the next step."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Every whole line; a last line cut short by a crash is passed over."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as kept:
            for line in kept:
                if line.endswith("\n"):
                    yield json.loads(line)

    def open(self) -> None:
        """Start writing after what is there, on a fresh line if a crash cut the last one short."""
        if self._path is None:
            return
        cut_short = self._path.exists() and self._path.read_bytes()[-1:] not in {b"", b"\n"}
        if cut_short:
            whole = self._path.read_bytes().rpartition(b"\n")
            self._path.write_bytes(whole[0] + whole[1])
        self._file = self._path.open("a", encoding="utf-8", buffering=1)

    def write(self, kind: str, record: Mapping[str, Any]) -> None:
        """Add one line."""
        if self._file is not None:
            self._file.write(json.dumps({"kind": kind, **record}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._file.close()
