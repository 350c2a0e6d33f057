"""Attempts: every try at contact, what decided it, its proof, its pace, its clock."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
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
    LIVE,
    attempt_id,
    count,
    metadata,
    person_id,
    real_time,
    referral_id,
    row_id,
    when,
    word,
    words,
)

# What the clock shows: the newest row holds. `simulated_now()` (SQL function of the first
# migration) is shows + (clock_timestamp() - anchored_at_real) * speed of that row, or the real
# time where there is no row. A leap is a new row, so every real moment keeps its simulated one.
clock = Table(
    "clock",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    real_time("anchored_at_real"),
    when("shows", null=False),
    Column("speed", Float, nullable=False, server_default=text("1")),
    word("because"),
)

attempts = Table(
    "attempts",
    metadata,
    row_id(),
    word("token"),
    person_id(),
    referral_id(),
    Column("number_id", Uuid, ForeignKey("numbers.id")),
    Column("number_index", LargeBinary, nullable=False),
    word("channel"),
    word("programme", default="support"),
    word("by", default="automatic"),
    word("state"),
    word("provider_id", null=True),
    when("decided_at", null=False),
    when("placed_at"),
    when("ended_at"),
    when("close_at"),
    real_time("intent_at_real"),
    when("deadline_real", null=False),
    when("posted_at_real"),
    when("bound_at_real"),
    when("look_at_real"),
    count("looks"),
    when("cancel_asked_at_real"),
    word("cancel_because", null=True),
    Column("last_sequence", Integer),
    Column("seconds", Integer),
    word("ending", null=True),
    word("disposition", null=True),
    word("aapor", null=True),
    word("language", null=True),
    word("script_hash", null=True),
    word("policy_version"),
    UniqueConstraint("token"),
    UniqueConstraint("provider_id"),
    Index("uq_attempts_live_person", "person_id", unique=True, postgresql_where=LIVE),
    Index("uq_attempts_live_number", "number_index", unique=True, postgresql_where=LIVE),
    Index("ix_attempts_live", "look_at_real", postgresql_where=LIVE),
    Index("ix_attempts_person_id", "person_id", "decided_at"),
    Index("ix_attempts_number_index", "number_index", "decided_at"),
    Index("ix_attempts_referral_id", "referral_id"),
    Index("ix_attempts_decided_at", "decided_at", "id"),
    CheckConstraint(f"ended_at IS NULL OR NOT ({LIVE.text})", name="ended"),
)

attempt_events = Table(
    "attempt_events",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    attempt_id(),
    word("source"),
    Column("sequence", Integer, nullable=False),
    word("status"),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    when("at", null=False),
    real_time("at_real"),
    UniqueConstraint("attempt_id", "source", "sequence"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    person_id(),
    referral_id(),
    attempt_id(null=True),
    word("channel"),
    word("means"),
    word("moment"),
    Column("allowed", Boolean, nullable=False),
    words("reasons"),
    word("policy_version"),
    when("at", null=False),
    Index("ix_decisions_referral_id", "referral_id", "id"),
    Index("ix_decisions_attempt_id", "attempt_id"),
)

# A keypad call in progress: the newest turn and the words it answered with, so that a webhook
# delivered twice hears the same words and changes nothing.
call_sessions = Table(
    "call_sessions",
    metadata,
    Column("attempt_id", Uuid, ForeignKey("attempts.id"), primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("session", JSONB, nullable=False),
    Column("script_hash", Text, ForeignKey("scripts.hash"), nullable=False),
    when("at", null=False),
)

call_turns = Table(
    "call_turns",
    metadata,
    Column("attempt_id", Uuid, ForeignKey("attempts.id"), primary_key=True),
    Column("turn", Integer, primary_key=True),
    word("twiml"),
    when("at", null=False),
)

# One row says when the next call may be placed, so that all workers together keep the pace.
pacing = Table(
    "pacing",
    metadata,
    Column("name", Text, primary_key=True),
    when("next_at_real", null=False),
)
