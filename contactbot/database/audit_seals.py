"""The seals of the audit trail in the database."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine, Row, text

from contactbot.database.audit_chain import GENESIS, AuditRow, ChainKeys
from contactbot.ports.audit import Head, Verdict

MOST_FAULTS = 20
AT_ONCE = 5000
# A row committed long after younger ones is found when the anchor is told: all is looked through.
_UNSEALED = """
    SELECT id, actor, action, subject_type, subject_id, detail, at, at_real
      FROM audit
     WHERE id > :after AND NOT EXISTS (SELECT 1 FROM audit_seals WHERE audit_id = audit.id)
     ORDER BY id
     LIMIT :limit
"""
_LONG_SEALED = """
    SELECT audit_id FROM audit_seals
     WHERE sealed_at_real < clock_timestamp() - interval '5 minutes'
     ORDER BY sequence DESC LIMIT 1
"""
# Ids are drawn before they are committed: rows this far back may still come.
_MAY_STILL_COME = 1000
_HEAD = "SELECT sequence, seal, sealed_at_real FROM audit_seals ORDER BY sequence DESC LIMIT 1"
_TRAIL = """
    SELECT s.sequence, s.seal, s.key_id, s.sealed_at_real, a.*
      FROM audit_seals s LEFT JOIN audit a ON a.id = s.audit_id
     ORDER BY s.sequence
"""
_WAITING = """
    SELECT count(*) FROM audit
     WHERE at_real < clock_timestamp() - interval '5 seconds'
       AND NOT EXISTS (SELECT 1 FROM audit_seals WHERE audit_id = audit.id)
"""
_ADD = text("""
    INSERT INTO audit_seals (sequence, audit_id, seal, key_id)
    VALUES (:sequence, :audit_id, :seal, :key_id)
""")
# One sealer at a time, in all processes on all machines.
_MAY_I = text("SELECT pg_try_advisory_xact_lock(hashtext('contactbot audit sealer'))")


class DatabaseSeals:
    """The `AuditSeals` port."""

    def __init__(self, engine: Engine, keys: ChainKeys) -> None:
        self._engine = engine
        self._keys = keys

    def seal_next(self, limit: int, *, everything: bool) -> int:
        """Seal so many rows, in one short transaction."""
        with self._engine.begin() as connection:
            if not connection.execute(_MAY_I).scalar_one():
                return 0
            rows = connection.execute(
                text(_UNSEALED),
                {"after": 0 if everything else _low(connection), "limit": limit},
            )
            seals = list(self._seals(_head(connection), map(_audit_row, rows)))
            if seals:
                connection.execute(_ADD, seals)
            return len(seals)

    def _seals(self, head: Head | None, rows: Iterator[AuditRow]) -> Iterator[dict[str, object]]:
        sequence, before = (head.sequence, head.seal) if head else (0, GENESIS)
        key_id = self._keys.newest_id
        for row in rows:
            sequence, before = sequence + 1, self._keys.seal(key_id, before, row)
            yield {"sequence": sequence, "audit_id": row.id, "seal": before, "key_id": key_id}

    def head(self) -> Head | None:
        """The newest seal."""
        with self._engine.connect() as connection:
            return _head(connection)

    def verify(self, expected: Sequence[Head]) -> Verdict:
        """Walk the whole chain once, in one snapshot."""
        options = {"isolation_level": "REPEATABLE READ"}
        with self._engine.connect().execution_options(**options) as connection:
            walk = _Walk(self._keys, {head.sequence: head.seal for head in expected})
            trail = connection.execution_options(yield_per=AT_ONCE).execute(text(_TRAIL))
            for link in trail:
                walk.step(link)
            waiting = connection.execute(text(_WAITING)).scalar_one()
            head = _head(connection)
        return Verdict(walk.sequence, waiting, tuple(walk.end()[:MOST_FAULTS]), head)


class _Walk:
    """Along the chain, link by link, noting what is wrong."""

    def __init__(self, keys: ChainKeys, told: dict[int, bytes]) -> None:
        self._keys = keys
        self._told = told
        self._before = GENESIS
        self.sequence = 0
        self._faults: list[str] = []

    def step(self, link: Row[tuple[object, ...]]) -> None:
        """One seal with the row it covers."""
        if link.sequence != self.sequence + 1:
            self._faults.append(f"Seal {self.sequence + 1} is missing.")
        if link.id is None:
            self._faults.append(f"The audit row under seal {link.sequence} is missing.")
        elif not self._keys.knows(bytes(link.key_id)):
            self._faults.append(f"The key of seal {link.sequence} is not in the settings.")
        elif self._expected(link) != bytes(link.seal):
            self._faults.append(f"Audit row {link.id} or seal {link.sequence} was changed.")
        if self._told.pop(link.sequence, bytes(link.seal)) != bytes(link.seal):
            self._faults.append(f"Seal {link.sequence} is not the one that was told elsewhere.")
        self.sequence, self._before = link.sequence, bytes(link.seal)

    def _expected(self, link: Row[tuple[object, ...]]) -> bytes:
        return self._keys.seal(bytes(link.key_id), self._before, _audit_row(link))

    def end(self) -> list[str]:
        """All faults, those of seals that were told elsewhere and are gone included."""
        gone = [f"Seal {sequence}, told elsewhere, is missing." for sequence in self._told]
        return self._faults + gone


def _head(connection: Connection) -> Head | None:
    row = connection.execute(text(_HEAD)).one_or_none()
    return None if row is None else Head(row.sequence, bytes(row.seal), row.sealed_at_real)


def _low(connection: Connection) -> int:
    return (connection.execute(text(_LONG_SEALED)).scalar() or 0) - _MAY_STILL_COME


def _audit_row(row: Row[tuple[object, ...]]) -> AuditRow:
    said = (row.actor, row.action, row.subject_type, row.subject_id)
    return AuditRow(row.id, *said, row.detail, row.at, row.at_real)
