"""The control API: what tests and the demonstration order, and the ground truth they read."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from aiohttp import web

from contactbot.phonenet.checks import E164, check_url
from contactbot.phonenet.exchange import Exchange
from contactbot.phonenet.faults import read_fault
from contactbot.phonenet.moments import as_iso
from contactbot.phonenet.people import SETTABLE, changed_person
from contactbot.phonenet.records import Direction, Wishes
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.signature import Forgery
from contactbot.phonenet.texting import Texting
from contactbot.phonenet.webhooks import NoAnswer, Webhooks
from contactbot.phonenet.world import World

MOST_REPLAYS = 1000
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Order = Mapping[str, Any]


@web.middleware
async def in_plain_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer an order that makes no sense with 400 and the reason."""
    if not request.path.startswith("/_control/"):
        return await handler(request)
    try:
        return await handler(request)
    except (ValueError, TypeError, KeyError, Refusal) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)


class Control:
    """`/_control/…`, served on loopback only, like everything here."""

    def __init__(
        self, world: World, exchange: Exchange, texting: Texting, webhooks: Webhooks
    ) -> None:
        self._world = world
        self._exchange = exchange
        self._texting = texting
        self._webhooks = webhooks

    def routes(self) -> list[web.RouteDef]:
        """The addresses served."""
        return [
            web.get("/_control/calls", self.calls),
            web.get("/_control/texts", self.texts),
            web.get("/_control/summary", self.summary),
            web.get("/_control/unexpected", self.unexpected),
            web.delete("/_control/unexpected", self.forgive),
            web.get("/_control/faults", self.faults),
            web.post("/_control/faults", self.order_fault),
            web.delete("/_control/faults", self.clear_faults),
            web.get("/_control/numbers/{number}", self.number),
            web.post("/_control/numbers/{number}", self.change_number),
            web.post("/_control/ring", self.ring),
            web.post("/_control/text", self.text),
            web.post("/_control/forge", self.forge),
            web.post("/_control/replay", self.replay),
        ]

    async def calls(self, request: web.Request) -> web.Response:
        """Ground truth, in order of creation: `?since=` an index, `?limit=`, `?to=` a number."""
        since, to = int(request.query.get("since", "0")), request.query.get("to")
        upto = since + int(request.query.get("limit", str(len(self._world.calls))))
        calls = [call for call in self._world.calls[since:upto] if to in {None, call.to}]
        return web.json_response([call.as_json() for call in calls])

    async def texts(self, request: web.Request) -> web.Response:
        """Every text that went either way, from `?since=` on."""
        since = int(request.query.get("since", "0"))
        return web.json_response([text.as_json() for text in self._world.texts[since:]])

    async def summary(self, _request: web.Request) -> web.Response:
        """A few figures; nothing is under way when `in_flight` and `callbacks_pending` are 0."""
        world = self._world
        return web.json_response(
            {
                "in_flight": world.in_flight,
                "calls": len(world.calls),
                "texts": len(world.texts),
                "errors": world.webhook_errors,
                "unexpected": self._surprises(),
                "callbacks_pending": world.callbacks_pending,
                "callbacks_later": world.callbacks_later,
                "seed": world.options.seed,
                "tempo": world.options.tempo,
                "calls_per_second": world.options.calls_per_second,
            }
        )

    async def unexpected(self, _request: web.Request) -> web.Response:
        """Everything that a well-behaved application would not have done."""
        return web.json_response(self._surprises())

    async def forgive(self, _request: web.Request) -> web.Response:
        """Forget what was unexpected: a test has seen what it provoked."""
        self._world.forgive()
        return web.json_response([])

    def _surprises(self) -> list[dict[str, Any]]:
        return [asdict(surprise) for surprise in self._world.unexpected]

    async def faults(self, _request: web.Request) -> web.Response:
        """The orders for trouble still in force."""
        return web.json_response([fault.as_json() for fault in self._world.faults.in_force()])

    async def order_fault(self, request: web.Request) -> web.Response:
        """Order trouble."""
        fault = self._world.faults.order(read_fault(await order_in(request)))
        return web.json_response(fault.as_json(), status=201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Order that all be well again."""
        self._world.faults.clear()
        return web.json_response([])

    async def number(self, request: web.Request) -> web.Response:
        """Who answers a number, and every call and text that reached it."""
        number = number_in(request)
        texts = [text for text in self._world.texts if number in {text.to, text.from_}]
        return web.json_response(
            self._world.people.at(number).as_json()
            | {"calls": [call.as_json() for call in self._world.calls_to(number)]}
            | {"texts": [text.as_json() for text in texts]}
            | {"off_until": as_iso(self._world.off_until(number))}
        )

    async def change_number(self, request: web.Request) -> web.Response:
        """Say who answers a number from now on."""
        person = self._world.people.change(number_in(request), await order_in(request))
        return web.json_response(person.as_json())

    async def ring(self, request: web.Request) -> web.Response:
        """Somebody rings the application: `from`, `to`, `url`, and what the person does.

        Without `url`, the one this network was started with.
        """
        order = await order_in(request)
        caller = str(order["from"])
        wishes = Wishes(
            url=check_url(self._world, str(order.get("url", self._world.options.voice_url))),
            method=str(order.get("method", "POST")),
            status_url=check_url(self._world, str(order["status_url"]))
            if order.get("status_url")
            else "",
        )
        settings = {name: value for name, value in order.items() if name in SETTABLE}
        person = changed_person(self._world.people.at(caller), settings)
        call = self._exchange.ring_in(caller, str(order["to"]), wishes, person)
        return web.json_response(call.as_json(), status=201)

    async def text(self, request: web.Request) -> web.Response:
        """Somebody texts the application: `from`, `to`, `url`, `body`; answers with its reply.

        Without `url`, the one this network was started with.
        """
        order = await order_in(request)
        url = check_url(self._world, str(order.get("url", self._world.options.text_url)))
        text = self._texting.new(
            Direction.INBOUND, str(order["to"]), str(order["from"]), str(order["body"])
        )
        reply = await self._texting.receive(text, url)
        return web.json_response({"sid": text.sid, "reply": reply}, status=201)

    async def forge(self, request: web.Request) -> web.Response:
        """Post a form to the application, signed as `forgery` says; answers with its answer."""
        order = await order_in(request)
        form = [(str(name), str(value)) for name, value in order["form"]]
        forgery = Forgery(str(order.get("forgery", Forgery.NONE)))
        url = check_url(self._world, str(order["url"]))
        sending = self._webhooks.send_forged(url, form, forgery)
        return await self._passed_on(sending)

    async def replay(self, request: web.Request) -> web.Response:
        """Send once more the request number `index` (default the last) made about call `sid`.

        `times` of it, all at once.
        """
        order = await order_in(request)
        sent = [one for one in self._webhooks.sent if one.sid == order["sid"]]
        if not sent:
            raise ValueError("no request about that call is remembered")
        again, times = sent[int(order.get("index", -1))], int(order.get("times", 1))
        if not 1 <= times <= MOST_REPLAYS:
            raise ValueError(f"times is a number from 1 to {MOST_REPLAYS}")
        others = [self._passed_on(self._webhooks.replay(again)) for _ in range(times - 1)]
        answer, *_ = await asyncio.gather(self._passed_on(self._webhooks.replay(again)), *others)
        return answer

    async def _passed_on(self, sending: Awaitable[Any]) -> web.Response:
        try:
            answer = await sending
        except NoAnswer as failure:
            return web.json_response({"status": 0, "content_type": "", "body": str(failure)})
        return web.json_response(
            {
                "status": answer.status,
                "content_type": answer.content_type,
                "body": answer.body.decode(errors="replace"),
            }
        )


async def order_in(request: web.Request) -> Order:
    """The JSON object of an order; the content type is asked for, so no web page can send one."""
    if request.content_type != "application/json":
        raise ValueError("orders are application/json")
    order = await request.json()
    if not isinstance(order, dict):
        raise ValueError("an order is a JSON object")  # noqa: TRY004 - said to the sender as 400
    return order


def number_in(request: web.Request) -> str:
    """The number an address names."""
    number = "+" + request.match_info["number"].lstrip("+ ")
    if not E164.fullmatch(number):
        raise ValueError("numbers are written +44…")
    return number
