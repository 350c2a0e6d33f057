"""Start the pretended phone network: `python -m contactbot.phonenet`."""

import argparse
import asyncio
import ipaddress
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contactbot.phonenet.detection import checked
from contactbot.phonenet.people import Person, changed_person, person_by_convention
from contactbot.phonenet.places import on_this_machine
from contactbot.phonenet.server import Place, serve
from contactbot.phonenet.world import Options

DESCRIPTION = (
    "A pretended phone network that speaks Twilio's REST API, rings pretended people, follows "
    "TwiML and signs its webhooks. It never leaves this machine. See docs/phonenet.md."
)
EPILOG = """\
example:
  PHONENET_TOKENS=some-token python -m contactbot.phonenet --bind 127.0.0.1:4010 --tempo 20
  prints {"listening": "http://127.0.0.1:4010", "seed": 7} and answers there as Twilio's REST API;
  http://127.0.0.1:4010/handsets shows every telephone.

orders (POST) and ground truth (GET) under /_control/, as JSON:
  numbers/{number}  who answers, and how; GET also what happened to that telephone
  phones/{number}   a telephone is off
  faults            replies lost, requests refused, texts held, callbacks late, copied, dropped
  detection         mistakes of machine detection
  callbacks, release, skip   what is still to be told; tell it now; let time pass
  ring, text        somebody rings or texts the application
  next, hands/{number}       play somebody by hand
  forge, signing, replay     webhooks from forgers, by another token, once more
  calls, texts, search       what every handset showed and heard
  summary, unexpected        whether anything is under way; what should not have happened
"""
PRETENDED_ACCOUNT = "AC" + "0" * 31 + "1"


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT` on loopback; port 0 picks a free one."""
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host in {"", "localhost"} else host.strip("[]")
    if not ipaddress.ip_address(host).is_loopback:
        raise argparse.ArgumentTypeError("the pretended network listens on loopback only")
    return host, int(port)


def cast_file(text: str) -> dict[str, Person]:
    """A JSON object from number to what is different about the person who answers it."""
    given = json.loads(Path(text).read_text(encoding="utf-8"))
    return {
        number: changed_person(person_by_convention(number), person)
        for number, person in given.items()
    }


def mistakes(text: str) -> dict[str, dict[str, float]]:
    """A JSON object: kind of answer, what it is taken for, in which share of calls."""
    return checked(json.loads(text))


def origins(text: str) -> tuple[str, str]:
    """`PUBLIC=HERE`, two origins, the second on this machine."""
    public, _, here = text.partition("=")
    if not public.startswith(("https://", "http://")) or not on_this_machine(here):
        raise argparse.ArgumentTypeError("must be PUBLIC=HERE, and HERE on this machine")
    return public.rstrip("/"), here.rstrip("/")


def positive(text: str) -> float:
    """A number above 0."""
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


OPTIONS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "--bind": {
            "type": address,
            "default": ("127.0.0.1", 0),
            "metavar": "127.0.0.1:PORT",
            "help": "where to listen; port 0, the default, picks one and prints it",
        },
        "--seed": {"type": int, "help": "makes every chance repeatable; default: any"},
        "--account": {"help": "the account identifier, AC…; or set PHONENET_ACCOUNT"},
        "--token": {
            "action": "append",
            "dest": "tokens",
            "help": "an auth token, newest first, repeatable; or set PHONENET_TOKENS, with commas",
        },
        "--cps": {
            "type": positive,
            "default": 1.0,
            "help": "calls dialled a second, in real time (default 1, as at Twilio)",
        },
        "--tempo": {
            "type": positive,
            "default": 1.0,
            "help": "how much faster than life handsets ring, listen and press (default 1)",
        },
        "--journal": {
            "type": Path,
            "metavar": "FILE",
            "help": "keep what happened in this file, so that it survives a crash",
        },
        "--cast": {
            "type": cast_file,
            "default": {},
            "metavar": "FILE",
            "help": 'JSON: {"+44…": {"behaviour": …, "language": "cy"|"en", "code": "1234"}}',
        },
        "--reach": {
            "type": origins,
            "metavar": "PUBLIC=HERE",
            "help": "sign what goes to the origin PUBLIC as such, and send it to HERE",
        },
        "--voice-url": {
            "default": "",
            "metavar": "URL",
            "help": "who is asked what to say when somebody rings the application's number",
        },
        "--text-url": {
            "default": "",
            "metavar": "URL",
            "help": "who is told when somebody texts the application's number",
        },
        "--dial": {
            "action": "store_true",
            "help": "let the application's TwiML connect a second telephone (Dial); not by default",
        },
        "--detection": {
            "type": mistakes,
            "default": {},
            "metavar": "JSON",
            "help": "mistakes of machine detection, "
            'such as {"human": {"machine": 0.1}, "machine": {"human": 0.1, "unknown": 0.05}}',
        },
        "--with-parent": {
            "type": int,
            "nargs": "?",
            "const": os.getppid(),
            "default": 0,
            "metavar": "PID",
            "help": "stop when the process that started this one (PID, if given) ends",
        },
    }
)


def parser() -> argparse.ArgumentParser:
    """The command line; secrets may come by environment, where no list of processes shows them."""
    environment = os.environ  # noqa: TID251 - this process knows nothing of contactbot.config
    options = argparse.ArgumentParser(
        prog="python -m contactbot.phonenet",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, settings in OPTIONS.items():
        options.add_argument(name, **settings)
    tokens = [token for token in environment.get("PHONENET_TOKENS", "").split(",") if token]
    options.set_defaults(
        account=environment.get("PHONENET_ACCOUNT") or PRETENDED_ACCOUNT,
        tokens_by_environment=tokens,
    )
    return options


def main() -> None:
    """Read the command line and run until stopped."""
    options = parser()
    given = options.parse_args()
    tokens = tuple(given.tokens or given.tokens_by_environment)
    if not tokens:
        options.error("no auth token: give --token or set PHONENET_TOKENS")
    host, port = given.bind
    asyncio.run(
        serve(
            Options(
                account=given.account,
                tokens=tokens,
                seed=secrets.randbelow(2**31) if given.seed is None else given.seed,
                calls_per_second=given.cps,
                tempo=given.tempo,
                journal=given.journal,
                cast=given.cast,
                reach=given.reach,
                voice_url=given.voice_url,
                text_url=given.text_url,
                dial=given.dial,
                detection=given.detection,
            ),
            Place(host, port, given.with_parent),
        )
    )


if __name__ == "__main__":
    main()
