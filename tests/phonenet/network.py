"""A running phone network for tests: `with phone_network() as network: …`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.auth import HTTPBasicAuth
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "the-token-of-a-pretended-account"
TIMEOUT = 10


class Control:
    """The network's control API."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/_control/"

    def get(self, path: str, **query: object) -> Any:
        answer = requests.get(self._url + path, params=query, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, **order: object) -> Any:
        """Give an order; `from` is a Python word, so it may be written `from_`."""
        body = {name.rstrip("_"): value for name, value in order.items()}
        answer = requests.post(self._url + path, json=body, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def delete(self, path: str) -> Any:
        answer = requests.delete(self._url + path, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def person(self, number: str, **settings: object) -> Any:
        """Say who answers `number`."""
        return self.post(f"numbers/{number}", **settings)

    def fault(self, kind: str, **settings: object) -> Any:
        """Order trouble."""
        return self.post("faults", kind=kind, **settings)

    def call(self, sid: str) -> Any:
        """The ground truth of one call."""
        return next(call for call in self.get("calls") if call["sid"] == sid)

    def ended(self, sid: str, seconds: float = 10) -> Any:
        """The ground truth of one call, once it is over."""
        return wait_until(lambda: _over(self.call(sid)), seconds)

    def quiet(self, seconds: float = 20) -> Any:
        """The summary, once no call is in flight and no callback pending."""
        return wait_until(lambda: _quiet(self.get("summary")), seconds)


def _over(call: Any) -> Any:
    return call if call["ended_at"] else None


def _quiet(summary: Any) -> Any:
    return None if summary["in_flight"] or summary["callbacks_pending"] else summary


def wait_until(look: Callable[[], Any], seconds: float = 10) -> Any:
    """What `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


@dataclass(frozen=True)
class Network:
    """Where the running network is, and the keys to it."""

    url: str
    account: str
    token: str
    seed: int
    control: Control
    process: subprocess.Popen[str]

    def client(self, token: str | None = None, timeout: float = TIMEOUT) -> Client:
        """The unmodified Twilio client, sent here instead of to Twilio."""
        return Client(self.account, token or self.token, http_client=Rewriting(self.url, timeout))

    def raw(self, method: str, path: str, **options: Any) -> requests.Response:
        """A request to the REST API without the client."""
        url = f"{self.url}/2010-04-01/Accounts/{self.account}/{path}"
        auth = options.pop("auth", HTTPBasicAuth(self.account, self.token))
        return requests.request(method, url, auth=auth, timeout=TIMEOUT, **options)


class Rewriting(TwilioHttpClient):
    """Twilio's HTTP client with another base address, and a time-out, which it lacks."""

    def __init__(self, base: str, timeout: float) -> None:
        super().__init__(timeout=timeout, pool_connections=False)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super().request(
            method, url.replace("https://api.twilio.com", self._base), *args, **kwargs
        )


@contextmanager
def phone_network(
    *,
    tempo: float = 50,
    cps: float = 100,
    seed: int = 1,
    token: str = TOKEN,
    journal: Path | None = None,
    cast: Mapping[str, Mapping[str, object]] | None = None,
    folder: Path | None = None,
    reach: str | None = None,
    voice_url: str = "",
    text_url: str = "",
    options: Sequence[str] = (),
) -> Iterator[Network]:
    """Start the network on a free port and stop it at the end; `folder` is needed for a `cast`."""
    command = [sys.executable, "-m", "contactbot.phonenet", "--with-parent", str(os.getpid())]
    command += ["--tempo", str(tempo), "--cps", str(cps), "--seed", str(seed)]
    command += ["--voice-url", voice_url, "--text-url", text_url, *options]
    if reach is not None:
        command += ["--reach", reach]
    if journal is not None:
        command += ["--journal", str(journal)]
    if cast is not None and folder is not None:
        (folder / "cast.json").write_text(json.dumps(cast), encoding="utf-8")
        command += ["--cast", str(folder / "cast.json")]
    secrets = {"PHONENET_ACCOUNT": ACCOUNT, "PHONENET_TOKENS": token}
    environment = {**os.environ, **secrets}  # noqa: TID251 - a child needs its parent's
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        cwd=Path(__file__).parents[2],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the phone network did not start"
            ready = json.loads(line)
            url = ready["listening"]
            yield Network(url, ACCOUNT, token, ready["seed"], Control(url), process)
        finally:
            process.terminate()
            process.wait(timeout=10)
