"""Rejects are kept as they were given and can be imported again once mended."""

import stat

import pytest

from contactbot.casestore.referral_file import Header, open_referral_file
from contactbot.casestore.reject_file import reject_file
from contactbot.domain.cells import RowFault
from contactbot.ports.referral_source import IncomingRow

HEADER = Header(";", ("reference", "phone", "notes"))
ROW = IncomingRow(7, {"reference": "A1", "phone": "+44 12", "notes": "=1+1"})
FAULTS = (
    RowFault("phone", "+44 12", "Digits are missing.", "Type the whole number."),
    RowFault("notes", "=1+1", "The cell starts like a formula.", "Type the value."),
)


def test_a_mended_reject_file_is_a_referral_file(tmp_path):
    path = tmp_path / "a.rejects.csv"
    with reject_file(path, HEADER) as rejects:
        rejects.add(ROW, FAULTS)
    with open_referral_file(path, ("reference",)) as file:
        (row,) = file.rows()
        assert file.header.unknown(HEADER.columns) == ()
    assert row.cells["reference"] == "A1"
    assert row.cells["line"] == "7"
    assert row.cells["column"] == "phone | notes"
    assert row.cells["remedy"] == "Type the whole number. | Type the value."


def test_no_spreadsheet_runs_a_cell_of_the_reject_file(tmp_path):
    path = tmp_path / "a.rejects.csv"
    with reject_file(path, HEADER) as rejects:
        rejects.add(ROW, FAULTS)
    assert ";'+44 12;'=1+1;" in path.read_text(encoding="utf-8-sig")


def test_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "a.rejects.csv"
    with reject_file(path, HEADER) as rejects:
        rejects.add(ROW, FAULTS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_rejects_there_is_no_file(tmp_path):
    with reject_file(tmp_path / "a.rejects.csv", HEADER):
        pass
    assert list(tmp_path.iterdir()) == []


def test_an_import_that_breaks_off_leaves_no_reject_file(tmp_path):
    with pytest.raises(AttributeError), reject_file(tmp_path / "a.csv", HEADER) as rejects:
        rejects.add(None, FAULTS)
    assert list(tmp_path.iterdir()) == []
