"""Calls that ring and have not been answered: their rows, and their webhooks signed ahead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import psycopg

from contactbot.database.crypto import Keyring
from contactbot.scripting.check import load_script
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.model import Identity, Opener, Script
from contactbot.scripting.session import CallFacts, Slot, Turn
from contactbot.telephony.signature import sign, signed_fields

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
PUBLIC_URL = "https://contactbot.example"
ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "a-token-of-the-measurement"
OURS = "+442920180000"
ENCRYPTION_KEY, INDEX_KEY = b"e" * 32, b"i" * 32
NOW = datetime(2026, 3, 23, 10, 0, tzinfo=UTC)  # a Monday, inside every window
CODE = "4321"
# As many fields as the provider sends with a call: most of them blank, all of them signed.
PLACES = ("City", "State", "Zip", "Country")
REPORTS = ("initiated", "ringing", "in-progress")

Request = tuple[str, bytes, bytes, bytes]


@dataclass(frozen=True)
class RingingCall:
    """One call that was ordered and rings."""

    person: UUID
    number_id: UUID
    referral: UUID
    attempt: UUID
    number: str
    welsh: bool

    @property
    def token(self) -> str:
        """What its addresses carry."""
        return self.attempt.hex

    @property
    def sid(self) -> str:
        """The provider's name for it."""
        return "CA" + self.attempt.hex


def ringing_calls(connection: psycopg.Connection[Any], calls: int, first: int) -> list[RingingCall]:
    """So many calls to different people, with an earlier try each, put into the database.

    `first`: the number of the first, so that nobody has two. Every other person answers in Welsh.
    """
    made = [
        RingingCall(*(uuid4() for _ in range(4)), f"+4447{number:08d}", number % 2 == 0)
        for number in range(first, first + calls)
    ]
    keyring = Keyring([ENCRYPTION_KEY], [INDEX_KEY])
    rows: dict[str, list[dict[str, Any]]] = {}
    for call in made:
        for table, row in _rows(call, keyring):
            rows.setdefault(table, []).append(row)
    with connection.transaction():
        for table, of_table in rows.items():
            names = list(of_table[0])
            copy = f"COPY {table} ({', '.join(names)}) FROM STDIN"
            with connection.cursor().copy(copy) as into:
                for row in of_table:
                    into.write_row([row[name] for name in names])
    return made


def _rows(call: RingingCall, keyring: Keyring) -> Iterator[tuple[str, dict[str, Any]]]:
    wrapped = keyring.new_person_key()
    box = keyring.open_box(wrapped)
    index = keyring.blind("number", call.number)
    yield "persons", {"id": call.person, "key_wrapped": wrapped, "created_at": NOW}
    yield (
        "numbers",
        {
            "id": call.number_id,
            "person_id": call.person,
            "position": 1,
            "number_sealed": box.seal("numbers", "number_sealed", call.number_id, call.number),
            "number_index": index,
            "kind": "mobile",
            "added_at": NOW,
        },
    )
    yield (
        "contact_profiles",
        {
            "id": uuid4(),
            "person_id": call.person,
            "version": 1,
            "safe_call": "yes",
            "safe_text": "blank",
            "safe_voicemail": "blank",
            "confirmed_on": NOW.date(),
            "recorded_at": NOW,
        },
    )
    code = box.seal("referrals", "contact_code_sealed", call.referral, CODE)
    yield (
        "referrals",
        {
            "id": call.referral,
            "person_id": call.person,
            "reference": f"R-{call.referral.hex}",
            "source_system": "niche",
            "crime_group": "theft",
            "flags_assessed": True,
            "offender_known": "no",
            "referred_at": NOW - timedelta(days=1),
            "contact_code_sealed": code,
            "tier": "standard",
            "state": "attempted",
            "route": "automatic",
            "breach_at": NOW + timedelta(days=2),
            "tries": 1,
            "imported_at": NOW,
            "updated_at": NOW,
        },
    )
    earlier = NOW - timedelta(days=1)
    yield (
        "attempts",
        _attempt(call, index, uuid4(), earlier)
        | {
            "state": "no_answer",
            "ended_at": earlier,
            "disposition": "no_answer",
            "look_at_real": None,
        },
    )
    yield (
        "attempts",
        _attempt(call, index, call.attempt, NOW)
        | {
            "state": "queued",
            "ended_at": None,
            "disposition": None,
            "look_at_real": NOW + timedelta(days=3650),
        },
    )


