"""Migrations go up and down with data in the tables, and make exactly what the models say."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Connection, Engine, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from contactbot.database import tables
from contactbot.database.engine import make_engine
from contactbot.database.migrate import check, downgrade, upgrade

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PERSON, REFERRAL, ATTEMPT = (UUID(int=number) for number in (1, 2, 3))


def add_person(connection: Connection, person: UUID = PERSON) -> None:
    connection.execute(insert(tables.persons).values(id=person, created_at=NOON))


def add_referral(connection: Connection) -> None:
    add_person(connection)
    connection.execute(
        insert(tables.referrals).values(
            id=REFERRAL,
            person_id=PERSON,
            reference="A1",
            source_system="niche",
            crime_group="burglary",
            referred_at=NOON,
            tier="protected",
            state="new",
            route="none",
            imported_at=NOON,
            updated_at=NOON,
        )
    )


def add_attempt(connection: Connection, attempt: UUID, number: bytes, state: str) -> None:
    connection.execute(
        insert(tables.attempts).values(
            id=attempt,
            token=attempt.hex,
            person_id=PERSON,
            referral_id=REFERRAL,
            number_index=number,
            channel="call",
            state=state,
            decided_at=NOON,
            deadline_real=NOON,
            policy_version="test",
        )
    )


def add_one_row_to_each_append_only_table(connection: Connection) -> None:
    add_referral(connection)
    add_attempt(connection, ATTEMPT, b"n", "placing")
    rows: dict[str, dict[str, object]] = {
        "audit": {
            "id": 1, "actor": "test", "action": "test", "subject_type": "test", "at": NOON,
        },
        "audit_seals": {"sequence": 1, "audit_id": 1, "seal": b"test", "key_id": b"test"},
        "attempt_events": {
            "attempt_id": ATTEMPT, "source": "us", "sequence": 0, "status": "placing", "at": NOON,
        },
        "decisions": {
            "person_id": PERSON, "referral_id": REFERRAL, "channel": "call", "means": "automatic",
            "moment": "planned", "allowed": False, "policy_version": "test", "at": NOON,
        },
        "consent_events": {
            "id": PERSON, "person_id": PERSON, "purpose": "support", "decision": "given",
            "wording": "test", "wording_hash": "test", "language": "cy", "channel": "call",
            "identity": "code", "captured_by": "test", "at": NOON,
        },
        "clock": {"shows": NOON, "because": "test"},
        "supervisor_acts": {
            "id": PERSON, "act": "test", "subject_id": PERSON, "made_by": "test", "at": NOON,
        },
        "needs": {
            "id": PERSON, "person_id": PERSON, "referral_id": REFERRAL, "attempt_id": ATTEMPT,
            "area": "drugs_alcohol", "language": "cy", "channel": "voice", "asked_by": "keypad",
            "asked_at": NOON,
        },
    }  # fmt: skip
    assert set(rows) == set(tables.APPEND_ONLY)
    for name, values in rows.items():
        connection.execute(insert(tables.metadata.tables[name]).values(values))


def test_models_and_migrations_agree(database: Engine) -> None:
    assert check(database) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("DROP INDEX uq_attempts_live_person", "lacks attempts.uq_attempts_live_person"),
        ("ALTER TABLE attempts DROP CONSTRAINT ck_attempts_ended", "lacks attempts.ck_attempts"),
        ("ALTER TABLE audit ADD COLUMN extra int", "models lack audit.extra"),
        ("ALTER TABLE referrals ALTER tries DROP DEFAULT", "lacks referrals.tries"),
        ("ALTER TABLE audit DISABLE TRIGGER append_only", "keeps audit append-only"),
        ("UPDATE alembic_version SET version_num = '0000'", "revision 0000"),
    ],
)
def test_a_database_that_differs_is_found_out(database: Engine, change: str, finding: str) -> None:
    with database.begin() as connection:
        connection.execute(text(change))
    assert any(finding in line for line in check(database))


def test_the_check_leaves_nothing_behind(database: Engine) -> None:
    before = inspect(database).get_schema_names()
    check(database)
    assert inspect(database).get_schema_names() == before


def test_up_down_and_up_again_with_data_in_the_tables(empty_database_url: str) -> None:
    engine = make_engine(empty_database_url)
    upgrade(engine)
    with engine.begin() as connection:
        add_one_row_to_each_append_only_table(connection)
    upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(tables.audit)) == 1
    downgrade(engine, "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    upgrade(engine)
    assert check(engine) == []
    engine.dispose()


def test_many_processes_may_upgrade_at_once(empty_database_url: str) -> None:
    engines = [make_engine(empty_database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(upgrade, engines))
    assert check(engines[0]) == []
    for engine in engines:
        engine.dispose()


@pytest.mark.parametrize("table", tables.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_append_only_tables_refuse_changes(
    connection: Connection, table: str, statement: str
) -> None:
    add_one_row_to_each_append_only_table(connection)
    last = tables.metadata.tables[table].columns.keys()[-1]
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    with pytest.raises(ProgrammingError, match="append-only"):
        connection.execute(text(statement.format(table, f"{last} = {last}")))


def test_one_person_has_one_live_attempt(connection: Connection) -> None:
    add_referral(connection)
    add_attempt(connection, UUID(int=4), b"first", "completed")
    add_attempt(connection, UUID(int=5), b"first", "ringing")
    with pytest.raises(IntegrityError, match="uq_attempts_live_person"):
        add_attempt(connection, UUID(int=6), b"second", "placing")


def test_an_open_hold_is_not_doubled_even_without_a_referral(connection: Connection) -> None:
    add_person(connection)
    hold = {"person_id": PERSON, "reason": "shared_number", "placed_at": NOON, "placed_by": "test"}
    connection.execute(insert(tables.holds).values(id=UUID(int=4), **hold))
    with pytest.raises(IntegrityError, match="uq_holds_open"):
        connection.execute(insert(tables.holds).values(id=UUID(int=5), **hold))


def simulated_and_real(connection: Connection) -> tuple[datetime, datetime]:
    simulated, real = connection.execute(text("SELECT simulated_now(), clock_timestamp()")).one()
    return simulated, real


def test_without_an_offset_the_simulated_clock_is_the_real_one(connection: Connection) -> None:
    simulated, real = simulated_and_real(connection)
    assert abs((simulated - real).total_seconds()) < 1


def test_the_newest_row_sets_the_simulated_clock(connection: Connection) -> None:
    for shows, speed in ((datetime(2020, 1, 1, tzinfo=UTC), 1), (NOON, 1000)):
        connection.execute(insert(tables.clock).values(shows=shows, speed=speed, because="test"))
    first, _ = simulated_and_real(connection)
    connection.execute(text("SELECT pg_sleep(0.02)"))
    second, _ = simulated_and_real(connection)
    assert first >= NOON
    assert (second - first).total_seconds() >= 20
