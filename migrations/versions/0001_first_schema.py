"""First schema: people, cases, contact, what was said, what leaves, and what is refused."""

import re
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"
TABLES = ("0001_cases.sql", "0001_contact.sql", "0001_texts.sql", "0001_staff.sql", "0001_exchange.sql")
RULES = "0001_rules.sql"


def upgrade() -> None:
    for name in (*TABLES, RULES):
        op.get_bind().exec_driver_sql((SQL / name).read_text("utf-8"))


def downgrade() -> None:
    created = "".join((SQL / name).read_text("utf-8") for name in TABLES)
    tables = re.findall(r"^CREATE TABLE (\w+)", created, re.MULTILINE)
    op.execute("DROP FUNCTION simulated_now")
    op.execute(f"DROP TABLE {', '.join(tables)}")  # and with each its triggers and indexes
    op.execute("DROP FUNCTION refuse_change")
