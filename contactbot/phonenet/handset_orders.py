"""What a visitor orders from the handset page: the next call, a key, to answer, to hang up."""

from aiohttp import web

from contactbot.phonenet.control import number_in, order_in
from contactbot.phonenet.hand import Doing
from contactbot.phonenet.people import NextCall
from contactbot.phonenet.world import World


class HandsetOrders:
    """The part of `/_control/…` that plays a person by hand."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """The addresses served."""
        return [
            web.get("/_control/next", self.next),
            web.post("/_control/next", self.want_next),
            web.post("/_control/hands/{number}", self.do),
        ]

    async def next(self, _request: web.Request) -> web.Response:
        """Whether the next call is still wanted, or whose number it became."""
        wanted = self._world.people.next
        return web.json_response({"wanted": wanted.wanted, "number": wanted.number})

    async def want_next(self, request: web.Request) -> web.Response:
        """The next call dialled, to whoever speaks `language` if given, rings in a visitor's hand.

        `wanted` false takes the wish back.
        """
        order = await order_in(request)
        language = str(order.get("language", ""))
        if language not in {"", "cy", "en"}:
            raise ValueError("language is cy or en, or blank for anybody")
        self._world.people.next = NextCall(bool(order.get("wanted", True)), language)
        return await self.next(request)

    async def do(self, request: web.Request) -> web.Response:
        """`do`: `answer`, `hang_up` or `press` with `keys`, on the handset that is in a call."""
        order = await order_in(request)
        hand = self._world.hand_at(number_in(request))
        if hand is None:
            raise ValueError("no call is under way on a handset held by hand")
        hand.do(Doing(str(order["do"])), str(order.get("keys", "")))
        return web.json_response({})
