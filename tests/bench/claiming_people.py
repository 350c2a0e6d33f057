"""A durable database with a long queue of made-up people, those at its head with real seals."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import make_url

from contactbot.database.crypto import Keyring
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade

KEYS = Keyring([b"e" * 32], [b"i" * 32])
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)  # a Monday morning
PROFILE_OF = date(2026, 2, 27)
AT_ONCE = 250_000

# People who wait behind: sealed bytes nobody will open, ids in the order they are made.
_WAITING = (
    """INSERT INTO persons (id, key_wrapped, created_at)
       SELECT %(id)s, decode(repeat(md5(i::text), 2) || 'ab', 'hex'), %(now)s FROM %(these)s""",
    """INSERT INTO numbers (id, person_id, position, number_sealed, number_index, added_at)
       SELECT %(id)s, %(id)s, 1, decode(md5(i::text), 'hex'),
              decode(lpad(to_hex(i), 32, 'e'), 'hex'), %(now)s FROM %(these)s""",
    """INSERT INTO contact_profiles (id, person_id, version, safe_call, safe_text, safe_voicemail,
                                     confirmed_on, recorded_at)
       SELECT %(id)s, %(id)s, 1, 'yes', 'blank', 'blank', %(confirmed)s, %(now)s FROM %(these)s""",
    """INSERT INTO referrals (id, person_id, reference, source_system, crime_group, flags_assessed,
                              tier, state, route, due_at, breach_at, referred_at, imported_at,
                              updated_at)
       SELECT %(id)s, %(id)s, 'W-' || lpad(i::text, 9, '0'), 'niche', 'theft', true,
              CASE WHEN %(route)s = 'caller' AND i %% 5 < 2 THEN 'protected' ELSE 'standard' END,
              'awaiting_contact', %(route)s, CASE WHEN %(route)s = 'automatic' THEN %(now)s END,
              %(now)s + interval '9 days' + i * interval '1 microsecond', %(now)s, %(now)s, %(now)s
         FROM %(these)s""",
)
_READY = f"""
    SELECT count(*) FROM referrals
     WHERE route = 'automatic' AND due_at <= '{NOW}' AND breach_at < '{NOW + timedelta(days=9)}'
"""


@dataclass
class People:
    """One database: its address, and how many people were ready at its head."""

    url: str
    connection: psycopg.Connection[Any]
    made: int = field(default=0)
    waiting: int = field(default=0)

    def wait(self, number: int, route: str = "automatic") -> None:
        """So many more people in the queue, behind all who are ready."""
        self.connection.execute("SET session_replication_role = replica")
        for first in range(self.waiting + 1, self.waiting + number + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, self.waiting + number)
            given = {
                "id": "('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid",
                "these": f"generate_series({first}, {last}) i",
                "now": f"'{NOW.isoformat()}'::timestamptz",
                "confirmed": f"'{PROFILE_OF.isoformat()}'::date",
                "route": f"'{route}'",
            }
            for statement in _WAITING:
                self.connection.execute(statement % given)
        self.connection.execute("SET session_replication_role = origin")
        self.waiting += number

    def be_ready(self, number: int, **referral: object) -> None:
        """So many more people at the head of the queue whom the gate allows to be called."""
        people = [_person(self.made + place, referral) for place in range(number)]
        for table in people[0]:
            rows = [person[table] for person in people]
            with self.connection.cursor() as cursor, cursor.copy(_copy(table, rows[0])) as copy:
                for row in rows:
                    copy.write_row(list(row.values()))
        self.made += number

    def be_ready_again(self, number: int) -> None:
        """At least so many at the head of the queue, those counted in who are still there."""
        missing = number - self.count(_READY)
        if missing > 0:
            self.be_ready(missing)
        # As autovacuum does within a minute: plans made for empty tables would stay.
        self.connection.execute("ANALYZE")

    def count(self, query: str) -> int:
        """The one number a query answers with."""
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def settle(self) -> None:
        """After so much writing: what a database that has lived for a while has done already."""
        self.connection.execute("VACUUM ANALYZE")
        self.connection.execute("CHECKPOINT")


def _person(place: int, referral: dict[str, object]) -> dict[str, dict[str, Any]]:
    person, number, case = uuid4(), uuid4(), uuid4()
    wrapped = KEYS.new_person_key()
    box = KEYS.open_box(wrapped)
    written = f"+447700900{place:07d}"  # nobody's: too long by far
    sealed = box.seal("numbers", "number_sealed", number, written)
    times = dict.fromkeys(("referred_at", "imported_at", "updated_at"), NOW)
    known = {
        "id": case,
        "person_id": person,
        "reference": f"R-{place}",
        "source_system": "niche",
        "crime_group": "theft",
        "flags_assessed": True,
        "tier": "standard",
        "state": "awaiting_contact",
        "route": "automatic",
        "due_at": NOW,
        "breach_at": NOW + timedelta(days=2, milliseconds=place),
        "contact_code_sealed": box.seal("referrals", "contact_code_sealed", case, "4321"),
    }
    return {
        "persons": {"id": person, "key_wrapped": bytes(wrapped), "created_at": NOW},
        "numbers": {
            "id": number,
            "person_id": person,
            "position": 1,
            "number_sealed": sealed,
            "number_index": KEYS.blind("number", written),
            "added_at": NOW,
        },
        "contact_profiles": {
            "id": uuid4(),
            "person_id": person,
            "version": 1,
            "safe_call": "yes",
            "safe_text": "blank",
            "safe_voicemail": "blank",
            "confirmed_on": PROFILE_OF,
            "recorded_at": NOW,
        },
        "referrals": known | times | referral,
    }


def _copy(table: str, row: dict[str, Any]) -> str:
    return f"COPY {table} ({', '.join(row)}) FROM STDIN"


@contextmanager
def people(server_url: str, name: str) -> Iterator[People]:
    """A fresh database with the newest schema, a clock and a pace."""
    with psycopg.connect(_plain(server_url), autocommit=True) as administration:
        administration.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        administration.execute(f"CREATE DATABASE {name}")
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        connection.execute("INSERT INTO clock (shows, because) VALUES (%s, 'bench')", [NOW])
        connection.execute("INSERT INTO pacing VALUES ('calls', clock_timestamp())")
        yield People(url, connection)
    with psycopg.connect(_plain(server_url), autocommit=True) as administration:
        administration.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def settings_of(connection: psycopg.Connection[Any], names: Sequence[str]) -> dict[str, str]:
    """What the server is set to."""
    return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in names}
