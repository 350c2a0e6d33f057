"""`contactbot audit verify` tells by its exit code whether the trail is whole."""

import json

from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from contactbot.cli.audit import audit
from contactbot.database.audit_chain import ChainKeys
from contactbot.database.audit_seals import DatabaseSeals

KEY = b"k" * 32
ADD = text("""
    INSERT INTO audit (actor, action, subject_type, at, at_real)
    VALUES ('somebody', 'person_read', 'person', now(), now() - interval '6 seconds')
""")


def verify(url: str, *arguments: str) -> Result:
    env = {
        "CONTACTBOT_DATABASE_URL": url,
        "CONTACTBOT_DATA_DIR": "nowhere",
        "CONTACTBOT_ENCRYPTION_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    }
    return CliRunner(env=env).invoke(audit, ["verify", *arguments])


def test_the_exit_code_tells_whether_the_trail_is_whole(
    database: Engine, database_url: str
) -> None:
    with database.begin() as connection:
        connection.execute(ADD)
    unsealed = verify(database_url, "--json")
    assert unsealed.exit_code == 1
    assert json.loads(unsealed.stdout)["unsealed"] == 1
    assert DatabaseSeals(database, ChainKeys([KEY])).seal_next(10, everything=False) == 1
    whole = verify(database_url)
    assert whole.exit_code == 0
    assert whole.output == "1 rows are sealed.\nNo row was changed or taken away.\n"
    with database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER ALL")
        connection.exec_driver_sql("UPDATE audit SET actor = 'another'")
    changed = verify(database_url)
    assert changed.exit_code == 1
    assert "Audit row 1 or seal 1 was changed." in changed.output
