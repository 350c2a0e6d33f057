"""The worker: an alarm clock around the jobs, any number of workers at a time."""

import signal
import threading
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from contactbot.bootstrap import Application
from contactbot.scheduling.jobs import (
    JOBS,
    ONCE,
    Job,
    guarded,
    in_turn,
    leap,
)

LEAP_EVERY = 0.25


def run_worker(application: Application, *, leaping: bool) -> None:
    """Work until told to stop (SIGTERM or Ctrl-C); what is in hand is finished first."""
    jobs: tuple[Job, ...] = JOBS
    if leaping:
        jobs = (*JOBS, Job("leap", LEAP_EVERY, leap))
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    alarm = alarm_clock(application, jobs)
    alarm.start()
    stopped.wait()
    alarm.shutdown(wait=True)


def alarm_clock(application: Application, jobs: tuple[Job, ...]) -> BackgroundScheduler:
    """A scheduler in memory that only wakes jobs: late wake-ups are merged, none runs twice."""
    alarm = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
    )
    for job in jobs:
        alarm.add_job(guarded(job, application), "interval", seconds=job.every, id=job.name)
    return alarm


def run_once(application: Application) -> None:
    """Each due job once; the first failure ends it."""
    in_turn(application, ONCE)
