"""The network as a running server: everything put together, started and stopped."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from contactbot.phonenet.callbacks import Callbacks
from contactbot.phonenet.control import Control, in_plain_words
from contactbot.phonenet.door import Door, in_twilios_words
from contactbot.phonenet.exchange import Exchange
from contactbot.phonenet.handset_orders import HandsetOrders
from contactbot.phonenet.later_orders import LaterOrders
from contactbot.phonenet.page import HandsetPage
from contactbot.phonenet.postbox import Postbox
from contactbot.phonenet.recall import Recall
from contactbot.phonenet.resources import account_path
from contactbot.phonenet.rest_calls import CallsApi
from contactbot.phonenet.rest_messages import MessagesApi
from contactbot.phonenet.search import Search
from contactbot.phonenet.tasks import Tasks
from contactbot.phonenet.texting import Texting
from contactbot.phonenet.webhooks import Webhooks
from contactbot.phonenet.world import Options, World

PARENT_LOOKED_FOR_EVERY = 0.3
GRACE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the network listens, and the process whose end is its end (0 for none)."""

    host: str
    port: int
    parent: int = 0


async def serve(options: Options, place: Place) -> None:
    """Run the network until SIGTERM, SIGINT or the end of the parent.

    One JSON line on standard output says where it listens, once it does.
    """
    world = World(options)
    Recall(world).read()
    webhooks, tasks = Webhooks(options.tokens, options.reach), Tasks(world.broke)
    postbox = Postbox(world, webhooks, tasks)
    exchange = Exchange(world, webhooks, Callbacks(world, postbox), tasks)
    texting = Texting(world, webhooks, postbox, tasks)
    control = [
        *Control(world, exchange, texting, webhooks).routes(),
        *LaterOrders(world, postbox, webhooks).routes(),
        *Search(world).routes(),
        *HandsetOrders(world).routes(),
    ]
    runner = web.AppRunner(
        _application(world, exchange, texting, control),
        access_log=None,
        shutdown_timeout=GRACE_SECONDS,
    )
    await runner.setup()
    site = web.TCPSite(runner, place.host, place.port, backlog=512)
    try:
        await site.start()
        postbox.start()
        exchange.start()
        texting.start()
        _announce(runner, options.seed)
        await _until_told_to_stop(place.parent)
    finally:
        await tasks.stop()
        await runner.cleanup()
        await webhooks.close()
        world.journal.close()


def _application(
    world: World, exchange: Exchange, texting: Texting, control: list[web.RouteDef]
) -> web.Application:
    application = web.Application(middlewares=[in_plain_words, in_twilios_words])
    base, door = account_path("{account}"), Door(world)
    application.add_routes(CallsApi(world, door, exchange).routes(base))
    application.add_routes(MessagesApi(world, door, texting).routes(base))
    application.add_routes(control)
    application.add_routes(HandsetPage(world).routes())
    return application


def _announce(runner: web.AppRunner, seed: int) -> None:
    host, port = runner.addresses[0][:2]
    sys.stdout.write(json.dumps({"listening": f"http://{host}:{port}", "seed": seed}) + "\n")
    sys.stdout.flush()


async def _until_told_to_stop(parent: int) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watcher = asyncio.create_task(_watch(parent, stop.set)) if parent else None
    await stop.wait()
    if watcher is not None:
        watcher.cancel()


async def _watch(parent: int, stop: Callable[[], None]) -> None:
    """A child whose parent has died is given another one, on every Unix."""
    while os.getppid() == parent:
        await asyncio.sleep(PARENT_LOOKED_FOR_EVERY)
    stop()
