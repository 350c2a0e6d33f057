"""What the pretended case store holds, and how often it was told: the ground truth of tests."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any

from contactbot.casestore_twin.journal import Journal, Line
from contactbot.casestore_twin.shape import Problem

CONSUMER = {"events": "", "referrals": "", "refusals": ""}


@dataclass(slots=True)
class Facet:
    """One part of a case that is replaced and not added to; `changed_at` is ISO, UTC."""

    version: int = 0
    changed_at: str = ""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def tag(self) -> str:
        """The ETag of this version."""
        return f'"{self.version}"'


class Truth:
    """Every effect, in order; all methods are safe to call from many threads."""

    def __init__(self, journal: Journal) -> None:
        self._lock = threading.RLock()
        self._journal = journal
        self._answers: dict[str, tuple[str, int]] = {}
        self._facets: dict[tuple[str, str], Facet] = {}
        self._cases: dict[str, str] = {}
        self._newest: dict[str, int] = {}
        self.applied: list[Line] = []
        self.received: Counter[str] = Counter()
        self.violations: list[Line] = []
        self.events: list[Line | str] = []
        self.refusals: list[Line | str] = []
        self.referrals: list[Line] = []
        self.rejects: list[Line] = []
        self.consumer = dict(CONSUMER)
        self.consumer_version = 0
        self._moved_by = ""
        for line in journal.read():
            self._recall(line)

    def _recall(self, line: Line) -> None:
        match line.pop("kind"):
            case "applied":
                self._apply(line)
            case "edited":
                self._edit(line["case"], line["facet"], line["changed_at"], line["body"])
            case "event":
                self.events.append(line["event"])
            case "refusal":
                self.refusals.append(line["refusal"])
            case "referrals":
                self.referrals.append(line)
            case "rejected":
                self.rejects.append(line)
                self._answers[line["key"]] = (line["digest"], 201)
            case "consumer":
                self.consumer, self.consumer_version = line["cursors"], line["version"]
            case _:
                pass

    def case_of(self, source_system: str, reference: str) -> str:
        """The opaque name under which a case is addressed."""
        with self._lock:
            name = f"{source_system} {reference}"
            case = sha256(name.encode()).hexdigest()[:24]
            self._cases[case] = name
            return case

    def name_of(self, case: str) -> str | None:
        """Source system and reference of a case."""
        return self._cases.get(case)

    def facet(self, case: str, name: str) -> Facet:
        """One part of a case, empty if nobody wrote it yet."""
        with self._lock:
            return self._facets.setdefault((case, name), Facet())

    def take(self, record: Line, key: str, digest: str, facet: str = "", tag: str = "") -> int:
        """Apply a record once for each key: 201, or 200 for one that was applied before.

        `key` is "" in a store that forgets keys. Raises `Problem`: 409 `key_reused` for another
        record under the same key, 412 `changed` if `tag` is not the facet's version any more.
        """
        with self._lock:
            self.received[record["id"]] += 1
            known = self._answers.get(key) if key else None
            if known is not None:
                if known[0] != digest:
                    raise Problem(409, "key_reused")
                return 200
            case = self.case_of(record["source_system"], record["case_reference"])
            if facet and tag != self.facet(case, facet).tag:
                raise Problem(412, "changed")
            line = {"record": record, "key": key, "digest": digest, "case": case, "facet": facet}
            self._apply(line)
            self._journal.write("applied", line)
            return 201

    def _apply(self, line: Line) -> None:
        record, case = line["record"], line["case"]
        self._cases[case] = f"{record['source_system']} {record['case_reference']}"
        if line["key"]:
            self._answers[line["key"]] = (line["digest"], 201)
        if line["facet"]:
            self._edit(case, line["facet"], record["occurred_at"], record["body"])
        if record["sequence"] <= self._newest.get(case, 0):
            self.violations.append({"id": record["id"], "broken": "order_within_case"})
        self._newest[case] = max(record["sequence"], self._newest.get(case, 0))
        self.applied.append(record)

    def _edit(self, case: str, name: str, changed_at: str, body: Mapping[str, Any]) -> None:
        facet = self._facets.setdefault((case, name), Facet())
        facet.version += 1
        facet.changed_at, facet.body = changed_at, body

    def edit(self, case: str, name: str, changed_at: str, body: Mapping[str, Any]) -> None:
        """Somebody at the case store changes a part of a case themselves."""
        with self._lock:
            self._edit(case, name, changed_at, body)
            line = {"case": case, "facet": name, "changed_at": changed_at, "body": dict(body)}
            self._journal.write("edited", line)

    def keep_reject(self, about: str, key: str, digest: str, content: str) -> int:
        """What the other side could not use, once for each key."""
        with self._lock:
            if key in self._answers:
                return 200
            line = {"about": about, "key": key, "digest": digest, "content": content}
            self._answers[key] = (digest, 201)
            self.rejects.append(line)
            self._journal.write("rejected", line)
            return 201

    def add_event(self, event: Line | str) -> None:
        """Something for the other side to read; a text stands for a line that is no event."""
        with self._lock:
            self.events.append(event)
            self._journal.write("event", {"event": event})

    def add_refusal(self, refusal: Line | str) -> None:
        """A record that was taken and is not wanted after all."""
        with self._lock:
            self.refusals.append(refusal)
            self._journal.write("refusal", {"refusal": refusal})

    def add_referrals(self, name: str, content: str) -> Line:
        """A referral file for the other side to read."""
        with self._lock:
            number = len(self.referrals) + 1
            line = {"id": f"f{number}", "cursor": str(number), "name": name, "content": content}
            self.referrals.append(line)
            self._journal.write("referrals", line)
            return line

    def move_consumer(self, cursors: Mapping[str, str], tag: str, key: str) -> str:
        """Keep how far the other side has read; `Problem` 412 if another one did so meanwhile."""
        with self._lock:
            if key == self._moved_by:
                return f'"{self.consumer_version}"'
            if tag != f'"{self.consumer_version}"':
                raise Problem(412, "changed")
            self.consumer = CONSUMER | {name: str(cursors[name]) for name in CONSUMER}
            self.consumer_version, self._moved_by = self.consumer_version + 1, key
            line = {"cursors": self.consumer, "version": self.consumer_version}
            self._journal.write("consumer", line)
            return f'"{self.consumer_version}"'

    def as_json(self) -> Line:
        """All of it: each effect with how often it was had, and how often it was asked for."""
        with self._lock:
            times = Counter(record["id"] for record in self.applied)
            first = {record["id"]: record for record in reversed(self.applied)}
            in_order = sorted(first.values(), key=self.applied.index)
            return {
                "applied": [record | {"times": times[record["id"]]} for record in in_order],
                "received": dict(self.received),
                "violations": list(self.violations),
                "rejects": list(self.rejects),
                "consumer": dict(self.consumer),
                "facets": [
                    {"case": self._cases.get(case, ""), "facet": name, **asdict(facet)}
                    for (case, name), facet in self._facets.items()
                    if facet.version
                ],
            }
