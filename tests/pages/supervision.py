"""What a supervisor's page needs in a test: texts, holds, records refused, a supervisor at work."""

from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from pages.conftest import token_of
from small_world import NUMBER, SHOWS, Person, World
from sqlalchemy import text
from werkzeug.test import TestResponse

from contactbot.bootstrap import Application
from contactbot.database import tables
from contactbot.operations.inbound_texts import take_inbound_text
from contactbot.ports.texting import InboundText

HOME = "/supervisor"
WORKING = "INSERT INTO heartbeats (kind, name, at) VALUES ('job', 'dispatch', now())"


def rows(world: World, statement: str, **values: Any) -> list[Any]:
    with world.engine.connect() as connection:
        return list(connection.execute(text(statement), values))


def text_us(application: Application, body: str, sender: str = NUMBER) -> UUID:
    """A text comes in; its id here."""
    inbound = InboundText(f"SM{uuid4().hex}", sender, body)
    take_inbound_text(application.texts, inbound)
    with application.engine.connect() as connection:
        found = text("SELECT id FROM inbound_texts WHERE provider_id = :id")
        taken: UUID = connection.execute(found, {"id": inbound.provider_id}).scalar_one()
    return taken


def hold(world: World, person: Person, reason: str, referral: UUID | None = None) -> UUID:
    """A hold that has taken its referrals off the queues, as intake leaves it."""
    hold_id = uuid4()
    world.put(
        tables.holds,
        id=hold_id,
        person_id=person.id,
        referral_id=referral,
        reason=reason,
        placed_at=SHOWS,
        placed_by="intake",
    )
    with world.engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE referrals SET state = 'held', route = 'none', due_at = NULL"
                " WHERE person_id = :person"
            ),
            {"person": person.id},
        )
    return hold_id


def referral_of(world: World, person: Person) -> Any:
    return rows(world, "SELECT * FROM referrals WHERE id = :id", id=person.referral)[0]


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    """Send a form of a supervisor and follow where it leads."""
    token = token_of(client, HOME)
    return client.post(address, data={"csrf_token": token} | fields, follow_redirects=True)
