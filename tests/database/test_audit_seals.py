"""The audit trail is sealed row by row, and whoever changes a row or a seal is found out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from contactbot.audit_anchor import FileAnchor
from contactbot.database import audit_seals
from contactbot.database.audit_chain import ChainKeys
from contactbot.database.audit_seals import DatabaseSeals
from contactbot.operations.sealing import Sealing, seal_audit, tell_head, verify_audit
from contactbot.ports.audit import AnchorAway, AnchorBroken

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEY, OLD_KEY = b"n" * 32, b"o" * 32
SECRET = "of the tests"
ADD = text("""
    INSERT INTO audit (actor, action, subject_type, subject_id, at, at_real, detail)
    VALUES ('somebody', 'person_read', 'person', :subject, :noon, :noon, '{"why": "ŵyr"}')
""")


def add(engine: Engine, *subjects: str) -> None:
    with engine.begin() as connection:
        for subject in subjects:
            connection.execute(ADD, {"subject": subject, "noon": NOON})


def change(engine: Engine, statement: str) -> None:
    """What only an owner of the database can do: take the guard away first."""
    with engine.begin() as connection:
        for table in ("audit", "audit_seals"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        connection.exec_driver_sql(statement)


def sealing_of(engine: Engine, *keys: bytes, anchor: FileAnchor | None = None) -> Sealing:
    return Sealing(DatabaseSeals(engine, ChainKeys(keys or (KEY,))), anchor)


@pytest.fixture
def sealing(database: Engine) -> Sealing:
    return sealing_of(database)


def test_every_row_is_sealed_once_and_the_chain_holds(database: Engine, sealing: Sealing) -> None:
    add(database, *(f"p{number}" for number in range(2500)))
    assert seal_audit(sealing) == 2500
    assert seal_audit(sealing) == 0
    add(database, "later")
    assert verify_audit(sealing).unsealed == 1
    seal_audit(sealing)
    verdict = verify_audit(sealing)
    assert (verdict.sealed, verdict.unsealed, verdict.faults) == (2501, 0, ())


def test_a_row_committed_after_younger_ones_is_sealed_too(
    database: Engine, sealing: Sealing
) -> None:
    with database.connect() as slow:
        slow.execute(ADD, {"subject": "slow", "noon": NOON})
        add(database, "quick")
        assert seal_audit(sealing) == 1
        slow.commit()
    assert seal_audit(sealing) == 1
    assert verify_audit(sealing).faults == ()


def test_a_row_committed_long_after_is_found_by_the_look_through_everything(
    database: Engine, sealing: Sealing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_seals, "_LONG_SEALED", "SELECT max(audit_id) FROM audit_seals")
    with database.connect() as slow:
        slow.execute(ADD, {"subject": "slow", "noon": NOON})
        add(database, *(f"p{number}" for number in range(1500)))
        seal_audit(sealing)
        slow.commit()
    assert seal_audit(sealing) == 0
    tell_head(sealing)
    assert verify_audit(sealing).unsealed == 0


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        ("UPDATE audit SET actor = 'another' WHERE id = 2", "Audit row 2 or seal 2 was changed."),
        ("UPDATE audit SET detail = '{}' WHERE id = 3", "Audit row 3 or seal 3 was changed."),
        ("UPDATE audit SET at_real = now() WHERE id = 1", "Audit row 1 or seal 1 was changed."),
        ("DELETE FROM audit WHERE id = 2", "The audit row under seal 2 is missing."),
        ("DELETE FROM audit_seals WHERE sequence = 2", "Seal 2 is missing."),
        (
            "UPDATE audit_seals SET seal = sha256('x') WHERE sequence = 2",
            "Audit row 2 or seal 2 was changed.",
        ),
    ],
)
def test_whoever_changes_a_row_or_a_seal_is_found_out(
    database: Engine, sealing: Sealing, deed: str, found: str
) -> None:
    add(database, "p1", "p2", "p3", "p4")
    seal_audit(sealing)
    change(database, "ALTER TABLE audit_seals DROP CONSTRAINT fk_audit_seals_audit_id")
    change(database, deed)
    assert found in verify_audit(sealing).faults


@pytest.mark.parametrize(
    "deed",
    ["UPDATE audit_seals SET seal = ''", "DELETE FROM audit_seals", "TRUNCATE audit_seals"],
)
def test_the_database_refuses_to_change_a_seal(
    database: Engine, sealing: Sealing, deed: str
) -> None:
    add(database, "p1")
    seal_audit(sealing)
    with pytest.raises(ProgrammingError, match="append-only"), database.begin() as connection:
        connection.exec_driver_sql(deed)


def test_four_sealers_at_once_make_one_chain(database: Engine, sealing: Sealing) -> None:
    ready = Barrier(5)

    def work() -> None:
        ready.wait()
        for _ in range(20):
            sealing.seals.seal_next(7, everything=False)

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    ready.wait()
    for number in range(60):
        add(database, f"p{number}")
    for worker in workers:
        worker.join()
    seal_audit(sealing)
    verdict = verify_audit(sealing)
    assert (verdict.sealed, verdict.faults) == (60, ())


def test_the_chain_goes_on_under_a_new_key_and_needs_the_old_one_to_be_checked(
    database: Engine,
) -> None:
    add(database, "p1")
    seal_audit(sealing_of(database, OLD_KEY))
    add(database, "p2")
    seal_audit(sealing_of(database, KEY, OLD_KEY))
    assert verify_audit(sealing_of(database, KEY, OLD_KEY)).faults == ()
    alone = verify_audit(sealing_of(database, KEY)).faults
    assert alone == ("The key of seal 1 is not in the settings.",)


def test_a_chain_cut_short_and_sealed_anew_is_found_by_the_anchor(
    database: Engine, tmp_path: Path
) -> None:
    sealing = sealing_of(database, anchor=FileAnchor(tmp_path / "anchor", SECRET))
    add(database, "p1", "p2", "p3")
    tell_head(sealing)
    assert verify_audit(sealing).faults == ()
    change(database, "DELETE FROM audit_seals")
    change(database, "DELETE FROM audit WHERE id = 3")
    seal_audit(sealing)
    assert verify_audit(sealing_of(database)).faults == ()
    assert verify_audit(sealing).faults == ("Seal 3, told elsewhere, is missing.",)
    add(database, "p4")
    seal_audit(sealing)
    assert verify_audit(sealing).faults == ("Seal 3 is not the one that was told elsewhere.",)


def test_an_anchor_somebody_wrote_into_is_refused(database: Engine, tmp_path: Path) -> None:
    path = tmp_path / "anchor"
    sealing = sealing_of(database, anchor=FileAnchor(path, SECRET))
    add(database, "p1")
    tell_head(sealing)
    said = json.loads(path.read_text())
    for line in (json.dumps([2, *said[1:]]), "nothing", "[]"):
        path.write_text(f"{json.dumps(said)}\n{line}\n")
        with pytest.raises(AnchorBroken, match="Line 2"):
            verify_audit(sealing)


def test_an_anchor_out_of_reach_says_so(database: Engine, tmp_path: Path) -> None:
    sealing = sealing_of(database, anchor=FileAnchor(tmp_path / "gone" / "anchor", SECRET))
    add(database, "p1")
    with pytest.raises(AnchorAway, match="AUDIT_ANCHOR"):
        tell_head(sealing)
    assert verify_audit(sealing).sealed == 1
