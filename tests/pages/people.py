"""People for callers to ring, as intake would have left them, on a Monday morning at ten."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from small_world import SHOWS, Person, World
from sqlalchemy import update

from contactbot.bootstrap import Application
from contactbot.database import tables

BORN, POSTCODE, NOTES = "1980-02-01", "NP20 1AA", "Came home to a broken window."
PAGE = "/caller"


def world_of(application: Application) -> World:
    """The database of an application, its calendar on Monday 2 March 2026 at ten."""
    application.outreach  # noqa: B018 - begins the service
    world = World(application.engine, application.keyring)
    set_clock(world, SHOWS)
    return world


def set_clock(world: World, at: datetime) -> None:
    world.put(tables.clock, shows=at, because="test")


def somebody(
    world: World,
    e164: str = "+447700900123",
    *,
    profile: dict[str, Any] | None = None,
    language: str | None = None,
    **of: Any,
) -> Person:
    """A person of the standard tier for a caller, of whom facts and notes are known."""
    waiting = {"route": "caller", "breach_at": datetime(2026, 3, 3, 10, tzinfo=UTC)}
    person = world.person(e164, **(waiting | of))
    with world.engine.begin() as connection:
        wrapped = connection.execute(
            tables.persons.select().where(tables.persons.c.id == person.id)
        ).one()
        box = world.keyring.open_box(wrapped.key_wrapped)
        sealed = {
            name: box.seal("persons", name, person.id, text)
            for name, text in (("date_of_birth_sealed", BORN), ("postcode_sealed", POSTCODE))
        }
        connection.execute(
            update(tables.persons)
            .where(tables.persons.c.id == person.id)
            .values(**sealed, language=language)
        )
        notes = box.seal("referrals", "notes_sealed", person.referral, NOTES)
        connection.execute(
            update(tables.referrals)
            .where(tables.referrals.c.id == person.referral)
            .values(notes_sealed=notes)
        )
        if profile:
            connection.execute(
                update(tables.contact_profiles)
                .where(tables.contact_profiles.c.person_id == person.id)
                .values(**profile)
            )
    return person


def protected(world: World, e164: str = "+447700900123", **of: Any) -> Person:
    """A protected person who said yes to calls, confirmed last week."""
    yes = {"safe_call": "yes", "confirmed_on": date(2026, 2, 25)}
    return somebody(world, e164, profile=yes, **({"tier": "protected"} | of))


def call_back(world: World, person: Person, at: datetime, language: str = "en") -> UUID:
    booked = uuid4()
    world.put(
        tables.appointments,
        id=booked,
        person_id=person.id,
        referral_id=person.referral,
        kind="call_back",
        starts_at=at,
        ends_at=at.replace(hour=at.hour + 2),
        language=language,
        made_at=SHOWS,
    )
    return booked
