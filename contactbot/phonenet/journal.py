"""An append-only file of what happened, so that a crash of the network loses no ground truth."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Journal:
    """One JSON object a line; each reaches the operating system before the next step.

    What belongs together is written by one call of the operating system, which a killed process
    has either made or not: there is never a half of it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file = -1
        self._depth = 0
        self._lines: list[str] = []

    def read(self) -> Iterator[Mapping[str, Any]]:
        """Every whole line; a last line cut short by a crash is passed over."""
        if self._path is None or not self._path.exists():
            return
        with self._path.open(encoding="utf-8", errors="replace") as kept:
            for line in kept:
                if line.endswith("\n"):
                    yield json.loads(line)

    def open(self) -> None:
        """Start writing after the last whole line; what a crash cut short is cut off."""
        if self._path is None:
            return
        if self._path.exists():
            os.truncate(self._path, _whole_lines(self._path))
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    @property
    def kept(self) -> bool:
        """Whether anything is written at all."""
        return self._file >= 0

    def write(self, kind: str, record: Mapping[str, Any]) -> None:
        """Add one line."""
        if self.kept:
            self._lines.append(json.dumps({"kind": kind, **record}, ensure_ascii=False) + "\n")
            self._flush()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Lines of this block reach the file at its end, all or none; nothing may wait in it."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._flush()

    def _flush(self) -> None:
        if self._depth or not self._lines:
            return
        data = "".join(self._lines).encode()
        self._lines.clear()
        while data:
            data = data[os.write(self._file, data) :]

    def close(self) -> None:
        """Write no more."""
        if self.kept:
            os.close(self._file)
            self._file = -1


def _whole_lines(path: Path) -> int:
    """How many bytes the file has up to the end of its last whole line."""
    length = at = path.stat().st_size
    with path.open("rb") as kept:
        while at > 0:
            begin = max(0, at - 65536)
            kept.seek(begin)
            found = kept.read(at - begin).rfind(b"\n")
            if found >= 0:
                return begin + found + 1
            at = begin
    return 0 if length else length
