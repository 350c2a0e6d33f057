"""The whole service in one test: real application, real web server, real (pretended) telephones."""

import csv
import io
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from journeys.people import Person, somebody
from phonenet.network import Network, wait_until
from sqlalchemy import text
from werkzeug.serving import BaseWSGIServer, make_server

from contactbot.bootstrap import Application
from contactbot.config import Settings
from contactbot.database.engine import make_engine
from contactbot.database.invariant_scene import Evidence, Violation
from contactbot.database.invariants import check_invariants
from contactbot.scheduling.jobs import deliver, dispatch_all, settle, stop_unwanted
from contactbot.scripting.session import CallFacts
from contactbot.scripting.transcript import rehearse
from contactbot.telephony.twilio_client import ProviderAccount, TwilioTelephony
from contactbot.web.app import create_app

OURS = "+442920180000"
MONDAY_MORNING = "2026-03-23 10:00"
WALL_CLOCK = ZoneInfo("Europe/London")
GOODBYE = ["Diolch. Hwyl fawr.", "Thank you. Goodbye."]
OPENER = "For English, press 2."


def london(written: str) -> datetime:
    """An instant, by the clock on the wall in Wales."""
    return datetime.fromisoformat(written).replace(tzinfo=WALL_CLOCK).astimezone(UTC)


