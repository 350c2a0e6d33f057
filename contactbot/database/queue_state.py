"""How the queue stands at this moment: what waits, what is in flight, what is still to come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, text

_STATE = text("""
    SELECT simulated_now() AS calendar,
           count(*) FILTER (WHERE state IN ('new', 'awaiting_contact', 'attempted')) AS waiting,
           count(*) FILTER (WHERE first_contact_at IS NOT NULL) AS contacted,
           count(*) FILTER (WHERE state = 'held') AS held,
           count(*) FILTER (WHERE route = 'caller') AS for_callers,
           count(*) FILTER (WHERE route = 'automatic' AND due_at IS NOT NULL) AS to_come,
           (SELECT count(*) FROM attempts) AS attempts,
           (SELECT count(*) FROM attempts WHERE state IN
            ('placing', 'posting', 'queued', 'initiated', 'ringing', 'in_progress')) AS in_flight,
           (SELECT count(*) FROM outbox WHERE state = 'pending') AS pending
      FROM referrals
""")
_REAL_DATA = text("""
    SELECT EXISTS (SELECT FROM referrals) AND NOT EXISTS (SELECT FROM clock)
""")
_TABLES = text("SELECT to_regclass('public.referrals') IS NOT NULL")


@dataclass(frozen=True, slots=True)
class QueueState:
    """Counts of one moment; `to_come` are referrals the machine will still try."""

    calendar: datetime
    waiting: int
    contacted: int
    held: int
    for_callers: int
    to_come: int
    attempts: int
    in_flight: int
    pending: int

    @property
    def finished(self) -> bool:
        """Nothing is in flight and nothing will become due."""
        return not self.in_flight and not self.to_come


def read_queue_state(engine: Engine) -> QueueState:
    """The queue as it stands."""
    with engine.connect() as connection:
        row = connection.execute(_STATE).mappings().one()
        return QueueState(**row)


def holds_real_data(engine: Engine) -> bool:
    """Whether there are referrals here that no demonstration made."""
    with engine.connect() as connection:
        if not connection.execute(_TABLES).scalar_one():
            return False
        return bool(connection.execute(_REAL_DATA).scalar_one())
