"""Compares the pretended network's shapes with a real (trial) account's: run by hand, never by CI.

    TWILIO_ACCOUNT_SID=AC… TWILIO_AUTH_TOKEN=… python tests/phonenet/compare_with_twilio.py --yes

It only reads: the newest calls and messages of the account, one page of each, and three errors. No
call is placed and no text is sent. Only names of fields and types of values are compared and
printed, never a value. Without `--yes`, or without the two settings, it says what it would do.
"""

import argparse
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parents[2]
TWILIO = "https://api.twilio.com"
PRETENDED = ("AC" + "0" * 31 + "1", "a-token-for-a-comparison")
NOWHERE = "CA" + "0" * 32
READINGS = (
    "Calls.json?PageSize=2",
    "Messages.json?PageSize=2",
    f"Calls/{NOWHERE}.json",
    "Calls.json?PageSize=many",
    "Nothing.json",
)
TIMEOUT = 20


def shape(value: Any) -> Any:
    """A JSON value without its contents: names, and types where there is something."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def read(base: str, account: tuple[str, str], path: str) -> tuple[int, Any]:
    """The status and the shape of one answer."""
    sid, token = account
    key = b64encode(f"{sid}:{token}".encode()).decode()
    address = f"{base}/2010-04-01/Accounts/{sid}/{path}"
    reply = requests.get(
        address,
        headers={"Authorization": f"Basic {key}"},
        timeout=TIMEOUT,
        allow_redirects=False,
    )
    return reply.status_code, shape(reply.json())


def differences(theirs: Any, ours: Any, place: str = "") -> Iterator[str]:
    """Where two shapes differ; a value that is null on one side may be anything on the other."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        for name in sorted(set(theirs) ^ set(ours)):
            yield f"{place}.{name}: only {'Twilio' if name in theirs else 'the pretended network'}"
        for name in sorted(set(theirs) & set(ours)):
            yield from differences(theirs[name], ours[name], f"{place}.{name}")
    elif isinstance(theirs, list) and isinstance(ours, list):
        if theirs and ours:
            yield from differences(theirs[0], ours[0], f"{place}[]")
    elif theirs != ours and "NoneType" not in {theirs, ours}:
        yield f"{place}: Twilio {theirs}, the pretended network {ours}"


def some_history(base: str) -> None:
    """A call and a text at the pretended network, so that its lists are not empty."""
    sid, token = PRETENDED
    address = f"{base}/2010-04-01/Accounts/{sid}"
    parties = {"To": "+447700900260", "From": "+442920180000"}
    words = {"Twiml": "<Response><Hangup/></Response>"}
    for name, more in (("Calls", words), ("Messages", {"Body": "Hello"})):
        form = parties | more
        requests.post(f"{address}/{name}.json", data=form, auth=(sid, token), timeout=TIMEOUT)


def compare(account: tuple[str, str], twilio: str) -> int:
    """Print every difference; how many there are."""
    command = [sys.executable, "-m", "contactbot.phonenet", "--token", PRETENDED[1]]
    found = 0
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--account", PRETENDED[0]], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        here = json.loads(process.stdout.readline())["listening"]
        some_history(here)
        for path in READINGS:
            theirs, ours = read(twilio, account, path), read(here, PRETENDED, path)
            lines = list(differences(theirs[1], ours[1]))
            if theirs[0] != ours[0]:
                lines.insert(0, f": HTTP {theirs[0]} at Twilio, {ours[0]} here")
            found += len(lines)
            sys.stdout.writelines(f"{path}{line}\n" for line in lines or [": the same"])
        process.terminate()
    return found


def main() -> None:
    """Compare if a person asked for it and gave an account."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--yes", action="store_true", help="ask the account of the environment")
    options.add_argument("--base", default=TWILIO, help="another address than Twilio's")
    given = options.parse_args()
    environment = os.environ  # noqa: TID251 - a program of its own
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    sid, token = (environment.get(name, "") for name in names)
    if not (given.yes and sid and token):
        sys.stdout.write(f"{__doc__}\n\nWould read: {', '.join(READINGS)}\n")
        return
    sys.exit(1 if compare((sid, token), given.base) else 0)


if __name__ == "__main__":
    main()
