"""Serve the web application."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from contactbot.bootstrap import check_start
from contactbot.cli.parent import end_with_parent
from contactbot.config import read_settings
from contactbot.logs import SERVER_CONFIG, begin_logging
from contactbot.web.serve import THREADS

# How the server runs what it serves; the measurement of speed serves its floor in the same way.
SERVER: Mapping[str, Any] = MappingProxyType(
    {
        "factory": True,
        "interface": Interfaces.WSGI,
        "blocking_threads": THREADS,
        "websockets": False,
        "log_level": LogLevels.warning,
        "process_name": None,
    }
)


@click.command()
@click.option("--bind", default="127.0.0.1:8080", show_default=True, help="Address and port.")
@click.option("--processes", default=1, show_default=True, help="Server processes.")
@click.option(
    "--with-parent", is_flag=True, hidden=True, help="End with the process that began it."
)
def web(*, bind: str, processes: int, with_parent: bool) -> None:
    """Serve webhooks and health checks."""
    if with_parent:
        end_with_parent()
    begin_logging(as_json=True)
    check_start(read_settings())
    host, _, port = bind.rpartition(":")
    Granian(
        "contactbot.web.serve:make_app",
        address=host,
        port=int(port),
        workers=processes,
        log_dictconfig=dict(SERVER_CONFIG),
        **SERVER,
    ).serve()
