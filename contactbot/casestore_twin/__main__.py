"""Start the pretended case store: `python -m contactbot.casestore_twin`."""

import argparse
import ipaddress
import os
import secrets
import signal
import sys
import threading
from pathlib import Path

from contactbot.casestore_twin.desk import Desk
from contactbot.casestore_twin.faults import Faults
from contactbot.casestore_twin.journal import Journal
from contactbot.casestore_twin.server import Twin, announcement, make_server
from contactbot.casestore_twin.truth import Truth

DESCRIPTION = (
    "A pretended case store: speaks docs/casestore.openapi.yaml on loopback, goes wrong on order,"
    " and says afterwards what was applied and how often. Orders: POST /_control/faults (kind:"
    " slow, down, reject, duplicate_apply, apply_then_lose, break_on, conflict, forget_keys; times"
    " or share, reference, seconds, status, code, mode), /_control/events, /_control/referrals,"
    " /_control/refusals, /_control/edit; DELETE /_control/faults; GET /_control/truth."
    " See docs/phonenet.md."
)
PARENT_LOOKED_FOR_EVERY = 0.3


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT` on loopback; port 0 picks a free one."""
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host in {"", "localhost"} else host
    if not ipaddress.ip_address(host).is_loopback:
        raise argparse.ArgumentTypeError("the pretended case store listens on loopback only")
    return host, int(port)


def parser() -> argparse.ArgumentParser:
    """The command line; the password may come by environment, where nobody else sees it."""
    environment = os.environ  # noqa: TID251 - this process knows nothing of contactbot.config
    options = argparse.ArgumentParser(
        prog="python -m contactbot.casestore_twin", description=DESCRIPTION
    )
    options.add_argument(
        "--bind",
        type=address,
        default=("127.0.0.1", 0),
        metavar="127.0.0.1:PORT",
        help="where to listen; port 0, the default, picks one and prints it as a line of JSON",
    )
    options.add_argument("--seed", type=int, help="makes every chance repeatable; default: any")
    options.add_argument(
        "--journal",
        type=Path,
        metavar="FILE",
        help="keep what was applied in this file, so that it survives being killed",
    )
    options.add_argument(
        "--password",
        default=environment.get("CASESTORE_TWIN_PASSWORD", ""),
        help="asked of the user contactbot (HTTP Basic); or set CASESTORE_TWIN_PASSWORD",
    )
    options.add_argument(
        "--with-parent",
        type=int,
        nargs="?",
        const=os.getppid(),
        default=0,
        metavar="PID",
        help="stop when the process that started this one (PID, if given) ends",
    )
    return options


def main() -> None:
    """Read the command line and run until stopped."""
    given = parser().parse_args()
    seed = secrets.randbelow(2**31) if given.seed is None else given.seed
    truth, faults = Truth(Journal(given.journal)), Faults(seed)
    server = make_server(Twin(truth, faults, Desk(truth, faults), given.password), *given.bind)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    sys.stdout.write(announcement(server, seed) + "\n")
    sys.stdout.flush()
    while not stop.wait(PARENT_LOOKED_FOR_EVERY):
        if given.with_parent and os.getppid() != given.with_parent:
            break
    server.shutdown()


if __name__ == "__main__":
    main()
