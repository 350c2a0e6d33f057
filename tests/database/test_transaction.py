"""A transaction's moment: read once, and nobody waits for another transaction to read its own."""

import threading
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

from sqlalchemy import Engine, text

from contactbot.database.clock_records import fix_clock
from contactbot.database.engine import make_engine
from contactbot.database.transaction import CLOCK_LOCK, Transaction

AT = datetime(2026, 3, 23, 9, tzinfo=UTC)


class SlowDatabase:
    """A connection that answers only when it is let."""

    def __init__(self, *, at_once: bool) -> None:
        self.asked, self.answers, self.times = threading.Event(), threading.Event(), 0
        if at_once:
            self.answers.set()

    @property
    def connection(self) -> SimpleNamespace:
        return SimpleNamespace(driver_connection=self)

    def execute(self, *_: object) -> SimpleNamespace:
        self.asked.set()
        self.times += 1
        assert self.answers.wait(10)
        return SimpleNamespace(fetchall=lambda: [(AT, AT)])


def test_a_transaction_that_waits_for_its_moment_keeps_no_other_waiting(keyring) -> None:
    waiting, free = SlowDatabase(at_once=False), SlowDatabase(at_once=True)
    slow = threading.Thread(target=lambda: Transaction(waiting, keyring).instant)
    slow.start()
    assert waiting.asked.wait(10)
    quick = threading.Thread(target=lambda: Transaction(free, keyring).instant)
    quick.start()
    quick.join(5)
    overtaken = quick.is_alive()
    waiting.answers.set()
    slow.join()
    quick.join()
    assert not overtaken


def test_the_moment_of_a_transaction_stands_still(keyring) -> None:
    database = SlowDatabase(at_once=True)
    transaction = Transaction(database, keyring)
    assert transaction.instant is transaction.instant
    assert database.times == 2


def test_what_waited_for_a_person_happens_after_whoever_had_them_before(keyring) -> None:
    database = SlowDatabase(at_once=True)
    transaction = Transaction(database, keyring)
    before = transaction.instant
    transaction.lock_person(uuid4())
    assert transaction.instant is not before


def test_a_clock_that_is_fixed_already_is_left_alone_without_waiting(database_url: str) -> None:
    engine: Engine = make_engine(database_url, lock_timeout="500ms")
    fix_clock(engine, AT, 1)
    with engine.begin() as busy:
        busy.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": CLOCK_LOCK})
        fix_clock(engine, AT, 1)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM clock")).scalar_one() == 1
    engine.dispose()
