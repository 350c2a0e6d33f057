"""The exchange itself: each request of docs/casestore.openapi.yaml, answered from the truth."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qs

from contactbot.casestore_twin.faults import FaultKind, Faults
from contactbot.casestore_twin.shape import (
    FACETS,
    FACT_TYPES,
    LONGEST_BODY,
    Problem,
    read_object,
    read_record,
)
from contactbot.casestore_twin.truth import Truth

JSON, NDJSON = "application/json", "application/x-ndjson"
LARGEST_PAGE = 500


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole; header names in lower case."""

    method: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def asked(self, name: str, default: str) -> str:
        """One value of the query."""
        return parse_qs(self.query).get(name, [default])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer."""

    status: int
    body: bytes = field(default=b"", repr=False)
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


def as_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(value, ensure_ascii=False).encode(), JSON, headers or {})


class Desk:
    """Answers the exchange; knows nothing of sockets."""

    def __init__(self, truth: Truth, faults: Faults) -> None:
        self._truth = truth
        self._faults = faults
        facets = "|".join(FACETS.values())
        self._ways: list[tuple[re.Pattern[str], Callable[..., Answer]]] = [
            (re.compile("POST records"), self._add),
            (re.compile("POST cases/search"), self._find),
            (re.compile(f"PUT cases/([^/]+)/({facets})"), self._replace),
            (re.compile("GET (events|refusals)"), self._lines),
            (re.compile("GET referrals"), self._referrals),
            (re.compile("GET referrals/([^/]+)"), self._referral),
            (re.compile("POST rejects"), self._reject),
            (re.compile("(?:GET|PUT) consumers/contactbot"), self._consumer),
        ]

    def answer(self, request: Request) -> Answer:
        """The answer to a request; `Problem` for a refusal."""
        name = f"{request.method} {'/'.join(request.path)}"
        for pattern, way in self._ways:
            found = pattern.fullmatch(name)
            if found is not None:
                return way(request, *found.groups())
        raise Problem(404, "no_such_address")

    def reference_in(self, request: Request) -> str:
        """The case a request is about, for faults that are about one; "" if about none."""
        try:
            return str(read_object(request.body).get("case_reference", ""))
        except Problem:
            return ""

    def _add(self, request: Request) -> Answer:
        if len(request.body) > LONGEST_BODY:
            raise Problem(413, "too_long")
        record = read_record(request.body, FACT_TYPES)
        status = self._truth.take(record, self._key(request, record["id"]), _digest(request))
        return as_answer(status, {"applied": True})

    def _key(self, request: Request, wanted: str) -> str:
        key = request.headers.get("idempotency-key", "")
        if not key:
            raise Problem(428, "no_key")
        if wanted not in {"", key}:
            raise Problem(422, "key_is_not_id")
        return "" if self._faults.take(FaultKind.FORGET_KEYS) else key

    def _find(self, request: Request) -> Answer:
        given = read_object(request.body)
        names = [given.get(name) for name in ("source_system", "case_reference")]
        if not all(isinstance(name, str) and name for name in names):
            raise Problem(422, "invalid")
        case = self._truth.case_of(str(names[0]), str(names[1]))
        facets = {
            name: {"etag": facet.tag, "changed_at": facet.changed_at or None}
            for name in FACETS
            for facet in [self._truth.facet(case, name)]
        }
        return as_answer(200, {"case": case, "facets": facets})

    def _replace(self, request: Request, case: str, address: str) -> Answer:
        if len(request.body) > LONGEST_BODY:
            raise Problem(413, "too_long")
        facet = next(name for name, path in FACETS.items() if path == address)
        record = read_record(request.body, frozenset({facet}))
        name = f"{record['source_system']} {record['case_reference']}"
        if self._truth.name_of(case) != name:
            raise Problem(404, "unknown_case")
        tag = request.headers.get("if-match", "")
        if not tag:
            raise Problem(428, "no_match")
        key = self._key(request, record["id"])
        if (edit := self._faults.take(FaultKind.CONFLICT, record["case_reference"])) is not None:
            changed_at = LATE if edit.code == "newer" else EARLY
            self._truth.edit(case, facet, changed_at, {"by": "somebody else"})
        status = self._truth.take(record, key, _digest(request), facet, tag)
        return as_answer(status, {"applied": True}, {"ETag": self._truth.facet(case, facet).tag})

    def _lines(self, request: Request, what: str) -> Answer:
        kept = self._truth.events if what == "events" else self._truth.refusals
        since, limit = _number(request.asked("since", "0")), _number(request.asked("limit", "100"))
        upto = since + min(max(limit, 1), LARGEST_PAGE)
        page = kept[since:upto]
        lines = [line if isinstance(line, str) else json.dumps(line) for line in page]
        more = "1" if len(kept) > upto else "0"
        headers = {"Next-Cursor": str(since + len(page)), "More": more}
        return Answer(200, "".join(f"{line}\n" for line in lines).encode(), NDJSON, headers)

    def _referrals(self, request: Request) -> Answer:
        since = _number(request.asked("since", "0"))
        shown = ("id", "cursor", "name")
        files = [{name: file[name] for name in shown} for file in self._truth.referrals[since:]]
        return as_answer(200, {"files": files})

    def _referral(self, _request: Request, name: str) -> Answer:
        for file in self._truth.referrals:
            if file["id"] == name:
                return Answer(200, file["content"].encode(), "text/csv; charset=utf-8")
        raise Problem(404, "no_such_file")

    def _reject(self, request: Request) -> Answer:
        key, about = self._key(request, ""), request.headers.get("about", "")
        if not key or not about:
            raise Problem(428, "no_key")
        content = request.body.decode("utf-8", "replace")
        return as_answer(self._truth.keep_reject(about, key, _digest(request), content), {})

    def _consumer(self, request: Request) -> Answer:
        if request.method == "GET":
            tag = f'"{self._truth.consumer_version}"'
            return as_answer(200, self._truth.consumer, {"ETag": tag})
        key, given = request.headers.get("idempotency-key", ""), read_object(request.body)
        if not key:
            raise Problem(428, "no_key")
        if set(given) != set(self._truth.consumer):
            raise Problem(422, "invalid")
        tag = self._truth.move_consumer(given, request.headers.get("if-match", ""), key)
        return as_answer(200, self._truth.consumer, {"ETag": tag})


# When somebody else's edit is said to have been made: long before, or long after, any of ours.
EARLY, LATE = "2000-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"


def _digest(request: Request) -> str:
    return sha256(request.body).hexdigest()


def _number(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal():
        raise Problem(400, "no_such_cursor")
    return int(text)
