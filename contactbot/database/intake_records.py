"""Intake in the database: persons found by blind indexes, batches written in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from psycopg import DataError as PostgresDataError
from psycopg import IntegrityError as PostgresIntegrityError
from sqlalchemy import Connection, Engine, Table, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DataError, IntegrityError

from contactbot.database.binary_copy import Bulk, byte_strings, ids, moment, texts
from contactbot.database.case_records import CaseRecords
from contactbot.database.crypto import Keyring, PersonBox, WrappedKey
from contactbot.database.intake_marks import BlindIndexes
from contactbot.database.intake_persons import PersonReader
from contactbot.database.intake_rows import (
    DECISION_COLUMNS,
    NUMBER_COLUMNS,
    PERSON_COLUMNS,
    PROFILE_COLUMNS,
    PROGRAMMES,
    REFERRAL_COLUMNS,
    NewRow,
    Row,
    denial,
    denial_rows,
    link_row,
    moved_number,
    new_number,
    new_person,
    new_profile,
    new_referral,
    person_row,
    referral_values,
    state_values,
    stop_row,
)
from contactbot.database.tables import (
    contact_profiles,
    decisions,
    holds,
    numbers,
    person_links,
    persons,
    referrals,
    suppressions,
)
from contactbot.domain.referral import ReferralState
from contactbot.domain.same_person import Marks
from contactbot.ports.intake_records import (
    Changes,
    KnownReferral,
    PersonRecord,
    ReferralWrite,
    RowNotStored,
)
from contactbot.ports.outreach import Case

# Imports follow each other batch by batch, so that two cannot both miss that a person is known.
_INTAKE_LOCK = 7_100_002
_ALONE = text("SELECT pg_advisory_xact_lock(:lock)")
# The planner takes tables that have just been filled for empty, and would read them from end to end
# for every row of a batch: so each row is looked up by itself (LATERAL … OFFSET 0), by an index.
_BY_INDEX = text("SET LOCAL enable_seqscan = off")
_KNOWN = """
    SELECT r.id, r.person_id, given.source_system, given.reference, r.state, r.support_declined,
           r.row_fingerprint, p.erased_at IS NOT NULL
      FROM unnest(%(systems)s::text[], %(references)s::text[]) AS given (source_system, reference),
      LATERAL (SELECT * FROM referrals WHERE source_system = given.source_system
                  AND reference = given.reference OFFSET 0) r,
      LATERAL (SELECT erased_at FROM persons WHERE id = r.person_id OFFSET 0) p
"""
_ALONE_WITH_ONE = """
    SELECT given.id FROM unnest(%(ids)s::uuid[]) AS given (id)
     WHERE (SELECT count(*) FROM referrals WHERE person_id = given.id) = 1
"""
_SUSPECTS = """
    SELECT given.number_index FROM unnest(%(indexes)s::bytea[]) AS given (number_index)
     WHERE EXISTS (SELECT FROM referrals WHERE suspect_index = given.number_index OFFSET 0)
"""
_SUPPRESSED = """
    SELECT given.number_index, s.reason
      FROM unnest(%(indexes)s::bytea[]) AS given (number_index),
      LATERAL (SELECT reason FROM suppressions
                WHERE number_index = given.number_index AND lifted_at IS NULL
                  AND (programme IS NULL OR programme = 'support') OFFSET 0) s
"""
_OPEN = text("""
    SELECT id FROM referrals WHERE person_id = ANY(:ids)
       AND state IN ('new', 'awaiting_contact', 'attempted', 'held') ORDER BY id
""")
_PROTECT = text("""
    UPDATE referrals SET tier = 'protected', tier_because = ARRAY['other_referral'], enhanced = true
     WHERE person_id = ANY(:ids) AND tier <> 'protected'
""")
_LAST_DENIAL = text("""
    SELECT reasons FROM decisions WHERE referral_id = :referral AND channel = 'call'
     ORDER BY id DESC LIMIT 1
