"""Intake in the database: persons found by blind indexes, batches written in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Table, bindparam, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DataError, IntegrityError

from contactbot.database.case_records import CaseRecords
from contactbot.database.crypto import Keyring, PersonBox, WrappedKey
from contactbot.database.intake_persons import PersonReader
from contactbot.database.intake_rows import (
    PROGRAMMES,
    Row,
    link_row,
    moved_number,
    new_referral_values,
    number_row,
    person_row,
    plan_values,
    profile_row,
    referral_values,
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
from contactbot.domain.gate import Channel, Means, Moment
from contactbot.domain.planning import Route
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
_KNOWN = text("""
    SELECT r.id, r.person_id, r.source_system, r.reference, r.state, r.support_declined,
           r.row_fingerprint, p.erased_at,
           (SELECT count(*) FROM referrals o WHERE o.person_id = r.person_id) = 1 AS only_one
      FROM referrals r JOIN persons p ON p.id = r.person_id
      JOIN unnest(CAST(:systems AS text[]), CAST(:references AS text[]))
           AS given (source_system, reference) USING (source_system, reference)
""")
_SUSPECTS = text("SELECT suspect_index FROM referrals WHERE suspect_index = ANY(:indexes)")
_SUPPRESSED = text("""
    SELECT number_index, reason FROM suppressions
     WHERE number_index = ANY(:indexes) AND lifted_at IS NULL
       AND (programme IS NULL OR programme = 'support')
""")
_OPEN = text("""
    SELECT id FROM referrals WHERE person_id = ANY(:ids)
       AND state IN ('new', 'awaiting_contact', 'attempted', 'held') ORDER BY id
