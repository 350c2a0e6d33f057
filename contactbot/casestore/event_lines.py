"""Events as lines of JSON: read whatever can be understood, name every line that cannot.

An event can only make contact safer, so it is read generously: a time that cannot be read or a
body that is none does not stop it. What names the case and the event must be there.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from contactbot.ports.casestore import EventBatch, EventFault, InboundEvent

MAX_LINE_BYTES = 64 * 1024
MAX_NAME = 200
NAMES = ("id", "type", "source_system", "case_reference")


class NotAnEvent(ValueError):
    """A line cannot be read as an event; says why and quotes nothing."""


def read_batch(name: str, content: bytes) -> EventBatch:
    """All events of a file in order, and a fault for each line that is none; lines from 1."""
    events: list[InboundEvent] = []
    faults: list[EventFault] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            events.append(read_event(line, number))
        except NotAnEvent as fault:
            faults.append(EventFault(number, str(fault)))
    return EventBatch(name, tuple(events), tuple(faults))


def read_event(line: bytes, number: int) -> InboundEvent:
    """The event of one line; raises `NotAnEvent`."""
    fields = read_object(line)
    names = {name: read_name(fields, name) for name in NAMES}
    body = fields.get("body")
    return InboundEvent(
        **names,
        occurred_at=read_time(fields.get("occurred_at")),
        body=body if isinstance(body, dict) else {},
        line=number,
    )


def read_object(line: bytes) -> Mapping[str, Any]:
    if len(line) > MAX_LINE_BYTES:
        raise NotAnEvent("The line is longer than 64 KB.")
    try:
        fields = json.loads(line.decode())
    except UnicodeDecodeError:
        raise NotAnEvent("The line is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise NotAnEvent("The line is not JSON.") from None
    if not isinstance(fields, dict):
        raise NotAnEvent("The line is not a JSON object.")
    return fields


def read_name(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not text.strip():
        raise NotAnEvent(f"There is no {name}.")
    if len(text) > MAX_NAME or not text.isprintable():
        raise NotAnEvent(f"The {name} is too long or holds control characters.")
    return text.strip()


def read_time(value: object) -> datetime | None:
    """The moment in UTC; None where there is none or its zone is not said."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
