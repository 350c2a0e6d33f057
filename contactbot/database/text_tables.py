"""Text messages: which are planned, what was sent, what came in out of the blue."""

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from contactbot.database.columns import (
    blind_index,
    count,
    metadata,
    person_id,
    real_time,
    row_id,
    sealed,
    when,
    word,
)

# One row a referral at most: so there is one invitation at most (`orders` counts a second order
# after a telephone that was off). `due_at` null = not by itself.
text_plans = Table(
    "text_plans",
    metadata,
    Column("referral_id", Uuid, ForeignKey("referrals.id"), primary_key=True),
    word("message"),
    when("due_at"),
    count("orders"),
    when("planned_at", null=False),
    Index("ix_text_plans_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

# What an attempt by text said: a message of the closed set by its id, never the body.
sent_texts = Table(
    "sent_texts",
    metadata,
    Column("attempt_id", Uuid, ForeignKey("attempts.id"), primary_key=True),
    word("message"),
    word("form"),
    Column("segments", Integer, nullable=False),
    Column("life_seconds", Integer, nullable=False),
    Column("error_code", Integer),
    Column("body_erased_at_real", DateTime(timezone=True)),
)

# Texts nobody asked for. `read_at` null = nobody has read it; `settled_at` null = it waits for a
# person. The words of a text from a number nobody here has are sealed under a key of its own.
inbound_texts = Table(
    "inbound_texts",
    metadata,
    row_id(),
    word("provider_id"),
    blind_index("number_index"),
    sealed("key_wrapped"),
    sealed("sender_sealed"),
    sealed("body_sealed"),
    word("meaning"),
    word("effect"),
    when("at", null=False),
    real_time("at_real"),
    when("read_at"),
    word("read_by", null=True),
    when("settled_at"),
    UniqueConstraint("provider_id"),
    Index("ix_inbound_texts_open", "at", postgresql_where=text("settled_at IS NULL")),
)

# The words, once for each person whose number it came from, under that person's own key.
inbound_text_bodies = Table(
    "inbound_text_bodies",
    metadata,
    row_id(),
    Column("inbound_text_id", Uuid, ForeignKey("inbound_texts.id"), nullable=False),
    person_id(),
    sealed("body_sealed"),
    UniqueConstraint("inbound_text_id", "person_id"),
    Index("ix_inbound_text_bodies_person_id", "person_id"),
)
