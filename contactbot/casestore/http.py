"""A case store that is reached by HTTP, as docs/casestore.openapi.yaml has it.

Every write carries an Idempotency-Key, so that one whose outcome is unknown is sent again; what
replaces a part of a case carries If-Match. How far events and referral files were read is kept
at the case store, under our name, so any number of workers share it.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contactbot.casestore.event_lines import read_batch, read_time
from contactbot.casestore.folder import line_of, rejected_lines, write_whole
from contactbot.casestore.http_client import CaseStoreClient, Reply, Unclear
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

# What replaces a part of a case instead of adding to it, and that part's address.
FACETS = {"contact_profile": "contact-profile", "status": "status"}
# A write whose outcome is unknown is sent so often in all before the next record's turn.
SENDS = 3
# Somebody may change the same part of a case between our look and our write.
LOOKS = 3
CHANGED, NEWER = 412, "The case store holds a newer entry, made there; a person has to compare."
REFUSALS: Mapping[str, str] = {
    "invalid": "The case store says that the record is not in the agreed form.",
    "unknown_case": "The case store knows no such case.",
    "unknown_type": "The case store does not take this type of record.",
    "too_long": "The record is too long for the case store.",
    "key_reused": "The case store has another record under the same id.",
}
BROKEN = "The case store fails at this record, though it takes others."
CONSUMER = "consumers/contactbot"
BEGINNING: Mapping[str, str] = {"events": "", "referrals": "", "refusals": ""}


@dataclass(frozen=True, slots=True)
class Position:
    """How far we have read, and the version of that note."""

    cursors: Mapping[str, str]
    tag: str


@dataclass
class Delivery:
    """The results of one delivery, record by record."""

    hand_over: Callable[[OutboundRecord], DeliveryResult]
    takes_writes: Callable[[], bool]
    results: list[DeliveryResult] = field(default_factory=list)
    _serves: bool = False
    _stopped: set[tuple[str, str]] = field(default_factory=set)

    def offer(self, record: OutboundRecord) -> None:
        """Hand one over. One the store breaks on is refused, if the store takes other writes."""
        case = (record.source_system, record.case_reference)
        if case in self._stopped:
            self.hold_back([record])
            return
        try:
            result = self.hand_over(record)
        except Unclear:
            self._serves = self._serves or self.takes_writes()
            if not self._serves:
                raise CaseStoreAway("the case store does not answer") from None
            result = DeliveryResult(record.id, Delivered.REFUSED, BROKEN)
        if result.outcome is Delivered.REFUSED:
            self._stopped.add(case)
        self._serves = self._serves or result.outcome is Delivered.ACCEPTED
        self.results.append(result)

    def hold_back(self, records: Sequence[OutboundRecord]) -> None:
        """These were not offered."""
        self.results += [DeliveryResult(record.id, Delivered.HELD_BACK) for record in records]


class HttpCaseStore:
    """The `CaseStore` port; `spool` is a folder for referral files while they are taken in."""

    def __init__(self, client: CaseStoreClient, spool: Path) -> None:
        self._client = client
        self._spool = spool
        self._contents: dict[str, bytes] = {}

    def deliver(self, records: Sequence[OutboundRecord]) -> Sequence[DeliveryResult]:
        """One request a record; once the store is away the rest is held back, to come again."""
        delivery = Delivery(self._hand_over, self._takes_writes)
        for place, record in enumerate(records):
            try:
                delivery.offer(record)
            except CaseStoreAway:
                if not delivery.results:
                    raise
                delivery.hold_back(records[place:])
                break
        return delivery.results

    def _takes_writes(self) -> bool:
        """Whether the store is well but for one record: it takes our note of how far we read."""
        try:
            position = self._position()
            return self._note(position, position.cursors).status in {200, CHANGED}
        except (CaseStoreAway, Unclear):
            return False

    def _hand_over(self, record: OutboundRecord) -> DeliveryResult:
        try:
            body = line_of(record)
        except ValueError as fault:
            return DeliveryResult(record.id, Delivered.REFUSED, str(fault))
        if record.type in FACETS:
            return self._replace(record, body)
        return result_of(record, self._write("POST", "records", str(record.id), body))

    def _replace(self, record: OutboundRecord, body: bytes) -> DeliveryResult:
        """Replace a part of a case, unless somebody there has changed it since our fact."""
        for _ in range(LOOKS):
            found = self._find(record)
            if found.status != 200:
                return result_of(record, found)
            case = object_of(found)
            facet = case["facets"][record.type]
            if newer_than(facet["changed_at"], record.occurred_at):
                return DeliveryResult(record.id, Delivered.REFUSED, NEWER)
            path = f"cases/{case['case']}/{FACETS[record.type]}"
            reply = self._write("PUT", path, str(record.id), body, {"If-Match": facet["etag"]})
            if reply.status != CHANGED:
                return result_of(record, reply)
        return DeliveryResult(record.id, Delivered.REFUSED, NEWER)

    def _find(self, record: OutboundRecord) -> Reply:
        """A reading, though by POST: a case's reference belongs in no address."""
        names = {
            "source_system": record.source_system,
            "case_reference": record.case_reference,
        }
        return self._write("POST", "cases/search", str(record.id), json.dumps(names).encode())

    def _write(
        self,
        method: str,
        path: str,
        key: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A write, sent again under the same key while its outcome is unknown; `Unclear`."""
        kind = {"Content-Type": "application/json", "Idempotency-Key": key}
        for last in (False,) * (SENDS - 1) + (True,):
            try:
                return self._client.send(
                    method, path, headers=kind | dict(headers or {}), body=body
                )
            except Unclear:
                if last:
                    raise
        raise AssertionError("unreachable")

    def fetch_events(self) -> Iterator[EventBatch]:
        """One batch a page, from where we stopped; each is asked for when the last one is done."""
        for cursor, content in self._pages("events"):
            yield read_batch(cursor, content)

    def acknowledge(self, batch: EventBatch, faults: Sequence[EventFault]) -> None:
        self._done("events", batch.name, faults)

    def fetch_refusals(self) -> Iterator[RefusalBatch]:
        """One batch a page, as with events."""
        for cursor, content in self._pages("refusals"):
            yield read_refusals(cursor, content)

    def acknowledge_refusals(self, batch: RefusalBatch, faults: Sequence[EventFault]) -> None:
        self._done("refusals", batch.name, faults)

    def _pages(self, what: str) -> Iterator[tuple[str, bytes]]:
        """The pages of a list since the one we did last, each under the cursor that follows it."""
        since, more = self._position().cursors[what], True
        while more:
            reply = self._read(what, {"since": since})
            since = reply.headers.get("next-cursor", "")
            more = reply.headers.get("more") == "1"
            if not since:
                raise CaseStoreAway(f"the case store does not say where its {what} go on")
            if reply.body.strip():
                self._contents[f"{what} {since}"] = reply.body
                yield since, reply.body

    def _done(self, what: str, cursor: str, faults: Sequence[EventFault]) -> None:
        content = self._contents.pop(f"{what} {cursor}", b"")
        if faults and content:
            self._give_back(f"{what} {cursor}", rejected_lines(content, faults))
        self._advance(what, cursor)

    def referral_files(self) -> Sequence[ReferralFileOffer]:
        """Each file since the last one we finished, fetched whole; it stays here until finished."""
        since = self._position().cursors["referrals"]
        listed = object_of(self._read("referrals", {"since": since}))["files"]
        return [self._fetched(str(file["cursor"]), str(file["id"])) for file in listed]

    def _fetched(self, cursor: str, name: str) -> ReferralFileOffer:
        if not (name.isascii() and name.isalnum()):
            raise CaseStoreAway("the case store names a file in a way that cannot be asked for")
        content = self._read(f"referrals/{name}").body
        self._spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._spool / f"{name}.csv"
        write_whole(path, content)
        path.chmod(0o600)
        self._contents[str(path)] = cursor.encode()
        return ReferralFileOffer(str(path), str(path.with_suffix(".rejects.csv")))

    def finish_referral_file(self, offer: ReferralFileOffer, *, read: bool) -> None:
        """Give back what could not be taken, go on to the next file, and keep nothing here."""
        path, rejects = Path(offer.path), Path(offer.rejects_path)
        if not read:
            self._give_back(f"referrals {path.stem}", path.read_bytes())
        elif rejects.exists():
            self._give_back(f"referrals {path.stem}", rejects.read_bytes())
        cursor = self._contents.pop(offer.path, b"").decode()
        if cursor:
            self._advance("referrals", cursor)
        for done in (path, rejects):
            done.unlink(missing_ok=True)

    def _give_back(self, about: str, content: bytes) -> None:
        key = str(uuid5(NAMESPACE_URL, f"contactbot rejects {about}"))
        try:
            reply = self._write("POST", "rejects", key, content, {"About": about})
        except Unclear:
            raise CaseStoreAway("the case store does not answer") from None
        if reply.status not in {200, 201}:
            raise CaseStoreAway(f"the case store answers HTTP {reply.status} to rejects")

    def _position(self) -> Position:
        reply = self._read(CONSUMER)
        cursors = {name: str(value) for name, value in object_of(reply).items()}
        return Position({**BEGINNING, **cursors}, reply.headers.get("etag", ""))

    def _advance(self, what: str, cursor: str) -> None:
        """Note how far we have read; if another worker did so meanwhile, things come once more."""
        position = self._position()
        try:
            reply = self._note(position, {**position.cursors, what: cursor})
        except Unclear:
            raise CaseStoreAway("the case store does not answer") from None
        if reply.status not in {200, CHANGED}:
            raise CaseStoreAway(f"the case store answers HTTP {reply.status}")

    def _note(self, position: Position, cursors: Mapping[str, str]) -> Reply:
        body = json.dumps(dict(cursors)).encode()
        key = str(uuid5(NAMESPACE_URL, f"contactbot {position.tag} {body!r}"))
        return self._write("PUT", CONSUMER, key, body, {"If-Match": position.tag})

    def _read(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        try:
            reply = self._client.send("GET", path, query=query)
        except Unclear:
            raise CaseStoreAway("the case store does not answer") from None
        if reply.status != 200:
            raise CaseStoreAway(f"the case store answers HTTP {reply.status}")
        return reply


def result_of(record: OutboundRecord, reply: Reply) -> DeliveryResult:
    """What a reply means for a record; a refusal is told in our own words, never in theirs."""
    if reply.status in {200, 201}:
        return DeliveryResult(record.id, Delivered.ACCEPTED)
    usual = f"The case store refused it with HTTP {reply.status}."
    try:
        code = str(object_of(reply).get("code"))
    except CaseStoreAway:
        code = ""
    return DeliveryResult(record.id, Delivered.REFUSED, REFUSALS.get(code, usual))


def object_of(reply: Reply) -> dict[str, Any]:
    """The JSON object of a reply; one that is none comes from something else than a case store."""
    try:
        given = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise CaseStoreAway("the case store does not answer in JSON") from None
    if not isinstance(given, dict):
        raise CaseStoreAway("the case store does not answer in JSON")
    return given


def newer_than(changed_at: object, ours: datetime) -> bool:
    """Whether the case store's own change came after our fact; one at no readable time did."""
    if changed_at is None:
        return False
    theirs = read_time(changed_at)
    return theirs is None or theirs > ours
