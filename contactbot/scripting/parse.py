"""Reads a script's TOML into the model, collecting every fault with its line."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from contactbot.scripting.errors import Fault
from contactbot.scripting.model import (
    FIELDS,
    HOST_ENDINGS,
    KINDS,
    STAR_STEP,
    AnyStep,
    Ending,
    Field,
    Role,
    Script,
)

LARGEST_SCRIPT = 200_000  # characters
MOST_STEPS = 200
HEAD_KEYS = ("name", "version")
TOP_KEYS = {*HEAD_KEYS, "star_menu", "step"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_STEP_HEADING = re.compile(r"^\s*\[\[\s*step\s*\]\]")


def read_script(text: str, file: str) -> tuple[Script | None, tuple[Fault, ...]]:
    """The script, or None with everything that keeps it from being read."""
    if len(text) > LARGEST_SCRIPT:
        return None, (
            Fault(file, 0, "", "size", "The script is too big.", "Split it into several scripts."),
        )
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return None, (_syntax_fault(file, error),)
    reader = _Reader(text, file)
    script = reader.script(table)
    return (None if reader.faults else script), tuple(reader.faults)


def _syntax_fault(file: str, error: Exception) -> Fault:
    found = re.search(r"line (\d+)", str(error))
    return Fault(
        file=file,
        line=int(found.group(1)) if found else 0,
        step="",
        rule="syntax",
        message=f"This is not TOML: {error}.",
        remedy="Mend the line; texts stand between double quotes.",
    )


class _Reader:
    """Turns tables into steps and remembers what was wrong."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._lines = text.splitlines()
        self._headings = [
            number for number, line in enumerate(self._lines, 1) if _STEP_HEADING.match(line)
        ]

    def script(self, table: Mapping[str, Any]) -> Script:
        self._check_top(table)
        steps: dict[str, AnyStep] = {}
        lines: dict[str, int] = {}
        for number, row in enumerate(self._rows(table)):
            line = self._headings[number] if number < len(self._headings) else 0
            step = self._step(row, line)
            if step is None:
                continue
            if step.id in steps:
                self._fault(line, step.id, "duplicate", "This id is used twice.", "Rename one.")
            steps[step.id], lines[step.id] = step, line
        return Script(
            name=str(table.get("name")),
            version=str(table.get("version")),
            star_menu=str(table.get("star_menu", "")),
            steps=steps,
            hash=_canonical_hash(table),
            lines=lines,
        )

    def _check_top(self, table: Mapping[str, Any]) -> None:
        for key in HEAD_KEYS:
            if not isinstance(table.get(key), str) or not table[key].strip():
                self._fault(1, "", "head", f"{key} is missing.", f'Write {key} = "…" at the top.')
        if not isinstance(table.get("star_menu", ""), str):
            self._fault(1, "", "type", "star_menu is not a text.", "Put it in double quotes.")
        if not _NAME.fullmatch(str(table.get("name"))):
            self._fault(1, "", "name", "The name is not usable.", "Use a-z, 0-9 and _ only.")
        for key in sorted(table.keys() - TOP_KEYS):
            self._fault(1, "", "unknown_key", f"{key} is not known here.", "Take it out.")

    def _rows(self, table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        rows = table.get("step")
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self._fault(1, "", "no_steps", "There are no steps.", "Add [[step]] tables.")
            return
        if len(rows) > MOST_STEPS:
            self._fault(1, "", "size", "There are too many steps.", "Split the script.")
            return
        yield from rows

    def _step(self, row: Mapping[str, Any], line: int) -> AnyStep | None:
        before = len(self.faults)
        name = row.get("id")
        step_id = name if isinstance(name, str) else ""
        kind = KINDS.get(row["kind"]) if isinstance(row.get("kind"), str) else None
        if kind is None:
            known = ", ".join(KINDS)
            self._fault(line, step_id, "kind", "The kind of step is not known.", f"Use {known}.")
            return None
        self._check_id(kind, step_id, line)
        known_fields = FIELDS[kind]
        for key in sorted(row.keys() - {"kind"} - {field.name for field in known_fields}):
            self._fault(line, step_id, "unknown_key", f"{key} is not known here.", "Take it out.")
        for field in known_fields:
            self._check_field(field, row, line, step_id)
        if len(self.faults) > before:
            return None
        return kind(**{key: value for key, value in row.items() if key != "kind"})

    def _check_id(self, kind: type[AnyStep], step_id: str, line: int) -> None:
        if not _NAME.fullmatch(step_id) or step_id == STAR_STEP:
            self._fault(line, step_id, "name", "The id is not usable.", "Use a-z, 0-9 and _ only.")
        is_end = kind is KINDS["end"]
        endings = {ending.value for ending in Ending} - HOST_ENDINGS
        if is_end and step_id not in endings:
            names = ", ".join(sorted(endings))
            self._fault(line, step_id, "ending", "No ending has this name.", f"Use one of {names}.")

    def _check_field(self, field: Field, row: Mapping[str, Any], line: int, step_id: str) -> None:
        if field.name not in row:
            if field.required:
                message = f"{field.name} is missing."
                self._fault(line, step_id, "missing_key", message, f"Add {field.name} = …")
            return
        value = row[field.name]
        wanted = bool if field.role is Role.FLAG else str
        if not isinstance(value, wanted):
            remedy = "Write true or false." if wanted is bool else "Put it in double quotes."
            self._fault(line, step_id, "type", f"{field.name} has the wrong type.", remedy)
        elif isinstance(value, str) and not value.strip():
            self._fault(
                line, step_id, "empty", f"{field.name} is empty.", "Write it, or leave out."
            )

    def _fault(self, line: int, step: str, rule: str, message: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, step, rule, message, remedy))


def _canonical_hash(table: Mapping[str, Any]) -> str:
    """SHA-256 of what the script says: comments and spacing change nothing."""
    canonical = json.dumps(table, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
