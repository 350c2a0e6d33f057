"""The kinds of column the tables are made of.

Columns whose names end in `_sealed` hold AES-256-GCM ciphertexts under the person's own key, with
table, column and row id bound in; those ending in `_index` hold keyed blind indexes. Times named
`*_real` are the database's own clock; all other times are the calendar the rules live by.
"""

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

APPEND_ONLY = (
    "audit",
    "audit_seals",
    "consent_events",
    "attempt_events",
    "decisions",
    "clock",
    "supervisor_acts",
    "needs",
)
LIVE_STATES = ("placing", "posting", "queued", "initiated", "ringing", "in_progress")
LIVE = text("state IN ({})".format(", ".join(f"'{state}'" for state in LIVE_STATES)))


def when(name: str, *, null: bool = True) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null)


def real_time(name: str) -> Column[object]:
    default = func.clock_timestamp()
    return Column(name, DateTime(timezone=True), nullable=False, server_default=default)


def row_id() -> Column[object]:
    return Column("id", Uuid, primary_key=True)


def sealed(name: str) -> Column[object]:
    return Column(name, LargeBinary)


def blind_index(name: str) -> Column[object]:
    return Column(name, LargeBinary)


def word(name: str, *, null: bool = False, default: str | None = None) -> Column[object]:
    return Column(name, Text, nullable=null, server_default=default)


def flag(name: str) -> Column[object]:
    return Column(name, Boolean, nullable=False, server_default=text("false"))


def words(name: str) -> Column[object]:
    return Column(name, ARRAY(Text), nullable=False, server_default=text("'{}'"))


def count(name: str) -> Column[object]:
    return Column(name, Integer, nullable=False, server_default=text("0"))


def person_id(*, null: bool = False) -> Column[object]:
    return Column("person_id", Uuid, ForeignKey("persons.id"), nullable=null)


def referral_id(*, null: bool = False) -> Column[object]:
    return Column("referral_id", Uuid, ForeignKey("referrals.id"), nullable=null)


def attempt_id(*, null: bool = False) -> Column[object]:
    return Column("attempt_id", Uuid, ForeignKey("attempts.id"), nullable=null)
