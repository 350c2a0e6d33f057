"""Figures read by SQL: counts from one snapshot, attempts in pages."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, RowMapping, text

from contactbot.database.crypto import Keyring
from contactbot.ports.figures import AttemptLine, Counts

SUPPORT = "support_referral"
PAGE = 1000
SHOWN_DIGITS = 3

_MOMENT = text("""
    SELECT simulated_now() AS as_at, (SELECT shows FROM clock ORDER BY id LIMIT 1) AS clock_began
""")
BY_STATE = text("SELECT state, count(*) FROM referrals GROUP BY state")
_ATTEMPTS = text("""
    SELECT CASE WHEN "by" = 'automatic' THEN channel ELSE 'manual' END AS kind, count(*)
      FROM attempts GROUP BY kind
""")
DENIALS = text("""
    SELECT reason, count(DISTINCT r.id)
      FROM referrals r
     CROSS JOIN LATERAL (SELECT allowed, reasons FROM decisions
                          WHERE referral_id = r.id ORDER BY id DESC LIMIT 1) newest
     CROSS JOIN LATERAL unnest(reasons) AS reason
     WHERE NOT allowed GROUP BY reason ORDER BY reason
""")
_INTERVIEWS = text("""
    SELECT language, count(*) FROM interviews
     WHERE state = 'completed' AND language IS NOT NULL GROUP BY language
""")
OUTBOX = text("SELECT state, count(*) FROM outbox GROUP BY state")
_STOPPED_AT_CODE = text("""
    SELECT count(*) FROM attempts a JOIN call_sessions s ON s.attempt_id = a.id
     WHERE a.ended_at IS NOT NULL AND a.ending IS DISTINCT FROM 'do_not_ring'
       AND s.session->'script'->>'language' IS NOT NULL
       AND NOT CAST(s.session->'script'->>'identity_proved' AS boolean)
""")
_FOR_CALLERS = text("SELECT count(*) FROM referrals WHERE route = 'caller'")
_OPTED_IN = text("""
    SELECT count(*) FROM (SELECT DISTINCT ON (person_id) decision FROM consent_events
                           WHERE purpose = :support ORDER BY person_id, at DESC) newest
     WHERE decision = 'given'
""")
_PAGE = text("""
    SELECT a.*, r.reference, r.source_system, n.number_sealed, p.key_wrapped,
           s.name || '@' || left(s.hash, 12) AS script
      FROM attempts a
      JOIN referrals r ON r.id = a.referral_id
      JOIN persons p ON p.id = a.person_id
      LEFT JOIN numbers n ON n.id = a.number_id
      LEFT JOIN call_sessions c ON c.attempt_id = a.id
      LEFT JOIN scripts s ON s.hash = coalesce(a.script_hash, c.script_hash)
     WHERE (a.decided_at, a.id) > (:at, :id)
     ORDER BY a.decided_at, a.id LIMIT :page
""")
_BEFORE_ALL = (datetime.min.replace(tzinfo=UTC), UUID(int=0))


class DatabaseFigures:
    """The `Figures` port (definitions: contactbot.ports.figures)."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    def counts(self) -> Counts:
        """All counts, from one snapshot."""
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
            moment = reader.execute(_MOMENT).one()
            return Counts(
                as_at=moment.as_at,
                clock_began=moment.clock_began,
                referrals_by_state=_table(reader, BY_STATE),
                attempts=_table(reader, _ATTEMPTS),
                denials=_table(reader, DENIALS),
                interviews=_table(reader, _INTERVIEWS),
                stopped_at_code=reader.execute(_STOPPED_AT_CODE).scalar_one(),
                for_callers=reader.execute(_FOR_CALLERS).scalar_one(),
                opted_in=reader.execute(_OPTED_IN, {"support": SUPPORT}).scalar_one(),
                outbox=_table(reader, OUTBOX),
            )

    def attempts(self) -> Iterator[AttemptLine]:
        """Every attempt, page after page."""
        at, last = _BEFORE_ALL
        while rows := self._page(at, last):
            for row in rows:
                yield self._line(row)
            at, last = rows[-1]["decided_at"], rows[-1]["id"]

    def _page(self, at: datetime, last: UUID) -> list[RowMapping]:
        with self._engine.begin() as connection:
            found = connection.execute(_PAGE, {"at": at, "id": last, "page": PAGE})
            return list(found.mappings())

    def _line(self, row: RowMapping) -> AttemptLine:
        return AttemptLine(
            attempt=str(row["id"]),
            person=str(row["person_id"]),
            reference=row["reference"],
            source_system=row["source_system"],
            channel=row["channel"],
            number_masked=self._masked(row),
            state=row["state"],
            disposition=row["disposition"],
            aapor=row["aapor"],
            language=row["language"],
            script=row["script"],
            placed_at=row["placed_at"],
            ended_at=row["ended_at"],
            seconds=row["seconds"],
            provider_id=row["provider_id"],
            by=row["by"],
            policy_version=row["policy_version"],
        )

    def _masked(self, row: RowMapping) -> str:
        """The number with all but its last digits hidden; blank if it has been erased."""
        if row["number_sealed"] is None or row["key_wrapped"] is None:
            return ""
        box = self._keyring.open_box(row["key_wrapped"])
        number = box.open("numbers", "number_sealed", row["number_id"], row["number_sealed"])
        return "*" * (len(number) - SHOWN_DIGITS) + number[-SHOWN_DIGITS:]


def _table(reader: Connection, statement: Any) -> Mapping[str, int]:
    return {row[0]: row[1] for row in reader.execute(statement)}