""")


class IntakeRecords(CaseRecords):
    """One batch of intake (promises: contactbot.ports.intake_records)."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        super().__init__(connection, keyring)
        connection.execute(_ALONE, {"lock": _INTAKE_LOCK})
        connection.execute(_BY_INDEX)
        self._bulk = Bulk(connection)
        self._blind = BlindIndexes(keyring)
        self._reader = PersonReader(connection, keyring, self._blind)
        self._wrapped: dict[UUID, WrappedKey] = {}

    def new_id(self) -> UUID:
        """An id nobody has."""
        return uuid4()

    def known_referrals(
        self, fingerprints: Mapping[tuple[str, str], str]
    ) -> dict[tuple[str, str], KnownReferral]:
        """The referrals already kept, by (source system, reference)."""
        if not fingerprints:
            return {}
        systems, references = zip(*fingerprints, strict=True)
        found = self._bulk.ask(_KNOWN, {"systems": texts(systems), "references": texts(references)})
        # Whoever was erased is not brought back by a file that still has them.
        same = {
            row[0]: row[7] or row[6] in self._blind.all("row", fingerprints[row[2], row[3]])
            for row in found
        }
        changed = ids(row[1] for row in found if not same[row[0]])
        sole = {row[0] for row in self._bulk.ask(_ALONE_WITH_ONE, {"ids": changed})}
        return {
            (row[2], row[3]): KnownReferral(
                row[0],
                row[1],
                ReferralState(row[4]),
                unchanged=same[row[0]],
                declined=row[5],
                is_only_one=row[1] in sole,
            )
            for row in found
        }

    def persons(self, known: Iterable[UUID], marks: Sequence[Marks]) -> list[PersonRecord]:
        """These persons, those alike and those linked, locked."""
        found = self._reader.read(known, marks)
        self.has_waited()
        return found

    def suspects_among(self, given: Iterable[str]) -> set[str]:
        """Which of these numbers are a suspect’s in any referral."""
        return {number for number, _ in self._matching(_SUSPECTS, given)}

    def suppressed_among(self, given: Iterable[str]) -> dict[str, str]:
        """Which of these numbers must never be dialled, and why."""
        return {number: row[1] for number, row in self._matching(_SUPPRESSED, given)}

    def open_referrals(self, persons: Iterable[UUID]) -> list[UUID]:
        """Referrals of these persons that are new, waiting, attempted or held."""
        return list(self.connection.execute(_OPEN, {"ids": list(persons)}).scalars())

    def protect(self, persons: Iterable[UUID]) -> None:
        """Make every referral of these persons a protected one."""
        if who := list(persons):
            self.connection.execute(_PROTECT, {"ids": who})

    def keep_denial(self, case: Case, reasons: Sequence[str], policy_version: str) -> None:
        """Keep why a planned automatic call was refused, unless the last refusal said the same."""
        about = {"referral": case.referral_id}
        if self.connection.execute(_LAST_DENIAL, about).scalar_one_or_none() != list(reasons):
            row = denial(case.person_id, case.referral_id, reasons, policy_version, self.instant)
            self._bulk.copy(decisions, DECISION_COLUMNS, [row])

    def save(self, changes: Changes) -> None:
        """Keep all changes; raises `RowNotStored` where the database refuses one of them."""
        try:
            self._save_persons(changes.persons.values())
            self._save_referrals(changes.referrals, changes.policy_version)
            self._save_stops(changes)
        except (DataError, IntegrityError, PostgresDataError, PostgresIntegrityError):
            # Without the cause: the database quotes values in its message.
            raise RowNotStored("The database refused a row.") from None

    def _matching(self, statement: str, given: Iterable[str]) -> Iterator[tuple[str, Any]]:
        indexes = self._blind.wanted(given)
        if indexes:
            for row in self._bulk.ask(statement, {"indexes": byte_strings(indexes)}):
                yield indexes[row[0]], row

    def _save_persons(self, changed: Iterable[PersonRecord]) -> None:
        at = moment(self.instant.calendar) or b""
        new: list[NewRow] = []
        told: list[NewRow] = []
        profiles: list[NewRow] = []
        known: list[Row] = []
        moved: list[Row] = []
        for person in changed:
            box = self._box_of(person)
            if person.is_new:
                key = self._wrapped[person.id]
                new.append(new_person(person, key, box, self._blind, self.instant))
            elif person.changed:
                known.append(person_row(person, box, self._blind, self.instant))
            for number in person.numbers:
                if number.is_new:
                    told.append(new_number(number, person, box, self._blind, at))
                elif number.changed:
                    moved.append(moved_number(number))
            if person.profile_changed and person.profile:
                profiles.append(new_profile(person, person.profile, at))
        self._bulk.copy(persons, PERSON_COLUMNS, new)
        self._update(persons, known)
        self._bulk.copy(numbers, NUMBER_COLUMNS, told)
        self._update(numbers, moved)
        self._bulk.copy(contact_profiles, PROFILE_COLUMNS, profiles)

    def _box_of(self, person: PersonRecord) -> PersonBox:
        """The person’s box; a new person is given a key of their own."""
        box = self._reader.boxes.get(person.id)
        if box is None:
            self._wrapped[person.id], box = self.keyring.new_box()
            self._reader.boxes[person.id] = box
        return box

    def _save_referrals(self, writes: Sequence[ReferralWrite], policy_version: str) -> None:
        new: list[NewRow] = []
        known: list[Row] = []
        restated: list[Row] = []
        for write in writes:
            box = self._reader.boxes[write.person_id]
            if write.is_new:
                new.append(new_referral(write, box, self._blind, self.instant))
            else:
                known.append(referral_values(write, box, self._blind, self.instant))
                if write.state:
                    restated.append(state_values(write))
        self._bulk.copy(referrals, REFERRAL_COLUMNS, new)
        self._update(referrals, known)
        self._update(referrals, restated)
        denials = denial_rows(writes, policy_version, self.instant)
        self._bulk.copy(decisions, DECISION_COLUMNS, denials)

    def _save_stops(self, changes: Changes) -> None:
        at = self.instant.calendar
        held = [stop_row(stop) | {"placed_at": at, "placed_by": "intake"} for stop in changes.holds]
        stopped = [
            stop_row(stop) | {"since": at, "set_by": "intake"} for stop in changes.suppressions
        ]
        for row in stopped:
            del row["referral_id"]
            row["programme"] = PROGRAMMES.get(row["reason"])
        linked = [link_row(link) | {"suggested_at": at} for link in changes.links]
        for table, rows in ((holds, held), (suppressions, stopped), (person_links, linked)):
            if rows:
                self.connection.execute(upsert(table).on_conflict_do_nothing(), rows)

    def _update(self, table: Table, rows: list[Row]) -> None:
        """Update by id, in bulk for all rows that set the same columns."""
        alike: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows:
            alike[tuple(row)].append({f"new_{name}": value for name, value in row.items()})
        for names, given in alike.items():
            columns: dict[str, Any] = {
                name: bindparam(f"new_{name}") for name in names if name != "id"
            }
            this = table.c.id == bindparam("new_id")
            self.connection.execute(update(table).where(this).values(columns), given)


class DatabaseIntakeStore:
    """Opens intake’s transactions on PostgreSQL (see contactbot.ports.intake_records)."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def begin(self) -> Iterator[IntakeRecords]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        with self._engine.begin() as connection:
            yield IntakeRecords(connection, self._keyring)


class RehearsalIntakeStore:
    """Does everything and keeps nothing: all batches share a transaction that is rolled back."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    @contextmanager
    def begin(self) -> Iterator[IntakeRecords]:
        """A transaction within the rehearsal: what it saves is seen by the next one only."""
        with self._connection.begin_nested():
            yield IntakeRecords(self._connection, self._keyring)


@contextmanager
def rehearsal(engine: Engine, keyring: Keyring) -> Iterator[RehearsalIntakeStore]:
    """A store whose every change is undone at the end of the block."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield RehearsalIntakeStore(connection, keyring)
        finally:
            transaction.rollback()
