"""Records the case store refuses after it took them, as lines of JSON: an id of ours and why."""

from uuid import UUID

from contactbot.casestore.event_lines import NotAnEvent, read_object
from contactbot.ports.casestore import EventFault, Refusal, RefusalBatch

LONGEST_REASON = 300


def read_refusals(name: str, content: bytes) -> RefusalBatch:
    """All refusals of a file in order, and a fault for each line that is none; lines from 1."""
    refusals: list[Refusal] = []
    faults: list[EventFault] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            refusals.append(read_refusal(line, number))
        except NotAnEvent as fault:
            faults.append(EventFault(number, str(fault)))
    return RefusalBatch(name, tuple(refusals), tuple(faults))


def read_refusal(line: bytes, number: int) -> Refusal:
    """The refusal of one line; raises `NotAnEvent`. Whatever else the line says is left alone."""
    fields = read_object(line)
    try:
        record_id = UUID(str(fields.get("id")))
    except ValueError:
        raise NotAnEvent("There is no id of a record.") from None
    return Refusal(record_id, plain(str(fields.get("reason") or "")), number)


def plain(reason: str) -> str:
    """The reason as it can be shown on a page: one line, not too long."""
    shown = "".join(letter if letter.isprintable() else " " for letter in reason)
    return " ".join(shown.split())[:LONGEST_REASON]
