"""What people said: interviews, answers, consents, needs, ratings, appointments."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from contactbot.database.columns import (
    attempt_id,
    metadata,
    person_id,
    referral_id,
    row_id,
    sealed,
    when,
    word,
)

scripts = Table(
    "scripts",
    metadata,
    Column("hash", Text, primary_key=True),
    word("name"),
    word("version"),
    word("body"),
    when("recorded_at", null=False),
)

interviews = Table(
    "interviews",
    metadata,
    row_id(),
    person_id(),
    referral_id(),
    Column("script_hash", Text, ForeignKey("scripts.hash"), nullable=False),
    word("channel"),
    word("language", null=True),
    word("state"),
    word("ending", null=True),
    attempt_id(null=True),
    when("started_at", null=False),
    when("ended_at"),
    Index("ix_interviews_referral_id", "referral_id"),
    UniqueConstraint("attempt_id"),
)

answers = Table(
    "answers",
    metadata,
    row_id(),
    Column("interview_id", Uuid, ForeignKey("interviews.id"), nullable=False),
    word("step"),
    Column("turn", Integer, nullable=False),
    sealed("value_sealed"),
    word("language"),
    word("channel"),
    when("at", null=False),
    UniqueConstraint("interview_id", "step", "turn"),
)

consent_events = Table(
    "consent_events",
    metadata,
    row_id(),
    person_id(),
    referral_id(null=True),
    attempt_id(null=True),
    word("purpose"),
    word("recipient", null=True),
    word("decision"),
    word("wording"),
    word("wording_hash"),
    word("language"),
    word("channel"),
    word("script_hash", null=True),
    word("identity"),
    word("captured_by"),
    Column("supersedes", Uuid),
    when("at", null=False),
    Index("ix_consent_events_person_id", "person_id", "purpose"),
    CheckConstraint("decision IN ('given', 'refused', 'withdrawn')", name="decision"),
)

# Whether somebody would like help in an area; append-only, the newest answer of an area counts.
needs = Table(
    "needs",
    metadata,
    row_id(),
    person_id(),
    referral_id(),
    attempt_id(),
    word("area"),
    sealed("answer_sealed"),
    word("language"),
    word("channel"),
    word("asked_by"),
    when("asked_at", null=False),
    Column("position", BigInteger, Identity()),
    Index("ix_needs_referral_id", "referral_id", "area", "position"),
)

# Outcome ratings run from 1 (poor) to 10 (excellent); the direction is stored with each.
ratings = Table(
    "ratings",
    metadata,
    row_id(),
    referral_id(),
    Column("interview_id", Uuid, ForeignKey("interviews.id")),
    word("outcome"),
    word("stage"),
    Column("score", SmallInteger, nullable=False),
    word("direction", default="1_poor_10_excellent"),
    when("at", null=False),
    CheckConstraint("score BETWEEN 1 AND 10", name="score"),
)

appointments = Table(
    "appointments",
    metadata,
    row_id(),
    person_id(),
    referral_id(),
    attempt_id(null=True),
    word("kind"),
    when("starts_at", null=False),
    when("ends_at", null=False),
    word("language", null=True),
    word("state", default="booked"),
    when("made_at", null=False),
    Index("ix_appointments_starts_at", "starts_at"),
    Index("ix_appointments_booked", "referral_id", postgresql_where=text("state = 'booked'")),
)
