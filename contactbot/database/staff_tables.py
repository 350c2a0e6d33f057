"""Staff: who they are, when they are signed in, whom they are calling, what they released."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from contactbot.database.columns import (
    attempt_id,
    count,
    flag,
    metadata,
    person_id,
    real_time,
    referral_id,
    row_id,
    sealed,
    when,
    word,
)

users = Table(
    "users",
    metadata,
    row_id(),
    word("name"),
    word("role"),
    word("password_hash"),
    flag("welsh"),
    real_time("made_at_real"),
    when("closed_at_real"),
    UniqueConstraint("name"),
)


def user_id() -> Column[object]:
    return Column("user_id", Uuid, ForeignKey("users.id"), nullable=False)


# The browser holds the id, the database its hash: a copy of this table opens no door.
staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id_hash", LargeBinary, primary_key=True),
    user_id(),
    real_time("begun_at_real"),
    real_time("seen_at_real"),
    when("ended_at_real"),
    Index("ix_staff_sessions_user_id", "user_id"),
)

# Names tried may be passwords typed into the wrong field, so only keyed hashes are kept.
sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("account_index", LargeBinary, nullable=False),
    Column("network_index", LargeBinary, nullable=False),
    Column("succeeded", Boolean, nullable=False),
    real_time("at_real"),
    Index("ix_sign_in_tries_account_index", "account_index", "at_real"),
    Index("ix_sign_in_tries_network_index", "network_index", "at_real"),
)

# One caller to a person and one person to a caller at a time, whoever asks and how often.
caller_claims = Table(
    "caller_claims",
    metadata,
    row_id(),
    person_id(),
    referral_id(),
    user_id(),
    attempt_id(null=True),
    real_time("claimed_at_real"),
    real_time("beat_at_real"),
    flag("beats"),
    word("identity", null=True),
    count("identity_tries"),
    flag("private"),
    word("language", null=True),
    when("ended_at_real"),
    word("ended_because", null=True),
    Index(
        "uq_caller_claims_person",
        "person_id",
        unique=True,
        postgresql_where=text("ended_at_real IS NULL"),
    ),
    Index(
        "uq_caller_claims_user",
        "user_id",
        unique=True,
        postgresql_where=text("ended_at_real IS NULL"),
    ),
    CheckConstraint("NOT private OR identity IS NOT NULL", name="ladder"),
)

# A supervisor lets a person be called by hand without a confirmed profile: until a moment, or until
# a call was answered (`used_up_at`). Why is in `supervisor_acts`; `reason` is from before.
contact_releases = Table(
    "contact_releases",
    metadata,
    row_id(),
    person_id(),
    referral_id(),
    word("reason", null=True),
    when("until", null=False),
    word("released_by"),
    when("at", null=False),
    when("used_up_at"),
    Index("ix_contact_releases_referral_id", "referral_id"),
)

# What supervisors decided, why and when; the note is sealed under the key of the person, or of the
# text, that it is about.
supervisor_acts = Table(
    "supervisor_acts",
    metadata,
    row_id(),
    word("act"),
    Column("subject_id", Uuid, nullable=False),
    person_id(null=True),
    word("made_by"),
    sealed("note_sealed"),
    when("at", null=False),
    real_time("at_real"),
    Index(
        "uq_supervisor_acts_once",
        "act",
        "subject_id",
        unique=True,
        postgresql_where=text("act IN ('text_settled', 'hold_lifted')"),
    ),
    Index("ix_supervisor_acts_person_id", "person_id"),
)
