"""A small world for the operations: a real database, pretended telephones, voice and clock."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, insert, text

from contactbot.database import tables
from contactbot.database.crypto import Keyring
from contactbot.database.outreach_store import DatabaseOutreachStore
from contactbot.domain.policy import parse_policy
from contactbot.operations.calls import take_keys, take_progress
from contactbot.operations.deps import Outreach
from contactbot.operations.dispatch import place_next
from contactbot.ports.telephony import CallOrder, CallProgress, ProviderCall
from contactbot.scripting.check import load_script
from contactbot.scripting.session import Prompt, Turn

SCRIPTS = Path(__file__).parents[2] / "scripts"
POLICY = parse_policy((SCRIPTS / "policy.toml").read_text("utf-8"))
SCRIPT = load_script((SCRIPTS / "initial_contact.toml").read_text("utf-8"), "initial_contact.toml")
RING_BACK = load_script((SCRIPTS / "ring_back.toml").read_text("utf-8"), "ring_back.toml")
MONDAY_AT_TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
NUMBER = "+447700900123"
CODE = "4321"
GOODBYE = "goodbye"


class Clock:
    """The machine's clock: right, unless a test says how wrong; sleeping takes no time."""

    def __init__(self) -> None:
        self.off = timedelta(0)
        self.seconds = 0.0
        self.slept: list[float] = []

    def real_now(self) -> datetime:
        return datetime.now(UTC) + self.off  # noqa: TID251 - compared with the database's own

    def boot_seconds(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


class Telephones:
    """What the provider is asked, and what it answers: a call, or the error in `replies`."""

    def __init__(self) -> None:
        self.orders: list[CallOrder] = []
        self.replies: list[Exception] = []
        self.listed: list[ProviderCall] | Exception = []
        self.known: dict[str, ProviderCall] | Exception = {}
        self.ended: list[str] = []
        self.trouble: Exception | None = None
        self._ids = count(1)

    def place_call(self, order: CallOrder) -> ProviderCall:
        self.orders.append(order)
        if self.replies:
            raise self.replies.pop(0)
        return seen(next(self._ids))

    def calls_to(self, number: str) -> list[ProviderCall]:
        del number
        if isinstance(self.listed, Exception):
            raise self.listed
        return self.listed

    def call(self, provider_id: str) -> ProviderCall | None:
        if isinstance(self.known, Exception):
            raise self.known
        return self.known.get(provider_id)

    def end_call(self, provider_id: str) -> None:
        self.ended.append(provider_id)
        if self.trouble:
            raise self.trouble


class Voice:
    """Says the English message ids, and where the next key goes."""

    def words(self, turn: Turn, token: str, next_turn: int) -> str:
        del token
        said = " / ".join(prompt.message for prompt in turn.prompts)
        return f"{said} -> {next_turn if turn.keys else 'over'}"

    def ring_back_words(self, turn: Turn, session: str) -> str:
        return self.words(turn, session, 0)

    def heard(self, prompt: Prompt) -> str:
        return f"[{prompt.language}] {prompt.message}"

    def goodbye(self) -> str:
        return GOODBYE


def sid(number: int) -> str:
    """The id of the provider's call of this number."""
    return f"CA{number:032x}"


def seen(number: int, status: str = "queued", **values: Any) -> ProviderCall:
    """The provider's call of this number."""
    values = {"outbound": True} | values
    return ProviderCall(sid(number), status, **values)


@dataclass
class World:
    """Rows as intake would leave them; `outreach` is what the operations are given."""

    engine: Engine
    keyring: Keyring
    telephones: Telephones = field(default_factory=Telephones)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.set_clock(MONDAY_AT_TEN)
        with self.engine.begin() as connection:
            connection.execute(
                text("INSERT INTO pacing VALUES ('calls', clock_timestamp() - interval '1 hour')")
            )
        for script in (SCRIPT, RING_BACK):
            self.add(
                tables.scripts,
                hash=script.hash,
                name=script.name,
                version="1",
                body="",
                recorded_at=MONDAY_AT_TEN,
            )
        self.outreach = Outreach(
            store=DatabaseOutreachStore(self.engine, self.keyring),
            telephony=self.telephones,
            clock=self.clock,
            policy=POLICY,
            calls_per_second=1000,
            script=SCRIPT,
            voice=Voice(),
        )

    def but(self, **changes: Any) -> Outreach:
        """The same world with something else in one place."""
        return replace(self.outreach, **changes)

    def add(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def run(self, statement: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(statement), values)

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.engine.begin() as connection:
            return list(connection.execute(text(query), values))

    def values(self, query: str, **values: Any) -> list[Any]:
        """The first column."""
        return [row[0] for row in self.rows(query, **values)]

    def set_clock(self, shows: datetime) -> None:
        self.run("INSERT INTO clock (shows, because) VALUES (:shows, 'test')", shows=shows)

    def age(self, seconds: float) -> None:
        """So much real time has passed for every attempt."""
        self.run(
            "UPDATE attempts SET posted_at_real = posted_at_real - make_interval(secs => :by),"
            " deadline_real = deadline_real - make_interval(secs => :by),"
            " look_at_real = look_at_real - make_interval(secs => :by)",
            by=seconds,
        )

    def person(self, number: str = NUMBER, code: str = CODE, **referral: Any) -> Any:
        """Somebody of the standard tier with one referral that is due."""
        person, number_id, wrapped = uuid4(), uuid4(), self.keyring.new_person_key()
        box = self.keyring.open_box(wrapped)
        index = self.keyring.blind("number", number)
        self.add(tables.persons, id=person, key_wrapped=wrapped, created_at=MONDAY_AT_TEN)
        self.add(
            tables.numbers,
            id=number_id,
            person_id=person,
            position=1,
            number_sealed=box.seal("numbers", "number_sealed", number_id, number),
            number_index=index,
            added_at=MONDAY_AT_TEN,
        )
        self.add(
            tables.contact_profiles,
            id=uuid4(),
            person_id=person,
            version=1,
            safe_call="yes",
            safe_text="blank",
            safe_voicemail="blank",
            confirmed_on=date(2026, 2, 27),
            recorded_at=MONDAY_AT_TEN,
        )
        known = SimpleNamespace(id=person, number_id=number_id, index=index, number=number, box=box)
        known.referral = self.refer(known, code=code, **referral)
        return known

    def refer(self, person: Any, code: str = CODE, **values: Any) -> UUID:
        """One more referral of this person."""
        referral = uuid4()
        sealed = person.box.seal("referrals", "contact_code_sealed", referral, code)
        usual = {
            "source_system": "niche",
            "reference": f"R-{sha256(referral.bytes).hexdigest()[:8]}",
            "crime_group": "theft",
            "flags_assessed": True,
            "offender_known": "no",
            "tier": "standard",
            "state": "awaiting_contact",
            "route": "automatic",
            "due_at": MONDAY_AT_TEN,
            "breach_at": MONDAY_AT_TEN + timedelta(days=2),
            "referred_at": MONDAY_AT_TEN,
            "imported_at": MONDAY_AT_TEN,
            "updated_at": MONDAY_AT_TEN,
            "contact_code_sealed": sealed if code else None,
        }
        self.add(tables.referrals, id=referral, person_id=person.id, **(usual | values))
        return referral

    def link(self, one: Any, other: Any) -> None:
        """The two may be one person."""
        first, second = sorted((one.id, other.id))
        self.add(tables.person_links, person_a=first, person_b=second, suggested_at=MONDAY_AT_TEN)

    # A call, step by step.

    def place(self) -> Any:
        """One look at the queue, and the newest attempt after it."""
        self.result = place_next(self.outreach)
        return self.attempt()

    def attempt(self) -> Any:
        found = self.rows("SELECT * FROM attempts ORDER BY intent_at_real DESC LIMIT 1")
        return found[0] if found else None

    def key(self, turn: int, keys: str = "", call: int = 1) -> str:
        """What the newest attempt's line hears after these keys; turn 0 is the answer."""
        return take_keys(self.outreach, self.attempt().token, turn, sid(call), keys)

    def talk(self, *keys: str) -> list[str]:
        """The line is answered, and these keys are pressed one after the other."""
        return [self.key(turn, pressed) for turn, pressed in enumerate(("", *keys))]

    def report(
        self, status: str, sequence: int | None = 3, call: int = 1, seconds: int | None = None
    ) -> None:
        """The provider reports this of the newest attempt's call."""
        progress = CallProgress(sid(call), status, sequence, seconds, None)
        take_progress(self.outreach, self.attempt().token, progress)

    def referral(self, person: Any) -> Any:
        return self.rows("SELECT * FROM referrals WHERE id = :id", id=person.referral)[0]

    def holds(self, person: Any) -> list[str]:
        return self.values("SELECT reason FROM holds WHERE person_id = :id", id=person.id)

    def counted(self, name: str) -> int:
        return sum(self.values("SELECT count FROM counters WHERE name = :name", name=name))
