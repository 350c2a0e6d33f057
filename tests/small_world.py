"""A small database written by hand: people, referrals, and calls that went as they should."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, Table, insert

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.domain.policy import parse_policy

# Real time 12:00 is Monday 2 March 2026, 10:00 in London; the calendar runs as fast as real time.
ANCHORED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHOWS = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CODE = "4321"
NUMBER = "+447700900123"
OPENER = "Hello. This is an automatic call. For English, press 2."
GOODBYE = "Thank you. Goodbye."
NEUTRAL = frozenset({OPENER, GOODBYE})
ASK_CODE = "Please key the four digits on the card."
ASK_ALONE = "If you are alone and able to listen now, press 1."
WHO_WE_ARE = "We offer support to people who have been affected by crime."
HASH = sha256(b"script").hexdigest()
POLICY = parse_policy(
    (Path(__file__).resolve().parents[1] / "scripts" / "policy.toml").read_text("utf-8")
)
POLICY_VERSION = POLICY.version


@dataclass(frozen=True)
class Person:
    """A person with one number and one referral."""

    id: UUID
    referral: UUID
    number: UUID
    reference: str
    e164: str
    index: bytes


@dataclass
class World:
    """Rows are written as the service would have left them; `calls` is what the network saw."""

    engine: Engine
    keyring: Keyring
    calls: list[dict[str, Any]] = field(default_factory=list)

    def put(self, table: Table, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement, values or None)

    def begin(self) -> "World":
        """The clock and the script."""
        self.put(tables.clock, anchored_at_real=ANCHORED, shows=SHOWS, because="fixed")
        self.put(
            tables.scripts,
            hash=HASH,
            name="initial_contact",
            version="1",
            body="",
            recorded_at=SHOWS,
        )
        return self

    def person(self, e164: str = NUMBER, **referral: Any) -> Person:
        wrapped = self.keyring.new_person_key()
        box = self.keyring.open_box(wrapped)
        person, case, number = uuid4(), uuid4(), uuid4()
        index = self.keyring.blind("number", e164)
        reference = f"R-{case.hex[:8]}"
        self.put(
            tables.persons,
            id=person,
            key_wrapped=wrapped,
            given_name_sealed=box.seal("persons", "given_name_sealed", person, "Eleri"),
            family_name_sealed=box.seal("persons", "family_name_sealed", person, "Llywelyn"),
            created_at=SHOWS,
        )
        self.put(
            tables.numbers,
            id=number,
            person_id=person,
            position=1,
            number_sealed=box.seal("numbers", "number_sealed", number, e164),
            number_index=index,
            added_at=SHOWS,
        )
        self.put(
            tables.contact_profiles,
            id=uuid4(),
            person_id=person,
            version=1,
            safe_call="blank",
            safe_text="blank",
            safe_voicemail="blank",
            recorded_at=SHOWS,
        )
        values: dict[str, Any] = {
            "id": case,
            "person_id": person,
            "reference": reference,
            "source_system": "niche",
            "crime_group": "burglary",
            "flags_assessed": True,
            "referred_at": SHOWS,
            "tier": "standard",
            "state": "awaiting_contact",
            "route": "automatic",
            "contact_code_sealed": box.seal("referrals", "contact_code_sealed", case, CODE),
            "imported_at": SHOWS,
            "updated_at": SHOWS,
        }
        self.put(tables.referrals, **(values | referral))
        return Person(person, case, number, reference, e164, index)

    def call(self, person: Person, after: timedelta, **changed: Any) -> UUID:
        """A call to the person so long after the clock began, answered and opted in."""
        attempt, real = uuid4(), ANCHORED + after
        placed, ended = SHOWS + after, SHOWS + after + timedelta(minutes=2)
        sid = "CA" + attempt.hex
        values: dict[str, Any] = {
            "id": attempt,
            "token": attempt.hex,
            "person_id": person.id,
            "referral_id": person.referral,
            "number_id": person.number,
            "number_index": person.index,
            "channel": "call",
            "state": "completed",
            "provider_id": sid,
            "decided_at": placed,
            "placed_at": placed,
            "ended_at": ended,
            "intent_at_real": real,
            "deadline_real": real + timedelta(seconds=3),
            "posted_at_real": real,
            "seconds": 90,
            "ending": "opted_in",
            "disposition": "opted_in",
            "aapor": "1.1",
            "language": "en",
            "policy_version": POLICY_VERSION,
        }
        values |= changed
        self.put(tables.attempts, **values)
        self._decide(person, attempt, placed)
        if values["ended_at"] is not None:
            self._status(attempt, "completed", ended)
            self.tell(person, "attempt", {"attempt": str(attempt)}, ended)
        self.calls.append(heard(sid, person.e164, attempt.hex, real + timedelta(seconds=1)))
        return attempt

    def _decide(self, person: Person, attempt: UUID, at: datetime) -> None:
        self.put(
            tables.decisions,
            person_id=person.id,
            referral_id=person.referral,
            attempt_id=attempt,
            channel="call",
            means="automatic",
            moment="dispatch",
            allowed=True,
            policy_version=POLICY_VERSION,
            at=at,
        )

    def _status(self, attempt: UUID, status: str, at: datetime) -> None:
        self.put(
            tables.attempt_events,
            attempt_id=attempt,
            source="status",
            sequence=3,
            status=status,
            at=at,
        )

    def tell(self, person: Person, kind: str, body: dict[str, Any], at: datetime) -> None:
        self.put(
            tables.outbox,
            id=uuid4(),
            type=kind,
            case_reference=person.reference,
            source_system="niche",
            sequence=uuid4().int % 2**31,
            occurred_at=at,
            recorded_at=at,
            body=body,
        )

    def consent(self, person: Person, attempt: UUID, at: datetime, decision: str) -> None:
        body = {"purpose": "support_referral", "wording_hash": HASH, "decision": decision}
        self.put(
            tables.consent_events,
            id=uuid4(),
            person_id=person.id,
            referral_id=person.referral,
            attempt_id=attempt,
            purpose="support_referral",
            decision=decision,
            wording="We can arrange support for you.",
            wording_hash=HASH,
            language="en",
            channel="voice",
            identity="contact_code",
            captured_by="keypad",
            at=at,
        )
        self.tell(person, "consent", body, at)

    def interview(self, person: Person, attempt: UUID, *, identity_proved: bool) -> None:
        """What the call's last turn left behind."""
        self.put(
            tables.interviews,
            id=uuid4(),
            person_id=person.id,
            referral_id=person.referral,
            script_hash=HASH,
            channel="voice",
            language="en",
            state="completed" if identity_proved else "broken_off",
            attempt_id=attempt,
            started_at=SHOWS,
            ended_at=SHOWS,
        )
        session = {"script": {"language": "en", "identity_proved": identity_proved}}
        self.put(
            tables.call_sessions,
            attempt_id=attempt,
            turn=1,
            session=session,
            script_hash=HASH,
            at=SHOWS,
        )


def heard(sid: str, to: str, token: str, created: datetime) -> dict[str, Any]:
    """A call as the network tells it: answered, the code keyed, alone, then who we are."""

    def at(seconds: int) -> str:
        return (created + timedelta(seconds=seconds)).isoformat()

    said = ((5, OPENER), (12, ASK_CODE), (20, ASK_ALONE), (25, WHO_WE_ARE), (90, GOODBYE))
    pressed = ((10, "2"), (18, CODE), (24, "1"), (60, "1"))
    return {
        "sid": sid,
        "direction": "outbound-api",
        "to": to,
        "from": "+442920180000",
        "url": f"http://127.0.0.1/webhooks/twilio/call/{token}/0",
        "created_at": at(0),
        "dialled_at": at(1),
        "answered_at": at(4),
        "ended_at": at(94),
        "status": "completed",
        "canceled_before_dial": False,
        "utterances": [
            {"at": at(s), "text": text, "language": "en-GB", "voice": "Polly.Amy"}
            for s, text in said
        ],
        "keys": [{"at": at(s), "digits": digits} for s, digits in pressed],
        "webhook_errors": 0,
    }
