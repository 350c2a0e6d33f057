"""procrastinate as the peer of row 2, measured where it can be imported beside the bench."""

import asyncio
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

from claiming_people import People
from sqlalchemy import make_url

INSTALLED = importlib.util.find_spec("procrastinate") is not None
SLICE_SECONDS = 0.5
CONCURRENCY = 10
_MORE = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
    SELECT 'default', 'nothing', '{}', 'todo' FROM generate_series(1, %s)
"""


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _app(url: str, done: list[int]) -> Any:
    import procrastinate  # noqa: PLC0415 - not one of the locked packages

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=_plain(url)))

    @app.task(name="nothing")
    async def nothing() -> None:
        done[0] += 1

    return app


def make_peer_jobs(people: People, number: int) -> None:
    """At least so many due jobs for the peer, its tables with them."""

    async def tables() -> None:
        async with _app(people.url, [0]).open_async() as app:
            if not await app.check_connection_async():
                await app.schema_manager.apply_schema_async()

    asyncio.run(tables())
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"
    people.connection.execute(_MORE, [max(number - people.count(waiting), 0)])
    people.connection.execute("VACUUM ANALYZE procrastinate_jobs")


def peer(url: str, together: int) -> Iterator[Callable[[], int]]:
    """The peer's own worker, fetching, running and finishing jobs that do nothing."""
    del together
    done = [0]
    app = _app(url, done)
    with asyncio.Runner() as runner:

        async def begin() -> None:
            await app.open_async()

        runner.run(begin())

        async def slice_of_work() -> None:
            worker = app.run_worker_async(
                concurrency=CONCURRENCY, listen_notify=False, install_signal_handlers=False
            )
            task = asyncio.create_task(worker)
            await asyncio.sleep(SLICE_SECONDS)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        def step() -> int:
            before = done[0]
            runner.run(slice_of_work())
            return done[0] - before

        yield step

        async def end() -> None:
            await app.close_async()

        runner.run(end())
