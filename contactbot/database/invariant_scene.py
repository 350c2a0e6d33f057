"""What the invariants are checked on: the database, and what the phone network really saw."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection, text

from contactbot.database.crypto import Keyring
from contactbot.domain.policy import Policy

Moments = tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that breaks an invariant: `subject` is an opaque id, `detail` names no person."""

    invariant: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lies outside the database.

    `calls`, `texts`: the network's own record of each, as its `GET /_control/calls` and
    `GET /_control/texts` give them. `bodies`: message id → form → words, all that may be texted.
    `neutral_lines`: all that may be heard before a key. `outbound_urls`: where requests are sent,
    `allowed_hosts`: where they may be.
    """

    calls: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    texts: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    bodies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    neutral_lines: frozenset[str] = frozenset()
    log_files: tuple[Path, ...] = ()
    outbound_urls: tuple[str, ...] = ()
    allowed_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A call as the network saw it, with the attempt its address names.

    `line` numbers the telephones, so that no number is written down. `*_shows` are calendar times.
    """

    sid: str
    attempt_id: UUID | None
    line: int
    outbound: bool
    status: str
    created_at: datetime
    dialled_at: datetime | None
    ended_at: datetime | None
    dialled_shows: datetime | None
    ring_ended_shows: datetime | None
    utterances: Moments = field(repr=False)
    keys: Moments = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scene:
    """One consistent view of everything, for as long as the checks run."""

    connection: Connection
    keyring: Keyring
    policy: Policy
    evidence: Evidence
    calls: tuple[SeenCall, ...]

    def rows(self, statement: str, **values: object) -> Iterator[Any]:
        """The rows of a query, as they come."""
        yield from self.connection.execute(text(statement), values)


Find = Callable[[Scene], Iterable[tuple[str, str]]]

_TOKENS = "SELECT token, id FROM attempts"
_CLOCK = "SELECT anchored_at_real, shows, speed FROM clock ORDER BY anchored_at_real, id"
_TABLE = """
    CREATE TEMPORARY TABLE network_calls (
        sid text, attempt_id uuid, line integer, outbound boolean, status text,
        created_at timestamptz, dialled_at timestamptz, ended_at timestamptz,
        dialled_shows timestamptz) ON COMMIT DROP
"""
_FILL = """
    INSERT INTO network_calls VALUES (:sid, :attempt_id, :line, :outbound, :status,
        :created_at, :dialled_at, :ended_at, :dialled_shows)
"""
COLUMNS = (
    *("sid", "attempt_id", "line", "outbound", "status"),
    *("created_at", "dialled_at", "ended_at", "dialled_shows"),
)


def read_scene(
    connection: Connection, keyring: Keyring, policy: Policy, evidence: Evidence
) -> Scene:
    """Put the network's calls beside the attempts, in a table that ends with the transaction."""
    shows = calendar(connection)
    tokens = {row.token: row.id for row in connection.execute(text(_TOKENS))}
    lines: dict[str, int] = {}
    calls = tuple(_seen(call, tokens, lines, shows) for call in evidence.calls)
    connection.execute(text(_TABLE))
    if calls:
        rows = [{name: getattr(call, name) for name in COLUMNS} for call in calls]
        connection.execute(text(_FILL), rows)
    connection.execute(text("ANALYZE network_calls"))
    return Scene(connection, keyring, policy, evidence, calls)


def calendar(connection: Connection) -> Callable[[datetime], datetime]:
    """What the simulated calendar showed at a real moment, by the clock's rows."""
    anchors = connection.execute(text(_CLOCK)).all()
    moments = [row.anchored_at_real for row in anchors]

    def shows(real: datetime) -> datetime:
        newest = bisect_right(moments, real) - 1
        if newest < 0:
            return real
        row = anchors[newest]
        passed: timedelta = (real - row.anchored_at_real) * row.speed
        shown: datetime = row.shows + passed
        return shown

    return shows


def _seen(
    call: Mapping[str, Any],
    tokens: Mapping[str, UUID],
    lines: dict[str, int],
    shows: Callable[[datetime], datetime],
) -> SeenCall:
    times = {name: _time(call.get(name)) for name in _TIMES}
    dialled, ring_ended = times["dialled_at"], times["answered_at"] or times["ended_at"]
    return SeenCall(
        sid=call["sid"],
        attempt_id=_named(call["url"], tokens),
        line=lines.setdefault(call["to"], len(lines)),
        outbound=str(call["direction"]).startswith("outbound"),
        status=str(call["status"]).replace("-", "_"),
        created_at=datetime.fromisoformat(call["created_at"]),
        dialled_at=dialled,
        ended_at=times["ended_at"],
        dialled_shows=shows(dialled) if dialled else None,
        ring_ended_shows=shows(ring_ended) if dialled and ring_ended else None,
        utterances=_moments(call, "utterances", "text"),
        keys=_moments(call, "keys", "digits"),
    )


_TIMES = ("dialled_at", "answered_at", "ended_at")


def _named(url: str, tokens: Mapping[str, UUID]) -> UUID | None:
    """The attempt whose token is a part of the address."""
    return next((tokens[part] for part in urlsplit(url).path.split("/") if part in tokens), None)


def _moments(call: Mapping[str, Any], what: str, field_name: str) -> Moments:
    """What was heard or pressed, each with its time; white space counts for nothing."""
    return tuple(
        (datetime.fromisoformat(event["at"]), " ".join(event[field_name].split()))
        for event in call.get(what) or ()
    )


def _time(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
