"""The door of the REST API: who may come in, which faults were ordered, and how errors look."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import BasicAuth, web

from contactbot.phonenet.faults import Doing, Fault, FaultKind, LossMode
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.world import World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
GATEWAY_PAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"
BEFORE = frozenset({FaultKind.REFUSE_429, FaultKind.REFUSE, FaultKind.LOSE_REQUEST})
AFTER = frozenset({FaultKind.LOSE_REPLY})


@web.middleware
async def in_twilios_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals and unknown addresses into Twilio's error bodies."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return _refused(refusal)
    except web.HTTPNotFound:
        return _refused(Refusal(20404, request.path))
    except web.HTTPMethodNotAllowed:
        return _refused(Refusal(20004))


def _refused(refusal: Refusal, headers: dict[str, str] | None = None) -> web.Response:
    return web.json_response(refusal.as_json(), status=refusal.status, headers=headers)


class Door:
    """Every request to the REST API comes through here."""

    def __init__(self, world: World) -> None:
        self._world = world

    def admit(self, request: web.Request) -> None:
        """Refuse whoever does not hold the account's token."""
        options = self._world.options
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError as missing:
            raise Refusal(20003) from missing
        known = any(hmac.compare_digest(given.password, token) for token in options.tokens)
        if not (known and hmac.compare_digest(given.login, options.account)):
            raise Refusal(20003)
        if request.match_info["account"] != options.account:
            raise Refusal(20404, request.path)

    async def serve(
        self,
        request: web.Request,
        doing: Doing,
        number: str,
        effect: Callable[[], Awaitable[tuple[int, dict[str, Any]]]],
    ) -> web.StreamResponse:
        """Have `effect` and answer with its status and body, unless a fault was ordered.

        A refusal comes before the effect; a lost request looks like a lost reply without it.
        """
        before = self._world.faults.take(BEFORE, doing, number)
        match before:
            case Fault(kind=FaultKind.LOSE_REQUEST):
                return await _lose(request, before, 201, "{}" * 500)
            case Fault(kind=FaultKind.REFUSE_429):
                return _refused(Refusal(20429), {"Retry-After": str(before.retry_after)})
            case Fault():
                return _refused(Refusal(before.code, status=before.status))
            case None:
                pass
        status, body = await effect()
        text = json.dumps(body) if body else ""
        after = self._world.faults.take(AFTER, doing, number)
        if after is not None:
            return await _lose(request, after, status, text)
        return web.Response(status=status, text=text, content_type="application/json")


async def _lose(request: web.Request, fault: Fault, status: int, text: str) -> web.StreamResponse:
    match fault.mode:
        case LossMode.SERVER_ERROR:
            return _refused(Refusal(20500))
        case LossMode.GATEWAY:
            return web.Response(status=502, text=GATEWAY_PAGE, content_type="text/html")
        case LossMode.TRUNCATE:
            return await _cut_short(request, status, text.encode())
        case LossMode.HANG:
            await asyncio.sleep(fault.hang_seconds)
            return _cut(request)
        case LossMode.DROP:
            return _cut(request)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=204)


async def _cut_short(request: web.Request, status: int, body: bytes) -> web.StreamResponse:
    """Half of the body, then the end of the connection."""
    response = web.StreamResponse(status=status, headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
