"""A case store that is a folder: batches appear in `outbox/`, files are taken from `inbox/`.

outbox/000000000001-000000000500.ndjson   a batch, whole or not at all; take it or leave it
inbox/*.csv, inbox/events*.ndjson         put here under another name first, then renamed
inbox/done/                               what was read
rejects/                                  lines and files of ours that a person has to mend
rejects/outbox*.ndjson                    put here by the case store: records it refuses, and why
rejects/done/                             what was read of these
"""

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from contactbot.casestore.event_lines import read_batch
from contactbot.casestore.refusal_lines import read_refusals
from contactbot.ports.casestore import (
    CaseStoreAway,
    Delivered,
    DeliveryResult,
    EventBatch,
    EventFault,
    OutboundRecord,
    ReferralFileOffer,
    RefusalBatch,
)

MAX_RECORD_BYTES = 1 << 20
MAX_EVENT_FILE_BYTES = 64 << 20
FOLDERS = ("outbox", "inbox", "inbox/done", "rejects")
UNREAD = "not-read-"


class FolderCaseStore:
    """The `CaseStore` port on a folder both sides can reach; missing parts of it are made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sizes: dict[str, int] = {}

    def deliver(self, records: Sequence[OutboundRecord]) -> Sequence[DeliveryResult]:
        """Write one file, named by its first and last record: the same records, the same file.

        Records tried again may begin and end as an earlier batch did: that one is left alone.
        """
        lines: list[tuple[OutboundRecord, bytes]] = []
        results: list[DeliveryResult] = []
        refused: set[tuple[str, str]] = set()
        for record in records:
            case = (record.source_system, record.case_reference)
            if case in refused:
                results.append(DeliveryResult(record.id, Delivered.HELD_BACK))
                continue
            try:
                lines.append((record, line_of(record)))
                results.append(DeliveryResult(record.id, Delivered.ACCEPTED))
            except ValueError as fault:
                refused.add(case)
                results.append(DeliveryResult(record.id, Delivered.REFUSED, str(fault)))
        if lines:
            name = f"{lines[0][0].position:012}-{lines[-1][0].position:012}.ndjson"
            content = b"".join(line for _, line in lines)
            with self._reached():
                write_whole(own_place(self._folder / "outbox" / name, content), content)
        return results

    def fetch_refusals(self) -> Iterator[RefusalBatch]:
        """One batch a file, in order of names."""
        with self._reached():
            paths = sorted((self._folder / "rejects").glob("outbox*.ndjson"))
        for path in paths:
            with self._reached():
                if path.stat().st_size > MAX_EVENT_FILE_BYTES:
                    reject_whole(path, self._folder / "rejects", f"{UNREAD}{path.name}")
                    continue
                content = path.read_bytes()
            self._sizes[path.name] = len(content)
            yield read_refusals(path.name, content)

    def acknowledge_refusals(self, batch: RefusalBatch, faults: Sequence[EventFault]) -> None:
        """Put the file away; what could not be read stays among the rejects under another name."""
        rejects = self._folder / "rejects"
        self._put_away(rejects / batch.name, faults, rejects / "done", f"{UNREAD}{batch.name}")

    def fetch_events(self) -> Iterator[EventBatch]:
        """One batch a file, in order of names."""
        with self._reached():
            paths = sorted((self._folder / "inbox").glob("events*.ndjson"))
        for path in paths:
            with self._reached():
                size = path.stat().st_size
                if size > MAX_EVENT_FILE_BYTES:
                    reject_whole(path, self._folder / "rejects")
                    continue
                content = path.read_bytes()
            self._sizes[path.name] = len(content)
            yield read_batch(path.name, content)

    def acknowledge(self, batch: EventBatch, faults: Sequence[EventFault]) -> None:
        inbox = self._folder / "inbox"
        self._put_away(inbox / batch.name, faults, inbox / "done", batch.name)

    def _put_away(
        self, path: Path, faults: Sequence[EventFault], done: Path, rejected_as: str
    ) -> None:
        with self._reached():
            if not path.exists():  # another worker acknowledged it
                return
            content = path.read_bytes()
            if len(content) != self._sizes.pop(path.name, None):
                return
            if faults:
                rejected = rejected_lines(content, faults)
                write_whole(unused(self._folder / "rejects", rejected_as), rejected)
            done.mkdir(exist_ok=True)
            path.replace(unused(done, path.name))

    def referral_files(self) -> Sequence[ReferralFileOffer]:
        with self._reached():
            paths = sorted((self._folder / "inbox").glob("*.csv"))
        rejects = self._folder / "rejects"
        return [
            ReferralFileOffer(str(path), str(unused(rejects, path.name)))
            for path in paths
            if not path.name.startswith(".")
        ]

    def finish_referral_file(self, offer: ReferralFileOffer, *, read: bool) -> None:
        path = Path(offer.path)
        with self._reached():
            if not path.exists():
                return
            if read:
                path.replace(unused(self._folder / "inbox" / "done", path.name))
            else:
                reject_whole(path, self._folder / "rejects")

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            for name in FOLDERS:
                (self._folder / name).mkdir(parents=True, exist_ok=True)
            yield
        except OSError as fault:
            raise CaseStoreAway(f"the case store's folder: {fault.strerror}") from None


def line_of(record: OutboundRecord) -> bytes:
    """The record as one line of JSON; `ValueError` if it cannot be one."""
    fields = {
        "id": str(record.id),
        "type": record.type,
        "case_reference": record.case_reference,
        "source_system": record.source_system,
        "occurred_at": in_utc(record.occurred_at),
        "recorded_at": in_utc(record.recorded_at),
        "sequence": record.sequence,
        "schema": record.schema,
        "body": dict(record.body),
    }
    try:
        line = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except (TypeError, ValueError, RecursionError):
        raise ValueError("the record cannot be written as JSON") from None
    if len(line) > MAX_RECORD_BYTES:
        raise ValueError("the record is longer than 1 MB")
    return line


def in_utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def write_whole(path: Path, content: bytes) -> None:
    """The file with this content, or no trace of it, whatever stops the machine meanwhile."""
    partial = path.with_name(f".{path.name}.partial")
    file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(file, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def unused(folder: Path, name: str) -> Path:
    """A path in the folder that nothing has yet, made from the name."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def own_place(path: Path, content: bytes) -> Path:
    """Where this content goes: not onto a file of another content, which stays as it is."""
    if not path.exists() or path.read_bytes() == content:
        return path
    return path.with_stem(f"{path.stem}-{sha256(content).hexdigest()[:8]}")


def reject_whole(path: Path, rejects: Path, name: str = "") -> None:
    path.replace(unused(rejects, name or path.name))


def rejected_lines(content: bytes, faults: Sequence[EventFault]) -> bytes:
    """Each faulty line as it was given, with its number and what is wrong with it."""
    given = content.split(b"\n")
    rejected = [
        {
            "line": fault.line,
            "reason": fault.reason,
            "given": given[fault.line - 1].decode("utf-8", "replace"),
        }
        for fault in faults
    ]
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in rejected).encode()
