"""Orders about time and about who signs: what is due later, phones that are off, mistaken machines.

They are the part of `/_control/…` that plays the carrier.
"""

from aiohttp import web

from contactbot.phonenet.control import number_in, order_in
from contactbot.phonenet.moments import as_iso
from contactbot.phonenet.postbox import Postbox
from contactbot.phonenet.webhooks import Webhooks
from contactbot.phonenet.world import World

LONGEST_SKIP_SECONDS = 90 * 24 * 3600


class LaterOrders:
    """Late callbacks, telephones that are off, machine detection, the token that signs."""

    def __init__(self, world: World, postbox: Postbox, webhooks: Webhooks) -> None:
        self._world = world
        self._postbox = postbox
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The addresses served."""
        return [
            web.get("/_control/callbacks", self.callbacks),
            web.post("/_control/release", self.release),
            web.post("/_control/skip", self.skip),
            web.post("/_control/phones/{number}", self.phone),
            web.get("/_control/detection", self.detection),
            web.post("/_control/detection", self.mistake),
            web.post("/_control/signing", self.signing),
        ]

    async def callbacks(self, _request: web.Request) -> web.Response:
        """Every status callback not yet made; `due_at` null is one held back."""
        return web.json_response([notice.as_json() for notice in self._world.notices.waiting()])

    async def release(self, request: web.Request) -> web.Response:
        """A burst: every callback held back, or due later, is made now."""
        await order_in(request)
        return web.json_response({"released": self._postbox.let_all_go()})

    async def skip(self, request: web.Request) -> web.Response:
        """What is due later comes due `seconds` earlier, as if they had passed; dates stay real."""
        seconds = float((await order_in(request))["seconds"])
        if not 0 <= seconds <= LONGEST_SKIP_SECONDS:
            raise ValueError("seconds is a number from 0 to ninety days")
        self._world.skip(seconds)
        skipped = self._world.schedule.skipped.total_seconds()
        return web.json_response({"skipped": skipped})

    async def phone(self, request: web.Request) -> web.Response:
        """The telephone is off for `off_for` real seconds; 0 switches it on."""
        number = number_in(request)
        self._world.turn_off(number, float((await order_in(request))["off_for"]))
        return web.json_response({"off_until": as_iso(self._world.off_until(number))})

    async def detection(self, _request: web.Request) -> web.Response:
        """Which share of each kind of answer machine detection takes for what else."""
        return web.json_response(self._world.detection.errors)

    async def mistake(self, request: web.Request) -> web.Response:
        """Set those shares: `{"human": {"machine": 0.1}, "machine": {"human": 0.1}}`."""
        self._world.detection.order(await order_in(request))
        return await self.detection(request)

    async def signing(self, request: web.Request) -> web.Response:
        """Sign with the account's token number `token` from now on (0 is the newest)."""
        self._webhooks.sign_with(int((await order_in(request))["token"]))
        return web.json_response({})
