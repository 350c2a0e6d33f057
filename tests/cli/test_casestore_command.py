"""The casestore commands deliver, report in the agreed shape, and tell a script the truth."""

import base64
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from contactbot.cli.casestore import casestore
from contactbot.config import SettingsFault
from contactbot.database.outbox_records import add_outbox

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def run(database_url, tmp_path):
    environment = {
        "CONTACTBOT_DATABASE_URL": database_url,
        "CONTACTBOT_DATA_DIR": "nowhere",
        "CONTACTBOT_ENCRYPTION_KEYS": KEY,
        "CONTACTBOT_INDEX_KEYS": KEY,
        "CONTACTBOT_CASE_STORE": f"folder:{tmp_path / 'store'}",
    }

    def runs(*arguments, **more):
        return CliRunner(env=environment | more).invoke(casestore, arguments)

    return runs


@pytest.fixture
def fact(database):
    with database.begin() as connection:
        add_outbox(
            connection,
            type="status",
            case_reference="R1",
            source_system="niche",
            occurred_at=AT,
            recorded_at=AT,
            body={"state": "contacted"},
        )


@pytest.mark.usefixtures("fact")
def test_sync_delivers_and_status_says_so(run, tmp_path):
    before = json.loads(run("status", "--json").stdout)
    assert (before["pending"], before["delivered"]) == (1, 0)
    assert before["oldest_pending_seconds"] > 0
    result = run("sync", "--json")
    assert result.exit_code == 0
    expected = {"pending": 0, "delivered": 1, "dead": 0, "oldest_pending_seconds": 0, "feeds": {}}
    assert json.loads(result.stdout) == expected
    assert len(list((tmp_path / "store" / "outbox").iterdir())) == 1


@pytest.mark.usefixtures("fact")
def test_a_case_store_that_is_away_keeps_everything_and_is_exit_code_1(run, tmp_path):
    (tmp_path / "store").write_text("not a folder")
    result = run("sync", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["pending"] == 1
    assert "cannot be reached" in result.stderr


REFERRALS = (
    "reference,source_system,source,crime_group,flags,referred_at\n"
    "R1,niche,home_force,burglary,none,2026-03-02\nR2,mavis,self,theft,none,2026-03-02\n"
)


def test_status_tells_when_each_source_last_brought_a_file(run, tmp_path, database):
    inbox = tmp_path / "store" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "monday.csv").write_text(REFERRALS)
    (inbox / "refused.csv").write_text("not a referral file")
    assert run("sync").exit_code == 0
    feeds = json.loads(run("status", "--json").stdout)["feeds"]
    assert list(feeds) == ["mavis", "niche"]
    assert feeds["niche"]["quiet"] is False
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE heartbeats SET at = '2026-01-05T09:00Z'")
    told = run("status").stdout
    assert "feed niche: 2026-01-05T09:00:00+00:00, gone quiet" in told


def test_without_a_case_store_the_setting_is_named(run):
    result = run("sync", CONTACTBOT_CASE_STORE="")
    assert isinstance(result.exception, SettingsFault)
    assert "CONTACTBOT_CASE_STORE" in str(result.exception)
