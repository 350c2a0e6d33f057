"""The one way out to the telephone provider: one host, a time-out, no redirect, no second try."""

import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from requests import Request, Response, Session
from requests.adapters import HTTPAdapter
from twilio.http import HttpClient
from twilio.http.response import Response as ProviderResponse

from contactbot.ports.telephony import OutcomeUnknown, RefusedBeforeEffect
from contactbot.telephony.refusals import retry_after_seconds

TIMEOUT_SECONDS = 10.0
CONNECT_SECONDS = 3.0
REPLY_LIMIT = 1 << 20
POOL_SIZE = 32
TOO_MANY_REQUESTS = 429
REQUEST_TIMEOUT = 408


def base_of(api_url: str, *, live: bool) -> SplitResult:
    """The scheme and host every request goes to; `ValueError` says what is wrong with the setting.

    Plain http is for loopback only, and anything but loopback needs live calls switched on.
    """
    base = urlsplit(api_url)
    if base.scheme not in {"http", "https"} or not base.hostname:
        raise ValueError("the address of the telephone provider must be http(s)://host")
    if base.username or base.password or base.query or base.path.strip("/"):
        raise ValueError("the address of the telephone provider is a scheme and a host, no more")
    if is_loopback(base.hostname):
        return base
    if base.scheme != "https":
        raise ValueError("the telephone provider may be plain http on a loopback address only")
    if not live:
        raise ValueError("a telephone provider beyond this machine needs live calls switched on")
    return base


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class OneHostClient(HttpClient):  # type: ignore[misc]  # twilio ships no types
    """What the twilio library sends through. It logs nothing: addresses and bodies hold numbers.

    Scheme and host of every address are replaced by the configured ones, those of further pages
    included, so that no reply can lead anywhere else. Environment proxies and cookies are ignored.
    `timeout` seconds bound the wait for the reply's head (a connection gets at most 3 of them) and
    are checked again after each piece of the body; a single stalled piece can exceed them once.
    """

    def __init__(self, api_url: str, *, live: bool, timeout: float = TIMEOUT_SECONDS) -> None:
        super().__init__(None, False, timeout)
        self._base = base_of(api_url, live=live)
        self._connect = min(CONNECT_SECONDS, timeout / 2)
        self._session = Session()
        self._session.trust_env = False
        # Only the configured scheme is mounted: requests knows no way to any other.
        self._session.adapters.clear()
        adapter = HTTPAdapter(pool_maxsize=POOL_SIZE, max_retries=0)
        self._session.mount(f"{self._base.scheme}://", adapter)

    def request(  # noqa: PLR0913, PLR0917 - the twilio library prescribes the arguments
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - one time-out for all
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - never followed
    ) -> ProviderResponse:
        """Ask once. Raises the port's errors for what the status alone proves, else requests'."""
        order = Request(method.upper(), self._address(uri), headers, None, data, params, auth)
        deadline = time.monotonic() + self.timeout
        self._session.cookies.clear()
        with self._session.send(
            self._session.prepare_request(order),
            stream=True,
            allow_redirects=False,
            timeout=(self._connect, self.timeout - self._connect),
        ) as response:
            judge_status(response)
            text = read_all(response, deadline).decode()
        return ProviderResponse(response.status_code, text, response.headers)

    def _address(self, uri: str) -> str:
        asked = urlsplit(uri)
        return urlunsplit((self._base.scheme, self._base.netloc, asked.path, asked.query, ""))


def judge_status(response: Response) -> None:
    """Raise for the statuses whose body adds nothing; 2xx and the other 4xx pass."""
    status = response.status_code
    if status == TOO_MANY_REQUESTS:
        wait = retry_after_seconds(response.headers.get("Retry-After"))
        raise RefusedBeforeEffect("too many requests", wait)
    if status == REQUEST_TIMEOUT or not (200 <= status < 300 or 400 <= status < 500):
        raise OutcomeUnknown(f"the provider answered with status {status}")


def read_all(response: Response, deadline: float) -> bytes:
    """The body, piece by piece; `OutcomeUnknown` if it is too long or takes too long."""
    body = bytearray()
    raw: Any = response.raw
    while piece := raw.read1(65536, decode_content=True):
        body += piece
        if len(body) > REPLY_LIMIT or time.monotonic() > deadline:
            raise OutcomeUnknown("the provider's reply was too long or too slow")
    return bytes(body)
