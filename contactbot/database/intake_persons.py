"""Read persons whom a batch may speak of, with all that intake compares and decides by."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from contactbot.database.crypto import Keyring, PersonBox
from contactbot.database.intake_rows import details_from, index_marks
from contactbot.domain.calendar import parse_hours
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.phone import PhoneKind, PhoneNumber
from contactbot.domain.referral import Permission
from contactbot.domain.same_person import Marks
from contactbot.ports.intake_records import NumberRecord, PersonRecord

# Two things in common are worth reading a person for, and so is a number; one name is not.
_PERSONS = text("""
    WITH mark AS (
        SELECT * FROM unnest(CAST(:names AS bytea[]), CAST(:births AS bytea[]),
                             CAST(:homes AS bytea[])) AS mark (names, birth, home)),
    found AS (
        SELECT unnest(CAST(:ids AS uuid[])) AS id
        UNION SELECT p.id FROM persons p JOIN mark ON p.names_index = mark.names
               AND (p.birth_index = mark.birth OR p.home_index = mark.home)
        UNION SELECT p.id FROM persons p JOIN mark ON p.home_index = mark.home
               AND p.birth_index = mark.birth
        UNION SELECT person_id FROM numbers WHERE number_index = ANY(:numbers)),
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


class PersonReader:
    """Reads persons in one transaction, and keeps their boxes open for it."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring
        self.boxes: dict[UUID, PersonBox] = {}

    def read(self, ids: Iterable[UUID], marks: Sequence[Marks]) -> list[PersonRecord]:
        """These persons, those alike and those linked, locked in the order of their ids."""
        rows = self._connection.execute(_PERSONS, self._wanted(ids, marks)).mappings().all()
        people = {row["id"]: self._person(row) for row in rows}
        about = {"ids": list(people)}
        for statement, add in self._parts():
            for row in self._connection.execute(statement, about).mappings():
                add(people[row["person_id"]], row)
        return list(people.values())

    def _wanted(self, ids: Iterable[UUID], marks: Sequence[Marks]) -> dict[str, Any]:
        indexed = [each for mark in marks for each in index_marks(mark, self._keyring)]
        numbers = {number for mark in marks for number in mark.numbers}
        return {
            "ids": list(ids),
            "names": [each["names"] for each in indexed],
            "births": [each["birth"] for each in indexed],
            "homes": [each["home"] for each in indexed],
            "numbers": [i for number in numbers for i in self._keyring.blind_all("number", number)],
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
