"""What a worker does each time it is woken; the database knows what is due."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from contactbot.bootstrap import Application
from contactbot.logs import log_problem
from contactbot.operations.callers_queue import MOST_EXPLAINED, say_why_not
from contactbot.operations.dispatch import IDLE, Dispatched, place_due
from contactbot.operations.inbound_texts import collect_inbound_texts
from contactbot.operations.reconcile import cancel_unwanted, reconcile
from contactbot.operations.sealing import seal_audit, tell_head
from contactbot.operations.sync import SyncReport, synchronise
from contactbot.operations.text_progress import (
    cancel_unwanted_texts,
    erase_bodies,
    reconcile_texts,
)
from contactbot.operations.texts import place_next_text
from contactbot.ports.heartbeats import Living

_log = logging.getLogger("contactbot.worker")

# Between two looks at the pace of texts: short against the pace, long against the database.
PACE_SECONDS = 0.01
# Often enough to be missed within a minute, seldom enough to cost nothing.
BEAT_SECONDS = 5.0
OFTEN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do, and how often to be woken for it (seconds of real time)."""

    name: str
    every: float
    run: Callable[[Application], object]


def dispatch(application: Application, seconds: float = 2.0) -> int:
    """Place due calls at the allowed pace for so long, or until nothing is due; how many."""
    world = application.outreach
    until = world.clock.boot_seconds() + seconds
    placed = 0
    while world.clock.boot_seconds() < until:
        look = place_due(world)
        if not IDLE.isdisjoint(look.results):
            break
        placed += look.results.count(Dispatched.PLACED)
        if look.wait_seconds:
            world.clock.sleep(look.wait_seconds)
    return placed


def dispatch_all(application: Application) -> None:
    """Place everything that is due now, at the allowed pace, and come back when it is placed."""
    world = application.outreach
    while IDLE.isdisjoint((look := place_due(world)).results):
        if look.wait_seconds:
            world.clock.sleep(look.wait_seconds)


def send_texts(application: Application) -> None:
    """Send due texts until nothing is due or the pace says to wait for the next wake-up."""
    waiting = {*IDLE, Dispatched.NOT_NOW}
    while place_next_text(application.texts) not in waiting:
        pass


def send_all_texts(application: Application) -> None:
    """Send every text that is due now, at the allowed pace."""
    world = application.texts
    while (came_of_it := place_next_text(world)) not in IDLE:
        if came_of_it is Dispatched.NOT_NOW:
            world.outreach.clock.sleep(PACE_SECONDS)


def collect_texts(application: Application) -> None:
    """Take in texts whose webhook never reached us."""
    collect_inbound_texts(application.texts)


def settle(application: Application) -> None:
    """Find out what became of attempts nobody heard of."""
    reconcile(application.outreach)
    reconcile_texts(application.texts)
    erase_bodies(application.texts)


def stop_unwanted(application: Application) -> None:
    """End calls that must not go on, and take back texts that still wait."""
    cancel_unwanted(application.outreach)
    cancel_unwanted_texts(application.texts)


def deliver(application: Application) -> None:
    """Hand results to the case store, take its events, take in its referral files."""
    log_exchange(_log, synchronise(application.exchange))


def log_exchange(log: logging.Logger, report: SyncReport) -> None:
    """What was exchanged, if anything was, or that the case store was away."""
    facts = {
        "accepted": report.delivery.accepted,
        "refused": report.delivery.refused + report.delivery.buried,
        "files": report.referral_files,
        "events": sum(report.events.results.values()),
        "faulty_lines": report.events.faulty_lines + report.delivery.faulty_lines,
        "away": report.away,
    }
    if any(facts.values()):
        log.info("sync_finished", extra=facts)


def explain(application: Application) -> None:
    """Keep why people wait whom no caller is offered."""
    while say_why_not(application.calling) == MOST_EXPLAINED:
        pass


def seal(application: Application) -> None:
    """Seal what was added to the audit trail."""
    seal_audit(application.sealing)


def anchor(application: Application) -> None:
    """Tell the head of the audit trail away from the database."""
    tell_head(application.sealing)


def leap(application: Application) -> None:
    """Demonstrations: when nothing is due and nothing in flight, go to the next due moment."""
    application.leap()


def in_turn(application: Application, jobs: Iterable[Job]) -> None:
    """Each job once, one after the other, with its sign of life; a failure is the caller's."""
    for job in jobs:
        job.run(application)
        application.heartbeats.beat(Living.JOB, job.name)


JOBS = (
    Job("dispatch", 0.25, dispatch),
    Job("send_texts", 0.5, send_texts),
    Job("stop_unwanted", 0.5, stop_unwanted),
    Job("settle", 5.0, settle),
    Job("collect_texts", 30.0, collect_texts),
    Job("explain", 10.0, explain),
    Job("deliver", 5.0, deliver),
    Job("seal_audit", 1.0, seal),
    Job("anchor_audit", 600.0, anchor),
)
# Stop what must not go on, settle, place what is due, and tell.
ONCE = (
    Job("stop_unwanted", 0, stop_unwanted),
    Job("collect_texts", 0, collect_texts),
    Job("settle", 0, settle),
    Job("dispatch", 0, dispatch_all),
    Job("send_texts", 0, send_all_texts),
    Job("explain", 0, explain),
    Job("deliver", 0, deliver),
    Job("seal_audit", 0, seal),
)


def guarded(job: Job, application: Application) -> Callable[[], None]:
    """The job, so that one failure is logged by kind and the next wake-up tries again.

    Done, it shows a sign of life, at most every few seconds; a job woken too seldom to be missed
    within the minute shows none.
    """
    boot_seconds = application.outreach.clock.boot_seconds
    next_beat = boot_seconds()

    def run() -> None:
        nonlocal next_beat
        try:
            job.run(application)
            if job.every <= OFTEN_SECONDS and boot_seconds() >= next_beat:
                application.heartbeats.beat(Living.JOB, job.name)
                next_beat = boot_seconds() + BEAT_SECONDS
        except Exception as error:  # noqa: BLE001 - the alarm clock must go on; nothing is lost
            log_problem(_log, "job", error, job=job.name)

    return run
