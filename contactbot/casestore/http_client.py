"""The one way out to the case store: one host, time-outs, no redirect, bounded replies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from requests import RequestException, Response, Session
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout

from contactbot.ports.casestore import CaseStoreAway

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
REPLY_LIMIT = 64 << 20
CHUNK = 1 << 16
# Said of the store as a whole, not of one record: stop, and ask again later.
AWAY = frozenset({401, 403, 407, 408, 425, 429, 503})


class Unclear(Exception):
    """The request was sent and what came of it is not known; with its key it may be sent again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class CaseStoreClient:
    """Sends to `base`, an https address (http on loopback), perhaps with `user:password@`.

    Environment proxies and cookies are ignored. `ValueError` says what is wrong with the address.
    """

    def __init__(self, base: str, *, read_seconds: float = READ_SECONDS) -> None:
        parts = urlsplit(base)
        if not parts.hostname or parts.query or parts.fragment:
            raise ValueError("the case store's address is a scheme, a host and perhaps a path")
        if parts.scheme != "https" and not (parts.scheme == "http" and on_loopback(base)):
            raise ValueError("the case store must be https unless it is on this machine")
        host = parts.netloc.rpartition("@")[2]
        self._base = urlunsplit((parts.scheme, host, parts.path.rstrip("/"), "", ""))
        self._read_seconds = read_seconds
        self._session = Session()
        self._session.trust_env = False
        if parts.username or parts.password:
            self._session.auth = (parts.username or "", parts.password or "")

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Reply:
        """One request, once. `CaseStoreAway` if it certainly had no effect or the store as a whole
        does not serve; `Unclear` if it may have had its effect.
        """
        try:
            with self._session.request(
                method,
                f"{self._base}/{path}",
                headers=dict(headers or {}),
                params=query,
                data=body,
                timeout=(CONNECT_SECONDS, self._read_seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                reply = whole(response)
        except ConnectTimeout:
            raise CaseStoreAway("the case store cannot be reached") from None
        except NotConnected as fault:
            if never_connected(fault):
                raise CaseStoreAway("the case store cannot be reached") from None
            raise Unclear from None
        except RequestException:
            raise Unclear from None
        return settled(reply)


def settled(reply: Reply) -> Reply:
    """The reply, unless it says that the store is away, or that it broke."""
    if reply.status in AWAY or 300 <= reply.status < 400:
        raise CaseStoreAway(f"the case store answers HTTP {reply.status}")
    if reply.status >= 500:
        raise Unclear
    return reply


def never_connected(fault: NotConnected) -> bool:
    """Whether no connection could be made, so that nothing was sent."""
    return "NewConnectionError" in repr(fault) or "NameResolutionError" in repr(fault)


def whole(response: Response) -> Reply:
    """All of a reply that is not too long; a shorter one than announced is an error."""
    pieces, size = [], 0
    for piece in response.iter_content(CHUNK):
        size += len(piece)
        if size > REPLY_LIMIT:
            raise RequestException("the reply is too long")
        pieces.append(piece)
    announced = response.headers.get("Content-Length")
    if announced is not None and announced != str(size):
        raise RequestException("the reply was cut short")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, b"".join(pieces))


def on_loopback(url: str) -> bool:
    """Whether an address names this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
