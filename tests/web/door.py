"""The web door of a whole application without telephones: webhooks are posted by hand, signed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient
from journeys.people import Person
from journeys.service import Service, log_file, settings_for
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from contactbot.bootstrap import Application
from contactbot.database.engine import make_engine
from contactbot.ports.telephony import CallOrder, ProviderCall
from contactbot.web.app import create_app

ACCOUNT = "AC" + "0" * 31 + "7"
TOKEN = "the-token-of-this-test"
PORT = 8321
BASE = f"http://127.0.0.1:{PORT}"
NOBODY = SimpleNamespace(account=ACCOUNT, token=TOKEN, url="http://127.0.0.1:9")
TABLES = "SELECT relname FROM pg_stat_user_tables ORDER BY relname"
_calls = count(1)


class PretendedTelephony:
    """Takes every order, and does nothing."""

    def place_call(self, order: CallOrder) -> ProviderCall:
        del order
        return ProviderCall(f"CA{next(_calls):032x}", "queued", True, None)


@dataclass
class Door:
    """The web application, and the service behind it."""

    service: Service
    client: FlaskClient

    def calling(self, **columns: str) -> Any:
        """The attempt of a call that was ordered just now."""
        person = self.service.refer(**columns)
        self.service.dispatch()
        return self.service.attempt(person)

    def attempt(self, person: Person) -> Any:
        return self.service.attempt(person)

    def post(
        self,
        path: str,
        fields: list[tuple[str, str]],
        *,
        token: str = TOKEN,
        signed: list[tuple[str, str]] | None = None,
        signed_path: str = "",
    ) -> TestResponse:
        """Post a form; what is signed may differ from what is sent."""
        return self.client.post(
            path,
            base_url=BASE,
            data=encoded(fields),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature(token, signed_path or path, signed or fields)},
        )

    def turn(self, attempt: Any, turn: int, digits: str = "", **changed: str) -> TestResponse:
        """The provider asks for the words of a turn, with the keys pressed."""
        fields = form(attempt, CallStatus="in-progress", Digits=digits) | changed
        return self.post(f"/webhooks/twilio/call/{attempt.token}/{turn}", list(fields.items()))

    def status(self, attempt: Any, word: str, sequence: int, **changed: str) -> TestResponse:
        """The provider reports progress."""
        fields = form(attempt, CallStatus=word, SequenceNumber=str(sequence)) | changed
        return self.post(f"/webhooks/twilio/status/{attempt.token}", list(fields.items()))

    def rows_of_all_tables(self) -> dict[str, int]:
        """How many rows each table has, but for the counters."""
        tables = [row.relname for row in self.service.rows(TABLES)]
        return {
            table: self.service.rows(f"SELECT count(*) AS n FROM {table}")[0].n  # noqa: S608
            for table in tables
            if table != "counters"
        }


@contextmanager
def open_door(database_url: str, folder: Path) -> Iterator[Door]:
    """A door to an application over this database."""
    settings = settings_for(database_url, NOBODY, folder, PORT)
    engine = make_engine(database_url)
    try:
        application = Application(settings, engine)
        service = Service(settings, application, NOBODY, folder, 0)
        service.change_outreach(telephony=PretendedTelephony())
        with log_file(folder / "service.log"):
            yield Door(service, create_app(application).test_client())
    finally:
        engine.dispose()


def form(attempt: Any, **fields: str) -> dict[str, str]:
    """The fields of a webhook about a call we placed."""
    return {"AccountSid": ACCOUNT, "CallSid": attempt.provider_id} | fields


def signature(token: str, path: str, fields: list[tuple[str, str]]) -> str:
    """The provider's own library signs."""
    found: str = RequestValidator(token).compute_signature(BASE + path, dict(fields))
    return found


def encoded(fields: list[tuple[str, str]]) -> str:
    return urlencode(fields)
