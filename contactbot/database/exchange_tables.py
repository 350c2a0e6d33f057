"""What leaves, what enters: the outbox, inbound events, the audit trail, heartbeats, counters."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from contactbot.database.columns import (
    count,
    metadata,
    real_time,
    when,
    word,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False, unique=True),
    word("type"),
    word("case_reference"),
    word("source_system"),
    Column("sequence", Integer, nullable=False),
    when("occurred_at", null=False),
    when("recorded_at", null=False),
    Column("schema", Integer, nullable=False, server_default=text("1")),
    Column("body", JSONB, nullable=False),
    word("state", default="pending"),
    count("tries"),
    when("next_try_real"),
    word("last_error", null=True),
    when("delivered_at_real"),
    UniqueConstraint("source_system", "case_reference", "sequence"),
    Index("ix_outbox_pending", "position", postgresql_where=text("state = 'pending'")),
    Index("ix_outbox_dead", "position", postgresql_where=text("state = 'dead'")),
)

inbox_events = Table(
    "inbox_events",
    metadata,
    Column("id", Text, primary_key=True),
    word("type"),
    word("source_system"),
    word("case_reference"),
    word("result"),
    when("occurred_at"),
    when("received_at", null=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    word("actor"),
    word("action"),
    word("subject_type"),
    word("subject_id", null=True),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    when("at", null=False),
    real_time("at_real"),
)

# In the order in which rows were found committed, which is not always the order of their ids.
audit_seals = Table(
    "audit_seals",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_id", BigInteger, ForeignKey("audit.id"), nullable=False, unique=True),
    Column("seal", LargeBinary, nullable=False),
    Column("key_id", LargeBinary, nullable=False),
    real_time("sealed_at_real"),
)

# When each job last did its work (real time counts), and each feed last brought a file (`at`).
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    when("at", null=False),
    real_time("at_real"),
    word("detail", default=""),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False, server_default=text("0")),
)
