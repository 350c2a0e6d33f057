"""Cases as intake leaves them, and events about them, for the tests of events."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import insert, select

from contactbot.database.event_records import DatabaseEvents
from contactbot.database.tables import (
    attempts,
    contact_profiles,
    numbers,
    persons,
    referrals,
)
from contactbot.ports.casestore import InboundEvent

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
POLICY_FILE = Path(__file__).parents[2] / "scripts" / "policy.toml"


class World:
    """A database with people in it, written as intake would."""

    def __init__(self, engine, keyring):
        self.engine, self.keyring = engine, keyring
        self.events = DatabaseEvents(engine, keyring)

    def add(self, table, **values):
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def read(self, table, column, **where):
        query = select(table.c[column]).where(*(table.c[n] == v for n, v in where.items()))
        with self.engine.connect() as connection:
            return connection.execute(query).scalars().all()

    def person(self, number="+447700900123", born="1980-05-01", **referral):
        person, number_id, wrapped = uuid4(), uuid4(), self.keyring.new_person_key()
        box = self.keyring.open_box(wrapped)
        sealed = box.seal("persons", "date_of_birth_sealed", person, born)
        self.add(
            persons, id=person, key_wrapped=wrapped, date_of_birth_sealed=sealed, created_at=AT
        )
        index = self.keyring.blind("number", number)
        self.add(
            numbers,
            id=number_id,
            person_id=person,
            position=1,
            number_sealed=box.seal("numbers", "number_sealed", number_id, number),
            number_index=index,
            added_at=AT,
        )
        self.add(
            contact_profiles,
            id=uuid4(),
            person_id=person,
            version=1,
            safe_call="yes",
            safe_text="blank",
            safe_voicemail="blank",
            confirmed_on=date(2026, 2, 27),
            recorded_at=AT,
        )
        known = SimpleNamespace(id=person, number_id=number_id, index=index, number=number)
        known.referral = self.referral(known, **referral)
        return known

    def referral(self, person, reference="R1", **values):
        referral = uuid4()
        usual = {
            "source_system": "niche",
            "crime_group": "theft",
            "flags": [],
            "flags_assessed": True,
            "offender_known": "no",
            "tier": "standard",
            "state": "awaiting_contact",
            "route": "automatic",
            "due_at": AT,
        }
        self.add(
            referrals,
            id=referral,
            person_id=person.id,
            reference=reference,
            referred_at=AT,
            imported_at=AT,
            updated_at=AT,
            **{**usual, **values},
        )
        return referral

    def attempt(self, person, state="ringing"):
        attempt = uuid4()
        self.add(
            attempts,
            id=attempt,
            token=attempt.hex,
            person_id=person.id,
            referral_id=person.referral,
            number_id=person.number_id,
            number_index=person.index,
            channel="call",
            state=state,
            decided_at=AT,
            deadline_real=AT,
            policy_version="p",
        )
        return attempt


def line(reference):
    fields = {
        "id": f"event of {reference}",
        "type": "suspect_released",
        "source_system": "niche",
        "case_reference": reference,
    }
    return json.dumps(fields) + "\n"


def event(kind, key="e1", reference="R1", source="niche", **body):
    return InboundEvent(key, kind, source, reference, AT, body, 1)