@dataclass
class Service:
    """One service with its own database; everything a journey does goes through here."""

    settings: Settings
    application: Application
    network: Network
    folder: Path
    first_call: int
    first_text: int = 0
    expected: set[str] = field(default_factory=set)  # invariants a test breaks by its own doing
    surprising: bool = False  # whether the network may have seen what it did not expect
    _files: Iterator[int] = field(default_factory=lambda: count(1))

    # What the service does.

    def refer(self, answers: str = "opts_in", *, welsh: bool = False, **columns: str) -> Person:
        """A referral of a new standard-tier person, taken in from a file; columns as given."""
        person = somebody(answers, welsh=welsh, number=columns.get("phone", ""))
        self.take_in([row_of(person, **columns)])
        return person

    def refer_many(self, number: int, answers: str = "opts_in") -> list[Person]:
        """So many referrals in one file."""
        people = [somebody(answers) for _ in range(number)]
        self.take_in([row_of(person) for person in people])
        return people

    def take_in(self, rows: list[Mapping[str, str]]) -> Any:
        """A referral file with these rows; every row must be accepted."""
        referred_at = self.calendar().astimezone(WALL_CLOCK).strftime("%Y-%m-%dT%H:%M:%S")
        rows = [{"referred_at": referred_at} | dict(row) for row in rows]
        written = io.StringIO()
        table = csv.DictWriter(written, list(dict.fromkeys(name for row in rows for name in row)))
        table.writeheader()
        table.writerows(rows)
        name = f"referrals-{next(self._files)}"
        path = self.folder / f"{name}.csv"
        path.write_text(written.getvalue(), "utf-8")
        result = self.application.import_referrals(path, self.folder / f"{name}.rejects.csv")
        assert result.rejected == 0
        return result

    def case_store_says(self, kind: str, person: Person, **body: object) -> None:
        """An event of the case store, put into its inbox and taken from there."""
        number = next(self._files)
        event = {
            "id": f"E-{number}",
            "type": kind,
            "source_system": "niche",
            "case_reference": person.reference,
            "occurred_at": self.calendar().isoformat(),
            "body": body,
        }
        inbox = self.folder / "case-store" / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / f"events-{number}.ndjson").write_text(json.dumps(event) + "\n", "utf-8")
        self.deliver()

    def dispatch(self) -> None:
        """Place everything that is due."""
        dispatch_all(self.application)

    def stop_unwanted(self) -> None:
        stop_unwanted(self.application)

    def settle(self) -> None:
        settle(self.application)

    def deliver(self) -> None:
        deliver(self.application)

    def call(self) -> None:
        """Place everything that is due, and wait until the last telephone is put down."""
        self.dispatch()
        self.wait_until_quiet()

    def wait_until_quiet(self) -> None:
        self.network.control.quiet()

    # Time.

    def set_clock(self, at: str | datetime) -> None:
        """Set the calendar to a moment; as text it is by the clock on the wall."""
        moment = london(at) if isinstance(at, str) else at
        self.run("INSERT INTO clock (shows, speed, because) VALUES (:at, 1, 'test')", at=moment)

    def set_clock_to_next_try(self, person: Person) -> datetime:
        """Set the calendar to when the person is due; that moment, on the wall."""
        due: datetime = self.referral(person).due_at
        self.set_clock(due)
        return due.astimezone(WALL_CLOCK)

    def calendar(self) -> datetime:
        found: datetime = self.rows("SELECT simulated_now() AS at")[0].at
        return found

    def let_real_time_pass(self, seconds: float) -> None:
        """What the protocol measures in real time now lies so much further back."""
        self.run(
            "UPDATE attempts SET posted_at_real = posted_at_real - make_interval(secs => :age),"
            " deadline_real = deadline_real - make_interval(secs => :age),"
            " look_at_real = look_at_real - make_interval(secs => :age)",
            age=seconds,
        )

    # Trouble.

    def change_outreach(self, **changes: Any) -> None:
        """Put something else in the place of a part of the outreach."""
        self.application.__dict__["outreach"] = replace(self.application.outreach, **changes)

    def at(self, moment: str, do: Callable[[], object]) -> None:
        """Do something whenever the attempt protocol comes to this moment."""

        def reached(name: str) -> None:
            if name == moment:
                do()

        self.change_outreach(at_fault_point=reached)

    def impatient(self, seconds: float = 0.5, url: str = "") -> TwilioTelephony:
        """The way to the network, giving up after so many seconds; perhaps to another address."""
        account = ProviderAccount(
            self.network.account,
            self.network.account,
            self.network.token,
            OURS,
            url or self.network.url,
        )
        return TwilioTelephony(account, self.settings.public_url or "", timeout=seconds)

    def trouble(self, kind: str, person: Person, **settings: object) -> None:
        """Order a fault of the network for this person's number."""
        self.network.control.fault(kind, number=person.number, **settings)

    # What is to be seen.

    def calls_to(self, person: Person) -> list[Any]:
        """What the network saw of every call to this person, in order."""
        return [call for call in self.calls() if call["to"] == person.number]

    def calls(self) -> list[Any]:
        found: list[Any] = self.network.control.get("calls", since=self.first_call)
        return found

    def call_to(self, person: Person) -> Any:
        """The one call to this person."""
        (call,) = self.calls_to(person)
        return call

    def heard(self, person: Person) -> list[str]:
        """What was heard on the one call to this person, line by line."""
        return [utterance["text"] for utterance in self.call_to(person)["utterances"]]

    def wait_for(self, person: Person, status: str) -> Any:
        """The one call to this person, once the network says this of it."""
        return wait_until(
            lambda: [call for call in self.calls_to(person) if call["status"] == status]
        )[0]

    def referral(self, person: Person) -> Any:
        return self.rows("SELECT * FROM referrals WHERE reference = :of", of=person.reference)[0]

    def state(self, person: Person) -> str:
        return str(self.referral(person).state)

    def attempts(self, person: Person) -> list[Any]:
        return self._of("SELECT * FROM attempts", person, "decided_at")

    def attempt(self, person: Person) -> Any:
        """The one attempt at this person."""
        (attempt,) = self.attempts(person)
        return attempt

    def dispositions(self, person: Person) -> list[str]:
        return [attempt.disposition for attempt in self.attempts(person)]

    def consents(self, person: Person) -> list[Any]:
        return self._of("SELECT * FROM consent_events", person, "at")

    def holds(self, person: Person) -> list[str]:
        found = self._of("SELECT reason FROM holds", person, "reason")
        return [row.reason for row in found]

    def suppressions(self, person: Person) -> list[str]:
        return [row.reason for row in self._of("SELECT reason FROM suppressions", person, "since")]

    def appointments(self, person: Person) -> list[Any]:
        return self._of("SELECT * FROM appointments", person, "starts_at")

    def denials(self, person: Person) -> set[str]:
        """Every reason kept for not contacting this person."""
        found = self._of("SELECT reasons, allowed FROM decisions", person, "id")
        return {reason for row in found if not row.allowed for reason in row.reasons}

    def told(self, person: Person) -> list[str]:
        """What the case store has been or will be told about this case, in order."""
        query = "SELECT type FROM outbox WHERE case_reference = :of ORDER BY sequence"
        return [row.type for row in self.rows(query, of=person.reference)]

    def handed_over(self) -> list[Any]:
        """Every record in the case store's folder."""
        files = sorted((self.folder / "case-store" / "outbox").glob("*.ndjson"))
        return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]

    def counted(self, name: str) -> int:
        found = self.rows("SELECT count FROM counters WHERE name = :name", name=name)
        return int(found[0].count) if found else 0

    def rows(self, query: str, **values: Any) -> list[Any]:
        with self.application.engine.begin() as connection:
            return list(connection.execute(text(query), values))

    def run(self, statement: str, **values: Any) -> None:
        with self.application.engine.begin() as connection:
            connection.execute(text(statement), values)

    def _of(self, query: str, person: Person, order: str) -> list[Any]:
        about = f"{query} WHERE person_id = :id ORDER BY {order}"
        return self.rows(about, id=self.referral(person).person_id)

    # What must always hold.

    def violations(self) -> list[Violation]:
        """Every invariant that does not hold now, but those a test expects."""
        evidence = Evidence(
            calls=self.calls(),
            texts=self.network.control.get("texts", since=self.first_text),
            bodies=self.application.rulebook.bodies,
            neutral_lines=neutral_lines(self.application),
            log_files=(self.folder / "service.log",),
            outbound_urls=(self.settings.twilio_api_url,),
            allowed_hosts=frozenset({"127.0.0.1"}),
        )
        application = self.application
        found = check_invariants(
            application.engine, application.keyring, application.rulebook.policy, evidence
        )
        return [violation for violation in found if violation.invariant not in self.expected]


