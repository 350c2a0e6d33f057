"""How much the phone network carries: `python tests/phonenet/load_trial.py`.

Places 30 calls a second and has every callback made five times over, so that a small application
is asked for documents and told of states some 500 times a second; prints what was reached.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

from aiohttp import ClientSession, web

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "a-token-for-a-trial"
KEY = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
HEADERS = {"Authorization": f"Basic {KEY}"}
OURS = "+442920180000"
SAY = '<Say voice="Polly.Amy" language="en-GB">{}</Say>'
MENU = (
    '<Response><Gather numDigits="1" action="/voice?step={}" actionOnEmptyResult="true">'
    f"{SAY.format('Press a key')}</Gather></Response>"
)
BYE = f"<Response>{SAY.format('Goodbye')}<Hangup/></Response>"
STEPS = 5


class Asked:
    """What the application was asked, and when."""

    def __init__(self) -> None:
        self.documents: list[float] = []
        self.callbacks: list[float] = []

    async def voice(self, request: web.Request) -> web.Response:
        """The next document of a call of five menus."""
        self.documents.append(time.monotonic())
        step = int(request.query.get("step", "0")) + 1
        text = MENU.format(step) if step <= STEPS else BYE
        return web.Response(text=text, content_type="text/xml")

    async def status(self, request: web.Request) -> web.Response:
        """A state of a call."""
        self.callbacks.append(time.monotonic())
        await request.read()
        return web.Response(status=204)


async def serve(asked: Asked) -> tuple[web.AppRunner, str]:
    """The application, on a free port."""
    application = web.Application()
    application.add_routes([web.post("/voice", asked.voice), web.post("/status", asked.status)])
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def place(session: ClientSession, network: str, here: str, number: int) -> float:
    """One call; how long its creation took, in milliseconds."""
    form = [
        ("To", f"+447700900{number % 40 + 200:03}"),
        ("From", OURS),
        ("Url", f"{here}/voice"),
        ("StatusCallback", f"{here}/status"),
        *[("StatusCallbackEvent", e) for e in ("initiated", "ringing", "answered", "completed")],
    ]
    began = time.monotonic()
    address = f"{network}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    async with session.post(address, data=form) as answer:
        assert answer.status == 201, await answer.text()
    return (time.monotonic() - began) * 1000


async def trial(network: str, seconds: float, rate: float, copies: int) -> dict[str, object]:
    """Run it; the figures."""
    asked = Asked()
    runner, here = await serve(asked)
    async with ClientSession(headers=HEADERS) as session:
        order = {"kind": "callbacks", "duplicate": copies - 1, "share": 1}
        async with session.post(f"{network}/_control/faults", json=order) as answer:
            assert answer.status == 201
        began, placed = time.monotonic(), []
        for number in range(int(seconds * rate)):
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            placed.append(asyncio.create_task(place(session, network, here, number)))
        took = await asyncio.gather(*placed)
        over = time.monotonic()
        summary = await quiet(session, network)
        async with session.get(f"{network}/_control/calls") as answer:
            calls = await answer.json()
    await runner.cleanup()
    return figures(calls, took, asked, (began, over)) | {
        "unexpected": len(summary["unexpected"]),
        "copies_of_each_callback": copies,
    }


async def quiet(session: ClientSession, network: str) -> dict[str, list[object]]:
    """The network's summary once nothing is under way any more."""
    while True:
        async with session.get(f"{network}/_control/summary") as answer:
            summary: dict[str, list[object]] = await answer.json()
        if not summary["in_flight"] and not summary["callbacks_pending"]:
            return summary
        await asyncio.sleep(0.2)


def figures(
    calls: Sequence[dict[str, str]], took: Sequence[float], asked: Asked, span: tuple[float, float]
) -> dict[str, object]:
    """What was reached while calls were being placed."""
    began, over = span
    within = [at for at in asked.callbacks if began <= at <= over]
    busiest = max(sum(1 for at in within if s <= at < s + 1) for s in range(int(began), int(over)))
    cuts = quantiles(took, n=100)
    return {
        "calls": len(calls),
        "completed": sum(call["status"] == "completed" for call in calls),
        "calls_per_second": round(len(calls) / (over - began), 1),
        "callbacks": len(asked.callbacks),
        "callbacks_per_second": round(len(within) / (over - began), 1),
        "callbacks_in_the_busiest_second": busiest,
        "documents": len(asked.documents),
        "create_ms_median": round(cuts[49], 1),
        "create_ms_99th": round(cuts[98], 1),
    }


def main() -> None:
    """Start the network, try it, print one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--rate", type=float, default=30)
    options.add_argument("--copies", type=int, default=5)
    options.add_argument("--tempo", type=float, default=20)
    options.add_argument("--journal", type=Path)
    given = options.parse_args()
    command = [sys.executable, "-m", "contactbot.phonenet", "--token", TOKEN, "--seed", "1"]
    command += ["--cps", str(given.rate), "--tempo", str(given.tempo), "--account", ACCOUNT]
    command += ["--journal", str(given.journal)] if given.journal else []
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        network = json.loads(process.stdout.readline())["listening"]
        began = time.monotonic()
        found = asyncio.run(trial(network, given.seconds, given.rate, given.copies))
        lasted = time.monotonic() - began
        process.terminate()
        process.wait()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = used.ru_utime + used.ru_stime
    found |= {
        "network_cpu_seconds": round(busy, 1),
        "network_share_of_a_core": round(busy / lasted, 2),
        "network_mb": used.ru_maxrss // 1024,
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
