"""Connections to PostgreSQL, with limits on how long anything may wait or hold on."""

from sqlalchemy import Engine, create_engine, event

from contactbot.database.journeys import forget_prepared

__all__ = ["LIMITS", "Engine", "make_engine"]  # who may not see SQLAlchemy takes Engine from here

# A webhook must answer in seconds, and an idle transaction beside the queue slows every claim.
LIMITS = {
    "statement_timeout": "30s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "timezone": "UTC",
    # Record, commit, then dial: a commit that a power cut can lose is no record.
    "synchronous_commit": "on",
}


def make_engine(url: str, *, pool_size: int = 5, **limits: str) -> Engine:
    """An engine on a `postgresql+psycopg://` address; connections are made when first needed.

    `pool_size` is the most connections this process holds at once; `limits` overrides settings of
    the session by name, e.g. `statement_timeout="5min"` for a migration.
    """
    options = " ".join(f"-c {name}={value}" for name, value in (LIMITS | limits).items())
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # an error's text must not hold what the statement held
        connect_args={"options": options, "connect_timeout": 10},
    )
    event.listen(engine, "rollback", forget_prepared)
    return engine
