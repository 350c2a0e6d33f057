"""Signed requests to the application, with Twilio's time-outs, one retry, and no redirects."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import count
from urllib.parse import quote_plus, urlsplit, urlunsplit

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientOSError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    ServerDisconnectedError,
    TCPConnector,
)
from yarl import URL

from contactbot.phonenet.places import on_this_machine
from contactbot.phonenet.signature import Forgery, Form, forge, sign

# Twilio's own limits, in real seconds: connect 5, read 15, together 15.
LIMITS = ClientTimeout(total=15, connect=5, sock_read=15)
IDLE_CONNECTION_SECONDS = 4
REMEMBERED = 2000
FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class NoAnswer(Exception):
    """The application could not be reached, or did not answer in time; `code` is Twilio's."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Sent:
    """A request exactly as it went out, so that it can be replayed."""

    sid: str
    method: str
    url: str
    body: bytes = field(repr=False)
    headers: dict[str, str] = field(repr=False)


class Webhooks:
    """The network's one client of the application; made inside the running event loop."""

    def __init__(self, tokens: Sequence[str], reach: tuple[str, str] | None = None) -> None:
        """The first of `tokens` signs; `reach`: a public origin and the one here that serves it."""
        self._tokens = tokens
        self._token = tokens[0]
        self._reach = reach
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=IDLE_CONNECTION_SECONDS),
            cookie_jar=DummyCookieJar(),
            timeout=LIMITS,
        )
        self._ordinals = count(1)
        self.sent: deque[Sent] = deque(maxlen=REMEMBERED)

    def sign_with(self, place: int) -> None:
        """Sign with another of the account's tokens; ValueError if it has no so many."""
        if not 0 <= place < len(self._tokens):
            raise ValueError(f"the account has {len(self._tokens)} tokens")
        self._token = self._tokens[place]

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    async def send(self, sid: str, method: str, url: str, form: Form) -> Answer:
        """Send a signed request about the call or text `sid`; NoAnswer if nothing came back.

        The one retry is for a connection that could not be made or was closed unanswered, and
        says so by repeating its `I-Twilio-Idempotency-Token`.
        """
        if method == "GET":
            url, form = _with_query(url, form), ()
        request = self._request(sid, method, url, form, sign(self._token, url, form))
        self.sent.append(request)
        return await self._send(request)

    async def send_forged(self, url: str, form: Form, forgery: Forgery) -> Answer:
        """Post as somebody would who is not the network, or not honest."""
        forged = forge(forgery, self._tokens, url, form)
        request = self._request("forged", "POST", forged.url, forged.form, forged.signature)
        if forged.body is not None:
            headers = request.headers | {"Content-Type": "application/json"}
            request = replace(request, body=forged.body, headers=headers)
        return await self._send(request)

    async def replay(self, request: Sent) -> Answer:
        """Send again what was sent before, byte for byte."""
        return await self._send(request)

    def _request(self, sid: str, method: str, url: str, form: Form, signature: str | None) -> Sent:
        headers = {
            "Content-Type": FORM_TYPE,
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": f"{sid}-{next(self._ordinals)}",
        }
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        return Sent(sid, method, url, encoded(form).encode(), headers)

    async def _send(self, request: Sent) -> Answer:
        if not on_this_machine(self._sent_url(request.url)):
            raise NoAnswer(11210, "this network fetches nothing from other machines")
        try:
            try:
                return await self._once(request)
            except (ClientConnectorError, ServerDisconnectedError, ClientOSError):
                return await self._once(request)
        except TimeoutError as late:
            raise NoAnswer(11205, "no answer within 15 seconds") from late
        except ClientError as failure:
            raise NoAnswer(11200, f"connection failed: {type(failure).__name__}") from failure

    async def _once(self, request: Sent) -> Answer:
        async with self._session.request(
            request.method,
            URL(self._sent_url(request.url), encoded=True),
            data=request.body or None,
            headers=request.headers,
            allow_redirects=False,
        ) as response:
            return Answer(response.status, response.content_type, await response.read())

    def _sent_url(self, url: str) -> str:
        """Where a URL is sent: without its fragment, in which Twilio takes overrides."""
        sent = url.partition("#")[0]
        if self._reach is None or not sent.startswith(self._reach[0] + "/"):
            return sent
        public, here = self._reach
        return here + sent.removeprefix(public)


# The same few numbers and names make up every form of a call, and quoting is not quick.
_quoted = lru_cache(maxsize=4096)(quote_plus)


def encoded(form: Form) -> str:
    """A form as the body of a request, or as a query."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in form)


def _with_query(url: str, form: Form) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, encoded(form))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
