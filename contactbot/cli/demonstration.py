"""A demonstration from first key to last figure: prepares, runs, winds down, counts."""

import json
import signal
import sys
import threading
import time
import webbrowser
from types import FrameType
from typing import Any
from urllib.request import urlopen

import click

from contactbot.bootstrap import Application, open_application
from contactbot.cli.outcome import outcome, start_afresh
from contactbot.cli.processes import Processes
from contactbot.cli.stage import Stage, prepare_stage
from contactbot.config import child_environment, has_display, read_settings
from contactbot.database.queue_state import QueueState
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import add_member
from contactbot.operations.sync import synchronise

NETWORK = "phone-network"
WORKERS = ("worker-1", "worker-2")
START_SECONDS = 30.0
WIND_DOWN_SECONDS = 30.0
# How many times faster than life the pretended people ring, listen and press.
TEMPO = 20
ACCOUNT_CALLS_PER_SECOND = 30


class Demonstration:
    """One demonstration; `run` returns its figures."""

    def __init__(self, referrals: int, seconds: float | None, port: int | None, seed: int) -> None:
        self._referrals = referrals
        self._until = None if seconds is None else time.monotonic() + seconds
        self._port = port
        self._seed = seed
        self._stop = threading.Event()

    def run(self) -> dict[str, Any]:
        """Everything, in order; whatever was started is stopped on the way out."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._asked_to_stop)
        stage = prepare_stage(read_settings(), self._port)
        environment = child_environment(stage.data_dir)
        with Processes(stage.logs, environment) as processes:
            self._start_network(processes, stage)
            settings = stage.settings()
            with open_application(settings) as application:
                self._fill(application, processes, stage)
                self._open_doors(processes, stage)
                self._sign_ins(application, stage)
                self._watch(application, processes)
                return self._wind_down(application, processes, stage)

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _start_network(self, processes: Processes, stage: Stage) -> None:
        processes.start(
            NETWORK,
            "contactbot.phonenet",
            *("--bind", "127.0.0.1:0", "--seed", str(self._seed), "--tempo", str(TEMPO)),
            *("--cps", str(ACCOUNT_CALLS_PER_SECOND), "--with-parent"),
            *("--voice-url", f"{stage.public_url}/webhooks/twilio/voice"),
            *("--text-url", f"{stage.public_url}/webhooks/twilio/sms"),
            **stage.network_secrets(),
        )
        stage.network_url = processes.first_line(NETWORK)["listening"]
        stage.remember()

    def _fill(self, application: Application, processes: Processes, stage: Stage) -> None:
        """A fresh database, and the sample file through the front door."""
        say("Preparing the database …")
        start_afresh(application)
        sample = stage.data_dir / "sample-referrals.csv"
        count, seed = str(self._referrals), str(self._seed)
        processes.run("seed", "--referrals", count, "--seed", seed, "--out", str(sample))
        say(f"Taking in {self._referrals:,} referrals from {sample} …")
        taken = json.loads(processes.run("referrals", "import", str(sample), "--json"))
        say(f"  accepted {taken['accepted']:,}, rejected {taken['rejected']:,}")

    def _open_doors(self, processes: Processes, stage: Stage) -> None:
        processes.start(
            "web",
            "contactbot.cli.main",
            "web",
            "--bind",
            f"127.0.0.1:{stage.port}",
            "--with-parent",
        )
        wait_until_ready(f"{stage.public_url}/readyz", processes)
        say(f"Live page        {stage.live_page}")
        say(f"Handset page     {stage.network_url}/handsets  (play somebody who is rung)")
        show(stage.live_page)
        for name in WORKERS:
            processes.start(name, "contactbot.cli.main", "worker", "--leap", "--with-parent")
        say(f"Web application  {stage.public_url}  (health: {stage.public_url}/readyz)")
        say(f"Phone network    {stage.network_url}  (transcripts: /_control/calls)")
        say(f"Case store       {stage.case_store}")
        say("Ctrl-C stops everything.")

    def _sign_ins(self, application: Application, stage: Stage) -> None:
        """A caller and a supervisor, with passwords of this demonstration alone."""
        for role in (Role.CALLER, Role.SUPERVISOR):
            password = add_member(application.door, str(role), role, welsh=True)
            say(f"Sign in as       {role}  password {password}  ({stage.public_url}/sign-in)")

    def _watch(self, application: Application, processes: Processes) -> None:
        """Tell how it goes, until the time is up, somebody stops it, or nothing is left."""
        told = ""
        while not self._stop.wait(1.0):
            if self._until is not None and time.monotonic() >= self._until:
                return
            if processes.ended():
                raise click.ClickException(f"{processes.ended()[0]} ended; see its log file.")
            state = application.queue_state()
            if (line := progress_line(state)) != told:
                say(line)
            elif told and state.finished:
                self._nothing_left()
            told = line

    def _nothing_left(self) -> None:
        """End by itself if it was asked to; else wait, so that what it left can be looked at."""
        if self._until is None:
            say("Nothing is left for the machine to try. Ctrl-C ends and shows the figures.")
            self._stop.wait()
        self._stop.set()

    def _wind_down(
        self, application: Application, processes: Processes, stage: Stage
    ) -> dict[str, Any]:
        """No new calls; what is in flight ends; everything owed to the case store is delivered."""
        processes.stop(WORKERS)
        until = time.monotonic() + WIND_DOWN_SECONDS
        while application.queue_state().in_flight and time.monotonic() < until:
            time.sleep(0.2)
        synchronise(application.exchange, at_once=True)
        logs = sorted(stage.logs.glob("*.log"))
        return outcome(application, stage.network_url, logs)


def progress_line(state: QueueState) -> str:
    """The queue in one line."""
    return (
        f"{state.calendar:%a %d %b %H:%M}  attempts {state.attempts:,}"
        f"  in flight {state.in_flight}  contacted {state.contacted:,}"
        f"  for callers {state.for_callers:,}  still to try {state.to_come:,}"
    )


def say(words: str) -> None:
    """Progress goes to stderr; stdout is for the result alone."""
    click.echo(words, err=True)


def show(page: str) -> None:
    """Open the page for whoever sits in front of a screen; anybody else has its address."""
    screen = sys.platform == "darwin" or has_display()
    if screen and sys.stdout.isatty():
        webbrowser.open(page)


def wait_until_ready(url: str, processes: Processes) -> None:
    """Until the page answers 200; an error naming the log if a process ends first."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and not processes.ended():
        try:
            with urlopen(url, timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.05)
    raise click.ClickException("The web application did not start; see web.log in the data folder.")