""")
_PROTECT = text("""
    UPDATE referrals SET tier = 'protected', tier_because = ARRAY['other_referral']
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
        self._reader = PersonReader(connection, keyring)
        self._wrapped: dict[UUID, WrappedKey] = {}

    def new_id(self) -> UUID:
        """An id nobody has."""
        return uuid4()

    def known_referrals(
        self, fingerprints: Mapping[tuple[str, str], str]
    ) -> dict[tuple[str, str], KnownReferral]:
        """The referrals already kept, by (source system, reference)."""
        systems, references = zip(*fingerprints, strict=True) if fingerprints else ((), ())
        given = {"systems": list(systems), "references": list(references)}
        known = {}
        for row in self.connection.execute(_KNOWN, given).mappings():
            key = row["source_system"], row["reference"]
            prints = self.keyring.blind_all("row", fingerprints[key])
            # Whoever was erased is not brought back by a file that still has them.
            same = row["erased_at"] is not None or bytes(row["row_fingerprint"]) in prints
            known[key] = KnownReferral(
                row["id"],
                row["person_id"],
                ReferralState(row["state"]),
                unchanged=same,
                declined=row["support_declined"],
                is_only_one=row["only_one"],
            )
        return known

    def persons(self, ids: Iterable[UUID], marks: Sequence[Marks]) -> list[PersonRecord]:
        """These persons, those alike and those linked, locked."""
        found = self._reader.read(ids, marks)
        self.has_waited()
        return found

    def suspects_among(self, given: Iterable[str]) -> set[str]:
        """Which of these numbers are a suspect’s in any referral."""
        return {number for number, _ in self._matching(_SUSPECTS, given)}

    def suppressed_among(self, given: Iterable[str]) -> dict[str, str]:
        """Which of these numbers must never be dialled, and why."""
        return {number: row[1] for number, row in self._matching(_SUPPRESSED, given)}

    def open_referrals(self, ids: Iterable[UUID]) -> list[UUID]:
        """Referrals of these persons that are new, waiting, attempted or held."""
        return list(self.connection.execute(_OPEN, {"ids": list(ids)}).scalars())

    def protect(self, ids: Iterable[UUID]) -> None:
        """Make every referral of these persons a protected one."""
        self.connection.execute(_PROTECT, {"ids": list(ids)})

    def keep_denial(self, case: Case, reasons: Sequence[str], policy_version: str) -> None:
        """Keep why a planned automatic call was refused, unless the last refusal said the same."""
        about = {"referral": case.referral_id}
        if self.connection.execute(_LAST_DENIAL, about).scalar_one_or_none() != list(reasons):
            row = self._denial(case.person_id, case.referral_id, reasons, policy_version)
            self.connection.execute(insert(decisions), [row])

    def save(self, changes: Changes) -> None:
        """Keep all changes; raises `RowNotStored` where the database refuses one of them."""
        try:
            self._save_persons(changes.persons.values())
            self._save_referrals(changes.referrals, changes.policy_version)
            self._save_stops(changes)
        except (DataError, IntegrityError):
            # Without the cause: the database quotes values in its message.
            raise RowNotStored("The database refused a row.") from None

    def _matching(self, statement: Any, given: Iterable[str]) -> Iterator[tuple[str, Any]]:
        indexes = {i: number for number in given for i in self.keyring.blind_all("number", number)}
        if indexes:
            for row in self.connection.execute(statement, {"indexes": list(indexes)}):
                yield indexes[bytes(row[0])], row

    def _save_persons(self, changed: Iterable[PersonRecord]) -> None:
        rows: dict[str, list[Row]] = {name: [] for name in ("new", "known", "number", "moved")}
        profiles: list[Row] = []
        for person in changed:
            box = self._box_of(person)
            if person.is_new or person.changed:
                values = person_row(person, box, self.keyring, self.instant)
                rows["new" if person.is_new else "known"].append(values)
            for number in person.numbers:
                if number.is_new:
                    values = number_row(number, person, box, self.keyring, self.instant)
                    rows["number"].append(values)
                elif number.changed:
                    rows["moved"].append(moved_number(number))
            if person.profile_changed and person.profile:
                profiles.append(profile_row(person, person.profile, self.instant))
        for row in rows["new"]:
            row |= {"key_wrapped": self._wrapped[row["id"]], "created_at": self.instant.calendar}
        self._insert(persons, rows["new"])
        self._update(persons, rows["known"])
        self._insert(numbers, rows["number"])
        self._update(numbers, rows["moved"])
        self._insert(contact_profiles, profiles)

    def _box_of(self, person: PersonRecord) -> PersonBox:
        """The person’s box; a new person is given a key of their own."""
        if person.id not in self._reader.boxes:
            self._wrapped[person.id] = self.keyring.new_person_key()
            self._reader.boxes[person.id] = self.keyring.open_box(self._wrapped[person.id])
        return self._reader.boxes[person.id]

    def _save_referrals(self, writes: Sequence[ReferralWrite], policy_version: str) -> None:
        new, known, restated, denials = [], [], [], []
        for write in writes:
            box = self._reader.boxes[write.person_id]
            values = referral_values(write, box, self.keyring, self.instant)
            if write.is_new:
                new.append(values | new_referral_values(write, self.instant))
            else:
                known.append(values)
                if write.state:
                    restated.append({"id": write.id} | plan_values(write))
            if write.plan and write.plan.route is not Route.AUTOMATIC:
                reasons = [str(reason) for reason in write.plan.reasons]
                denials.append(self._denial(write.person_id, write.id, reasons, policy_version))
        self._insert(referrals, new)
        self._update(referrals, known)
        self._update(referrals, restated)
        self._insert(decisions, denials)

    def _denial(
        self, person_id: UUID, referral_id: UUID, reasons: Sequence[str], policy_version: str
    ) -> Row:
        return {
            "person_id": person_id,
            "referral_id": referral_id,
            "channel": Channel.CALL,
            "means": Means.AUTOMATIC,
            "moment": Moment.PLANNED,
            "allowed": False,
            "reasons": list(reasons),
            "policy_version": policy_version,
            "at": self.instant.calendar,
        }

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

    def _insert(self, table: Table, rows: list[Row]) -> None:
        if rows:
            self.connection.execute(insert(table), rows)

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
