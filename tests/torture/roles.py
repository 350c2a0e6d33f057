"""What the processes of a torture do: dispatch, send texts, settle, serve webhooks, leap."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import holidays
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from torture.alarm import die_after, die_with_parent
from torture.slots import Line
from torture.stage import WALL_CLOCK, Stage
from werkzeug.serving import make_server

from contactbot.bootstrap import Application
from contactbot.database.transaction import CLOCK_LOCK
from contactbot.faults import fault_points
from contactbot.operations.deps import Outreach
from contactbot.operations.dispatch import (
    TOGETHER_SECONDS,
    Dispatched,
    place_due,
    place_next,
)
from contactbot.operations.text_deps import Texts
from contactbot.operations.texts import place_next_text
from contactbot.scheduling.jobs import Job, deliver, settle, stop_unwanted
from contactbot.scheduling.worker import alarm_clock
from contactbot.web.app import create_app

NOTHING_TO_DO = frozenset({Dispatched.NOTHING_DUE, Dispatched.NOT_NOW})
PAUSE = 0.02
LEAP_EVERY = 0.5
Place = Callable[[Outreach], Dispatched]
Stopping = Callable[[], bool]
# The product's jobs but dispatching, which has processes of its own here.
JOBS = (
    Job("settle", 1.0, settle),
    Job("stop_unwanted", 1.0, stop_unwanted),
    Job("deliver", 3.0, deliver),
)
# When a leap may end: in everybody's hours, and long before they end.
MOMENTS = ((9, 30), (13, 30), (17, 30))


def recorded(
    world: Outreach, line: Line, faults: str | None, timer: tuple[str, float] | None = None
) -> Outreach:
    """The world with faults, and with every step of the protocol written into our line.

    `timer`: the point at which a timer is set, and the seconds until it kills the process.
    """
    happens = fault_points(faults)
    one_by_one = threading.Lock()  # what the line says last is what happened last

    def at_fault_point(name: str) -> None:
        with one_by_one:
            line.passes(name)
            if timer is not None and name == timer[0]:
                die_after(timer[1])
            happens(name)

    def new_id() -> UUID:
        attempt = uuid4()
        line.intends(attempt)
        return attempt

    return replace(world, at_fault_point=at_fault_point, new_id=new_id)


def dispatcher(
    stage: Stage,
    line: Line,
    faults: str | None,
    stopping: Stopping,
    *,
    place: Place = place_next,
    timer: tuple[str, float] | None = None,
    together: int = 1,
) -> None:
    """Place what is due, one after the other, or as many together as a faster pace would take."""
    world = recorded(stage.application.outreach, line, faults, timer)
    if together > 1:
        world = replace(world, calls_per_second=together / TOGETHER_SECONDS)
        repeat(stage, line, stopping, lambda: place_due(world).results[-1])
        return
    repeat(stage, line, stopping, lambda: place(world))


def texter(stage: Stage, line: Line, faults: str | None, stopping: Stopping) -> None:
    """Send what texts are due."""
    texts = stage.application.texts
    world: Texts = replace(texts, outreach=recorded(texts.outreach, line, faults))
    repeat(stage, line, stopping, lambda: place_next_text(world))


def repeat(stage: Stage, line: Line, stopping: Stopping, look: Callable[[], Dispatched]) -> None:
    """Look at the queue again and again; where the database may fall, a failed look is one more."""
    while not stopping():
        try:
            came_of_it = look()
        except Exception:
            if not stage.rough:
                raise
            came_of_it = Dispatched.NOT_NOW
        line.leaves()
        if came_of_it in NOTHING_TO_DO:
            time.sleep(PAUSE)


def with_faults(application: Application, line: Line, faults: str | None) -> None:
    """Put the faults where the composition root would have put them."""
    world = recorded(application.outreach, line, faults)
    parts = application.__dict__
    parts["outreach"] = world
    parts["texts"] = replace(application.texts, outreach=world)
    parts["exchange"] = replace(application.exchange, at_fault_point=world.at_fault_point)


def worker(stage: Stage, line: Line, faults: str | None, stopping: Stopping) -> None:
    """The product's own alarm clock around its own jobs."""
    with_faults(stage.application, line, faults)
    alarm = alarm_clock(stage.application, JOBS)
    alarm.start()
    while not stopping():
        time.sleep(PAUSE)
    alarm.shutdown(wait=True)


def web(stage: Stage, line: Line, faults: str | None, stopping: Stopping) -> None:
    """Serve webhooks from the door all servers share."""
    with_faults(stage.application, line, faults)
    app = create_app(stage.application)
    host, port = stage.listening.getsockname()
    server = make_server(host, port, app, threaded=True, fd=stage.listening.fileno())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    while not stopping():
        time.sleep(PAUSE)
    server.shutdown()
    thread.join()


def leaper(stage: Stage, line: Line, faults: str | None, stopping: Stopping) -> None:
    """Move the calendar on whenever nothing is due."""
    while not stopping():
        with suppress(OperationalError):
            leap(stage)
        time.sleep(LEAP_EVERY)


_NEXT = text("""
    SELECT simulated_now() AS now, min(due_at) AS due FROM (
        SELECT due_at FROM referrals WHERE route = 'automatic' AND due_at IS NOT NULL
        UNION ALL
        SELECT t.due_at FROM text_plans t JOIN referrals r ON r.id = t.referral_id
         WHERE r.route = 'automatic' AND t.due_at IS NOT NULL) due
""")
_ALONE = text("SELECT pg_try_advisory_xact_lock(:lock)")
_SET = text("INSERT INTO clock (shows, speed, because) VALUES (:at, 1, 'torture')")


def leap(stage: Stage) -> bool:
    """To the next moment at which somebody is due, even though attempts may be in flight."""
    with stage.engine.begin() as connection:
        if not connection.execute(_ALONE, {"lock": CLOCK_LOCK}).scalar_one():
            return False
        row = connection.execute(_NEXT).one()
        if row.due is None or row.due <= row.now:
            return False
        connection.execute(_SET, {"at": moment_after(row.due)})
        return True


def moment_after(due: datetime) -> datetime:
    """The first of our moments of a working day that is not before this one."""
    wall = due.astimezone(WALL_CLOCK)
    closed = holidays.country_holidays("GB", subdiv="WLS", years=[wall.year, wall.year + 1])
    day: date = wall.date()
    while True:
        for hour, minute in MOMENTS if day.weekday() < 5 and day not in closed else ():
            at = datetime(day.year, day.month, day.day, hour, minute, tzinfo=WALL_CLOCK)
            if at >= wall:
                return at.astimezone(UTC)
        day += timedelta(days=1)


ROLES = {
    "dispatcher": dispatcher,
    "texter": texter,
    "worker": worker,
    "web": web,
    "leaper": leaper,
}


def begin_life() -> None:
    """A child dies and stops as the system would have it, whatever its parent listens for.

    Each is in a session of its own, as `contactbot demo` starts them: the system shares the machine
    out among sessions.
    """
    die_with_parent()
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