def _attempt(call: RingingCall, index: bytes, attempt: UUID, at: datetime) -> dict[str, Any]:
    return {
        "id": attempt,
        "token": attempt.hex,
        "person_id": call.person,
        "referral_id": call.referral,
        "number_id": call.number_id,
        "number_index": index,
        "channel": "call",
        "provider_id": "CA" + attempt.hex,
        "decided_at": at,
        "placed_at": at,
        "close_at": at + timedelta(hours=8),
        "deadline_real": at,
        "policy_version": "measured",
    }


def keys_of_a_call(script: Script, *, welsh: bool) -> list[str]:
    """What somebody presses who agrees to everything and takes the first of every choice."""
    facts = CallFacts((CODE,), (Slot(NOW.isoformat(), (NOW + timedelta(hours=2)).isoformat()),) * 2)
    pressed: list[str] = []
    turn = begin(script, facts)
    while not turn.ending:
        pressed.append(_key(script, turn, welsh=welsh))
        turn = advance(script, turn.session, pressed[-1], facts)
    return pressed


def _key(script: Script, turn: Turn, *, welsh: bool) -> str:
    match script.steps[turn.session.step]:
        case Opener():
            return "1" if welsh else "2"
        case Identity():
            return CODE
        case _:
            return "1"


def the_script() -> Script:
    """The script of the calls we place."""
    return load_script((SCRIPTS / "initial_contact.toml").read_text("utf-8"), "initial_contact")


def steps(call: RingingCall, keys: list[str]) -> list[Request]:
    """The webhooks that ask for words, from the answer to the last key."""
    return [_step(call, turn, pressed, len(keys)) for turn, pressed in enumerate(["", *keys])]


def steps_and_reports(call: RingingCall, keys: list[str]) -> list[Request]:
    """All webhooks of a call: what it reports of itself, and its steps."""
    reports = [_report(call, number, word) for number, word in enumerate(REPORTS)]
    end = _report(call, len(REPORTS), "completed", CallDuration="90", Duration="2")
    return [*reports, *steps(call, keys), end]


def _step(call: RingingCall, turn: int, pressed: str, last: int) -> Request:
    fields = {"CallStatus": "in-progress"}
    if turn:
        fields |= {"msg": "Gather End", "Digits": pressed}
    address = f"/webhooks/twilio/call/{call.token}"
    wanted = b"<Hangup" if turn == last else f'{address}/{turn + 1}"'.encode()
    return "step", _signed(call, f"{address}/{turn}", fields), b"200", wanted


def _report(call: RingingCall, sequence: int, word: str, **more: str) -> Request:
    fields = {
        "CallStatus": word,
        "Timestamp": "Mon, 23 Mar 2026 10:00:00 +0000",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(sequence),
    } | more
    path = f"/webhooks/twilio/status/{call.token}"
    return "report", _signed(call, path, fields), b"204", b""


def _signed(call: RingingCall, path: str, more: dict[str, str]) -> bytes:
    numbers = {"From": OURS, "To": call.number, "Caller": OURS, "Called": call.number}
    fields = {"CallSid": call.sid, "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01"}
    fields |= {"Direction": "outbound-api"} | numbers
    fields |= {role + place: "" for role in numbers for place in PLACES}
    fields |= more
    body = urlencode(fields).encode()
    signature = sign(TOKEN.encode(), PUBLIC_URL + path + signed_fields(list(fields.items())))
    head = (
        f"POST {quote(path)} HTTP/1.1\r\nHost: contactbot.example\r\n"
        "Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
        "User-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"
        f"I-Twilio-Idempotency-Token: {call.attempt}\r\n"
        f"X-Twilio-Signature: {signature.decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
