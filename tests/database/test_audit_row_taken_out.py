"""A row taken out of the audit trail, with its seal, and the rest numbered anew, is missed."""

from database.test_audit_seals import add, change, sealing_of
from sqlalchemy import Engine

from contactbot.operations.sealing import seal_audit, verify_audit

DEEDS = (
    "DELETE FROM audit_seals WHERE sequence = 2",
    "DELETE FROM audit WHERE id = 2",
    "UPDATE audit_seals SET sequence = 2 WHERE sequence = 3",
    "UPDATE audit_seals SET sequence = 3 WHERE sequence = 4",
)


def test_a_row_taken_out_with_its_seal_and_the_rest_numbered_anew_is_found(
    database: Engine,
) -> None:
    sealing = sealing_of(database)
    add(database, "p1", "p2", "p3", "p4")
    seal_audit(sealing)
    assert verify_audit(sealing).faults == ()
    for deed in DEEDS:
        change(database, deed)
    assert "Audit row 3 or seal 2 was changed." in verify_audit(sealing).faults
