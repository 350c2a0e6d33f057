"""Child processes of a demonstration: started together, ended together, none left behind."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

STOP_SECONDS = 15.0


class Processes:
    """A handful of children whose output goes to log files in one folder."""

    def __init__(self, logs: Path, environment: Mapping[str, str]) -> None:
        self._logs = logs
        self._environment = dict(environment)
        self._running: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, module: str, *arguments: str, **secrets: str) -> None:
        """Run `python -m module arguments` in the background."""
        log = (self._logs / f"{name}.log").open("w", encoding="utf-8")
        with log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own modules only
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if name == "phone-network" else log,
                stderr=log,
                env=self._environment | secrets,
                text=True,
                start_new_session=True,  # Ctrl-C is for the demonstration alone
            )

    def run(self, *arguments: str) -> str:
        """Run one `contactbot` command to its end; its stdout, or an error naming its log."""
        log = self._logs / f"{arguments[0]}.log"
        with log.open("w", encoding="utf-8") as errors:
            done = subprocess.run(  # noqa: S603 - our own module only
                [sys.executable, "-m", "contactbot.cli.main", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=self._environment,
                text=True,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"contactbot {arguments[0]} failed; see {log}")
        return done.stdout

    def first_line(self, name: str) -> dict[str, str]:
        """The JSON line a child prints once it is ready; RuntimeError if it ends instead."""
        stdout = self._running[name].stdout
        line = stdout.readline() if stdout else ""
        if not line:
            raise RuntimeError(f"{name} did not start; see {self._logs / name}.log")
        ready: dict[str, str] = json.loads(line)
        return ready

    def ended(self) -> list[str]:
        """The names of children that are no longer running."""
        return [name for name, child in self._running.items() if child.poll() is not None]

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Ask these (or all) to end, newest first; kill what does not."""
        wanted = list(self._running) if names is None else list(names)
        children = [self._running.pop(name) for name in reversed(wanted) if name in self._running]
        for child in children:
            child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(STOP_SECONDS)
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
