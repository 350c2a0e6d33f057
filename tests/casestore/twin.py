"""A running case-store twin for tests: `with case_store_twin() as twin: …`."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

TIMEOUT = 10


@dataclass(frozen=True)
class RunningTwin:
    """Where it is, and how to give it orders."""

    url: str
    process: subprocess.Popen[str]

    def truth(self) -> Any:
        """What was applied and how often, what it was given back, how far it was read."""
        return self._answer(requests.get(f"{self.url}/_control/truth", timeout=TIMEOUT))

    def fault(self, kind: str, **order: object) -> Any:
        """Order trouble."""
        return self.order("faults", kind=kind, **order)

    def order(self, what: str, **order: object) -> Any:
        """Give any order."""
        address = f"{self.url}/_control/{what}"
        return self._answer(requests.post(address, json=order, timeout=TIMEOUT))

    def well(self) -> None:
        """No more trouble."""
        self._answer(requests.delete(f"{self.url}/_control/faults", timeout=TIMEOUT))

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request of the exchange, made by hand."""
        return requests.request(method, f"{self.url}/{path}", timeout=TIMEOUT, **options)

    @staticmethod
    def _answer(reply: requests.Response) -> Any:
        reply.raise_for_status()
        return reply.json()


@contextmanager
def case_store_twin(journal: Path | None = None, password: str = "") -> Iterator[RunningTwin]:
    """Start the twin on a free port and stop it at the end."""
    command = [sys.executable, "-m", "contactbot.casestore_twin", "--seed", "1"]
    command += ["--with-parent", str(os.getpid())]
    command += ["--journal", str(journal)] if journal else []
    environment = {**os.environ, "CASESTORE_TWIN_PASSWORD": password}  # noqa: TID251 - a child
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=Path(__file__).parents[2], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield RunningTwin(json.loads(process.stdout.readline())["listening"], process)
        finally:
            process.terminate()
            process.wait(timeout=10)
