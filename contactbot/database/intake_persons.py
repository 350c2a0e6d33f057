"""Read persons whom a batch may speak of, with all that intake compares and decides by."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from contactbot.database.binary_copy import Bulk, Listed, byte_strings
from contactbot.database.crypto import Keyring, PersonBox, SealBroken
from contactbot.database.intake_marks import BlindIndexes
from contactbot.database.intake_rows import details_from
from contactbot.domain.calendar import parse_hours
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.phone import PhoneKind, PhoneNumber
from contactbot.domain.referral import Permission
from contactbot.domain.same_person import Marks
from contactbot.ports.intake_records import NumberRecord, PersonRecord, PersonUnreadable

# Two things in common are worth reading a person for, and so is a number; one name is not.
# Each is looked up by itself (LATERAL … OFFSET 0), whatever the planner believes of tables that
# have just been filled.
_ALIKE = """
    SELECT p.id FROM unnest(%(names)s::bytea[], %(births)s::bytea[]) AS mark (names, birth),
      LATERAL (SELECT id FROM persons
                WHERE names_index = mark.names AND birth_index = mark.birth OFFSET 0) p
    UNION SELECT p.id FROM unnest(%(names)s::bytea[], %(homes)s::bytea[]) AS mark (names, home),
      LATERAL (SELECT id FROM persons
                WHERE home_index = mark.home AND names_index = mark.names OFFSET 0) p
    UNION SELECT p.id FROM unnest(%(births)s::bytea[], %(homes)s::bytea[]) AS mark (birth, home),
      LATERAL (SELECT id FROM persons
                WHERE birth_index = mark.birth AND home_index = mark.home OFFSET 0) p
    UNION SELECT n.person_id FROM unnest(%(numbers)s::bytea[]) AS given (number_index),
      LATERAL (SELECT person_id FROM numbers
                WHERE number_index = given.number_index OFFSET 0) n
"""
_PERSONS = text("""
    WITH found AS (SELECT unnest(CAST(:ids AS uuid[])) AS id),
    kin AS (
        SELECT id FROM found
        UNION SELECT person_b FROM person_links JOIN found ON person_a = found.id
        UNION SELECT person_a FROM person_links JOIN found ON person_b = found.id)
    SELECT p.* FROM persons p JOIN kin ON kin.id = p.id
     WHERE p.erased_at IS NULL ORDER BY p.id FOR UPDATE OF p
""")
_NUMBERS = text("SELECT * FROM numbers WHERE person_id = ANY(:ids)")
_PROFILES = text("""
    SELECT DISTINCT ON (person_id) * FROM contact_profiles
     WHERE person_id = ANY(:ids) ORDER BY person_id, version DESC
""")
_HOLDS = text("SELECT person_id, reason, released_at FROM holds WHERE person_id = ANY(:ids)")
_SUPPRESSIONS = text("""
    SELECT person_id, reason FROM suppressions
     WHERE person_id = ANY(:ids) AND lifted_at IS NULL
""")
_LINKS = text("""
    SELECT person_a AS person_id, person_b AS other FROM person_links WHERE person_a = ANY(:ids)
    UNION SELECT person_b, person_a FROM person_links WHERE person_b = ANY(:ids)
""")
_REFERRALS = text("""
    SELECT id, person_id, tier, suspect_number_sealed FROM referrals WHERE person_id = ANY(:ids)
""")


# What reading a row can raise that is not as we wrote it.
_UNREADABLE = (AttributeError, KeyError, SealBroken, TypeError, ValueError)


class PersonReader:
    """Reads persons in one transaction, and keeps their boxes open for it."""

    def __init__(self, connection: Connection, keyring: Keyring, blind: BlindIndexes) -> None:
        self._connection = connection
        self._bulk = Bulk(connection)
        self._keyring = keyring
        self._blind = blind
        self.boxes: dict[UUID, PersonBox] = {}

    def read(self, ids: Iterable[UUID], marks: Sequence[Marks]) -> list[PersonRecord]:
        """These persons, those alike and those linked, locked in the order of their ids.

        Raises `PersonUnreadable` where one of them cannot be opened.
        """
        wanted = {*ids, *(row[0] for row in self._bulk.ask(_ALIKE, self._wanted(marks)))}
        if not wanted:
            return []
        rows = self._connection.execute(_PERSONS, {"ids": list(wanted)}).mappings().all()
        try:
            return self._opened(rows)
        except _UNREADABLE:
            # Without the cause: it may quote what was read.
            raise PersonUnreadable("What is kept of a person cannot be opened.") from None

    def _opened(self, rows: Sequence[RowMapping]) -> list[PersonRecord]:
        people = {row["id"]: self._person(row) for row in rows}
        about = {"ids": list(people)}
        for statement, add in self._parts():
            for row in self._connection.execute(statement, about).mappings():
                add(people[row["person_id"]], row)
        return list(people.values())

    def _wanted(self, marks: Sequence[Marks]) -> dict[str, Listed]:
        pairs = set(self._blind.pairs(marks))
        numbers = self._blind.wanted({number for mark in marks for number in mark.numbers})
        columns = tuple(zip(*pairs, strict=True)) or ((), (), ())
        names, births, homes = (byte_strings(column) for column in columns)
        return {
            "names": names,
            "births": births,
            "homes": homes,
            "numbers": byte_strings(numbers),
        }

    def _person(self, row: RowMapping) -> PersonRecord:
        box = self._keyring.open_box(row["key_wrapped"])
        self.boxes[row["id"]] = box
        told = row["language_source"] not in {None, "referral"}
        return PersonRecord(row["id"], details_from(row, box), language_told_by_person=told)

    def _parts(self) -> tuple[tuple[Any, Callable[[PersonRecord, RowMapping], None]], ...]:
        return (
            (_NUMBERS, self._add_number),
            (_PROFILES, _add_profile),
            (_HOLDS, _add_hold),
            (_SUPPRESSIONS, lambda person, row: person.suppressions.add(row["reason"])),
            (_LINKS, lambda person, row: person.linked.add(row["other"])),
            (_REFERRALS, self._add_referral),
        )

    def _add_number(self, person: PersonRecord, row: RowMapping) -> None:
        box = self.boxes[person.id]
        e164 = box.open("numbers", "number_sealed", row["id"], bytes(row["number_sealed"]))
        person.numbers.append(
            NumberRecord(
                row["id"],
                PhoneNumber(e164, PhoneKind(row["kind"])),
                "",
                row["position"],
                usable=row["usable"],
                suspended_because=row["suspended_because"],
            )
        )

    def _add_referral(self, person: PersonRecord, row: RowMapping) -> None:
        person.protected = person.protected or row["tier"] != "standard"
        if row["suspect_number_sealed"] is not None:
            sealed = bytes(row["suspect_number_sealed"])
            place = ("referrals", "suspect_number_sealed", row["id"])
            person.suspects.add(self.boxes[person.id].open(*place, sealed))


def _add_profile(person: PersonRecord, row: RowMapping) -> None:
    person.profile_version = row["version"]
    person.profile = ContactProfile(
        Permission(row["safe_call"]),
        Permission(row["safe_text"]),
        Permission(row["safe_voicemail"]),
        parse_hours(row["safe_hours"]) if row["safe_hours"] else None,
        row["confirmed_on"],
        row["voided_at"],
    )


def _add_hold(person: PersonRecord, row: RowMapping) -> None:
    (person.holds if row["released_at"] is None else person.released).add(row["reason"])
