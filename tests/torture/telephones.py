"""The phone network of a torture: always at the same address, so that it may fall and come back."""

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from phonenet.network import ACCOUNT, TOKEN, Control, Network

WAIT_SECONDS = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Telephones:
    """A network that can be replaced by a new one, or killed and started again on its journal."""

    folder: Path
    tempo: float
    calls_per_second: float
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[str] | None = None
    _rounds: int = 0

    @property
    def journal(self) -> Path:
        return self.folder / f"journal-{self._rounds}"

    def afresh(self) -> None:
        """A network that has never carried a call."""
        self.end()
        self.journal.unlink(missing_ok=True)
        self._rounds += 1
        self._start()

    def crash(self) -> None:
        """Kill it where it stands, and start it again on what its journal kept."""
        self.end()
        self._start()

    def network(self) -> Network:
        """As tests know it."""
        assert self._process is not None
        url = f"http://127.0.0.1:{self.port}"
        return Network(url, ACCOUNT, TOKEN, 1, Control(url), self._process)

    def end(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            if self._process.stdout:
                self._process.stdout.close()
            self._process = None

    def _start(self) -> None:
        options = {
            "--bind": f"127.0.0.1:{self.port}",
            "--tempo": self.tempo,
            "--cps": self.calls_per_second,
            "--seed": self._rounds,
            "--journal": self.journal,
            "--with-parent": os.getpid(),
        }
        words = [str(word) for option in options.items() for word in option]
        secrets = {"PHONENET_ACCOUNT": ACCOUNT, "PHONENET_TOKENS": TOKEN}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "contactbot.phonenet", *words],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # as `contactbot demo` starts it
            env={**os.environ, **secrets},  # noqa: TID251 - a child needs its parent's
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        assert json.loads(line)["listening"].endswith(f":{self.port}"), line

    def __enter__(self) -> Self:
        self.afresh()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.end()
