"""Second schema: needs in short, what a supervisor settles, and the indexes the queue is read by."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parents[1] / "sql"


def upgrade() -> None:
    for part in sorted(SQL.glob("0002_*.up.sql")):
        op.get_bind().exec_driver_sql(part.read_text("utf-8"))


def downgrade() -> None:
    for part in sorted(SQL.glob("0002_*.down.sql"), reverse=True):
        op.get_bind().exec_driver_sql(part.read_text("utf-8"))