def neutral_lines(application: Application) -> frozenset[str]:
    """All that may be heard on a call on which nobody presses a key."""
    said = [
        prompt
        for script in (application.rulebook.script, application.rulebook.ring_back_script)
        for turn in rehearse(script, CallFacts(), ["", ""])
        for prompt in turn.prompts
    ]
    return frozenset(map(application.outreach.voice.heard, said))


def row_of(person: Person, **columns: str) -> dict[str, str]:
    """A row of a referral file: a standard-tier person of whom enough is known to be called."""
    plain = {
        "reference": person.reference,
        "source_system": "niche",
        "source": "home_force",
        "crime_group": "burglary",
        "flags": "none",
        "given_name": "Sam",
        "family_name": person.name,
        "date_of_birth": person.born,
        "phone": person.number,
        "contact_code": person.code,
    }
    return plain | columns


@contextmanager
def running_service(database_url: str, network: Network, folder: Path) -> Iterator[Service]:
    """A service that is ready to take referrals in, on a Monday morning at ten."""
    network.control.delete("faults")
    network.control.delete("unexpected")
    before = network.control.get("summary")
    with web_server() as server, log_file(folder / "service.log"):
        settings = settings_for(database_url, network, folder, server.port)
        engine = make_engine(database_url, pool_size=12)
        try:
            application = Application(settings, engine)
            server.app = create_app(application)
            application.outreach  # noqa: B018 - begins the service and its calendar
            yield Service(settings, application, network, folder, before["calls"], before["texts"])
        finally:
            engine.dispose()


def settings_for(database_url: str, network: Network, folder: Path, port: int) -> Settings:
    return Settings(
        database_url=database_url,
        data_dir=folder,
        secret_key="s" * 32,
        encryption_keys=(b"e" * 32,),
        index_keys=(b"i" * 32,),
        public_url=f"http://127.0.0.1:{port}",
        twilio_account_sid=network.account,
        twilio_auth_tokens=(network.token,),
        twilio_from=OURS,
        twilio_api_url=network.url,
        case_store=f"folder:{folder / 'case-store'}",
        now=london(MONDAY_MORNING),
    )


@contextmanager
def web_server() -> Iterator[BaseWSGIServer]:
    """A server on a free port of this machine; its application is put in once it is made."""
    server = make_server("127.0.0.1", 0, nothing_yet, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def nothing_yet(environ: Any, start: Any) -> list[bytes]:
    """What a server serves before its application is there."""
    return []


@contextmanager
def log_file(path: Path) -> Iterator[None]:
    """All that is logged at INFO and above, by us and by the libraries, kept in a file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
