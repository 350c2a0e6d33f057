"""What a torture stands on, falling: the database, the phone network, a commit's last word."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from sqlalchemy import make_url
from torture.roles import recorded, repeat
from torture.slots import Line
from torture.stage import Stage

from contactbot.database.engine import make_engine
from contactbot.database.told_attempts import ToldOutreachStore
from contactbot.operations.dispatch import place_next

COMMIT = b"COMMIT\0"
PIECE = 65536


def servers(stage: Stage) -> list[int]:
    """The processes of PostgreSQL that serve a connection."""
    postmaster = (stage.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0]
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            words = status.read_text()
            line = (status.parent / "cmdline").read_bytes()
            if f"PPid:\t{postmaster}\n" in words and b"torture" in line:
                found.append(int(status.parent.name))
    return found


def crash_database(stage: Stage, random: Random) -> bool:
    """Kill one server process: PostgreSQL throws everybody out and recovers from its log."""
    found = servers(stage)
    if found:
        with suppress(ProcessLookupError):
            os.kill(random.choice(found), signal.SIGKILL)
    return bool(found)


def cut_proxy(
    stage: Stage,
    line: Line,
    faults: str | None,
    stopping: Callable[[], bool],
    *,
    door: socket.socket,
    share: float,
    seed: int,
) -> None:
    """Stand between dispatchers and PostgreSQL, and now and then keep a commit's word back."""
    address = make_url(stage.server_url).query["host"]
    path = f"{address}/.s.PGSQL.5432"
    asyncio.run(_relay(door, Between(path, share, Random(seed), line), stopping))


async def _relay(door: socket.socket, between: "Between", stopping: Callable[[], bool]) -> None:
    server = await asyncio.start_server(between.serve, sock=door)
    while not stopping():
        await asyncio.sleep(0.05)
    server.close()


@dataclass
class Between:
    """One end of the proxy: what it does with each connection."""

    path: str
    share: float
    random: Random
    line: Line

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind_reader, behind_writer = await asyncio.open_unix_connection(self.path)
        cutting = asyncio.Event()
        tasks = [
            asyncio.create_task(self._forth(reader, behind_writer, cutting)),
            asyncio.create_task(self._back(behind_reader, writer, cutting)),
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for each in (writer, behind_writer):
            each.transport.abort()

    async def _forth(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cutting: asyncio.Event
    ) -> None:
        while piece := await reader.read(PIECE):
            if COMMIT in piece and self.random.random() < self.share:
                cutting.set()
            writer.write(piece)
            await writer.drain()

    async def _back(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cutting: asyncio.Event
    ) -> None:
        while piece := await reader.read(PIECE):
            if cutting.is_set():  # it is done, and nobody will hear of it
                self.line.passes("cut")
                return
            writer.write(piece)
            await writer.drain()


def cut_dispatcher(
    stage: Stage, line: Line, faults: str | None, stopping: Callable[[], bool], *, port: int
) -> None:
    """A dispatcher whose database is reached through the proxy."""
    own = make_url(stage.settings.database_url or "")
    url = own.set(host="127.0.0.1", port=port, query={}).render_as_string(hide_password=False)
    engine = make_engine(f"{url}?sslmode=disable")
    store = ToldOutreachStore(engine, stage.application.keyring)
    world = recorded(replace(stage.application.outreach, store=store), line, faults)
    repeat(stage, line, stopping, lambda: place_next(world))
