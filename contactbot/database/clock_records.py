"""The simulated calendar in the database: one for all processes, moved only while nothing runs."""

from datetime import datetime

from sqlalchemy import Engine, text

from contactbot.database.transaction import CLOCK_LOCK

_ALONE = text("SELECT pg_advisory_xact_lock(:lock)")
# A leap never waits for the lock: waiting, it would make every newcomer wait behind it, and those
# hold rows that others with a share of the lock are waiting for.
_ALONE_AT_ONCE = text("SELECT pg_try_advisory_xact_lock(:lock)")
_FIX = text("""
    INSERT INTO clock (shows, speed, because)
    SELECT :now, :speed, 'fixed' WHERE NOT EXISTS (SELECT FROM clock)
""")
_SIMULATED = text("SELECT EXISTS (SELECT FROM clock)")
_FIXED = text("SELECT EXISTS (SELECT FROM clock)")
_IDLE = text("""
    SELECT NOT EXISTS (SELECT FROM attempts WHERE state IN
                       ('placing', 'posting', 'queued', 'initiated', 'ringing', 'in_progress'))
""")
_NEXT_DUE = text("""
    SELECT min(due_at) FROM (
        SELECT due_at FROM referrals WHERE route = 'automatic' AND due_at IS NOT NULL
        UNION ALL
        SELECT t.due_at FROM text_plans t JOIN referrals r ON r.id = t.referral_id
         WHERE r.route = 'automatic' AND t.due_at IS NOT NULL) due
    HAVING min(due_at) > simulated_now()
""")
_LEAP = text("""
    INSERT INTO clock (shows, speed, because)
    SELECT :shows, (SELECT speed FROM clock ORDER BY id DESC LIMIT 1), 'leap'
""")


def fix_clock(engine: Engine, now: datetime, speed: float) -> None:
    """Set the simulated calendar, unless another process has set it before.

    The lock is waited for only by those who may be first: later on it would stop the whole service.
    """
    with engine.begin() as connection:
        if connection.execute(_FIXED).scalar_one():
            return
        connection.execute(_ALONE, {"lock": CLOCK_LOCK})
        connection.execute(_FIX, {"now": now, "speed": speed})


def is_simulated(engine: Engine) -> bool:
    """Whether this database's calendar has ever been set to anything but real time."""
    with engine.connect() as connection:
        return bool(connection.execute(_SIMULATED).scalar_one())


def leap(engine: Engine) -> datetime | None:
    """Move the calendar to the next due moment; None if something is due, in flight, or not.

    Only for demonstrations. Whoever decides by the calendar shares the lock that is held here, so
    a decision and the call it allows lie on the same side of a leap.
    """
    with engine.begin() as connection:
        if not connection.execute(_ALONE_AT_ONCE, {"lock": CLOCK_LOCK}).scalar_one():
            return None
        if not connection.execute(_IDLE).scalar_one():
            return None
        due: datetime | None = connection.execute(_NEXT_DUE).scalar_one_or_none()
        if due is not None:
            connection.execute(_LEAP, {"shows": due})
        return due
