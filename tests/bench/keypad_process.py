"""The rest of row 1: starting a web process and the command line, a turn of the engine, scripts."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from figure import Figure, paired, seconds_of
from keypad_calls import CODE, NOW, SCRIPTS, keys_of_a_call, the_script

from contactbot.scripting.check import load_script
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.session import CallFacts, Slot

ROW = "1"
PROJECT = Path(__file__).resolve().parents[2]
IMPORTED = """
import json, resource, sys
from time import perf_counter
began = perf_counter()
import {modules}
taken = perf_counter() - began
print(json.dumps([taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  sorted(set({unwanted}) & set(sys.modules))]))
"""
UNWANTED = ["twilio.rest", "apscheduler", "phonenumbers"]


def measure_processes(*, quick: bool) -> Iterator[Figure]:
    """How soon a process is there, how much it holds, how fast the pure part is."""
    rounds = 1 if quick else 9
    seen = [_imported("contactbot.web.serve") for _ in range(rounds)]
    floor, ours, ratio = paired(
        lambda: _imported("flask, sqlalchemy.orm")[0],
        lambda: _imported("contactbot.web.serve")[0],
        rounds,
    )
    yield Figure(
        ROW,
        "starting a web process; floor: flask and sqlalchemy.orm",
        "ms",
        1000 * floor,
        1000 * ours,
        ratio,
        "ratio ≤ 1.1",
        ratio <= 1.1,
    )
    memory = max(one[1] for one in seen)
    extra = seen[0][2]
    yield Figure(
        ROW,
        "memory of a web process once it has started",
        "MB",
        None,
        memory,
        None,
        "≤ 60 MB, without twilio.rest, apscheduler, phonenumbers",
        memory <= 60 and not extra,
        f"with {', '.join(extra)}" if extra else "",
    )
    _, shown, _ = paired(lambda: 1.0, lambda: seconds_of(_show_help), rounds)
    yield Figure(ROW, "contactbot --help", "s", None, shown, None, "< 0.4 s", shown < 0.4)
    turn = _turn_of_the_engine(50 if quick else 500)
    yield Figure(
        ROW, "one turn of the script engine", "ms", None, turn, None, "< 0.5 ms", turn < 0.5
    )
    proved = seconds_of(_prove_all)
    yield Figure(
        ROW, "reading and proving all scripts", "s", None, proved, None, "< 2 s", proved < 2
    )


def _imported(modules: str) -> tuple[float, float, list[str]]:
    """Seconds it takes, megabytes it holds, and what came with it that should not."""
    code = IMPORTED.format(modules=modules, unwanted=UNWANTED)
    words = [sys.executable, "-c", code]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, cwd=PROJECT)
    taken, held, extra = json.loads(done.stdout)
    return taken, held, extra


def _show_help() -> None:
    words = [sys.executable, "-m", "contactbot.cli.main", "--help"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd=PROJECT)


def _turn_of_the_engine(calls: int) -> float:
    """Milliseconds, the mean over whole calls."""
    script = the_script()
    slot = Slot(NOW.isoformat(), NOW.isoformat())
    facts, keys = CallFacts((CODE,), (slot, slot)), keys_of_a_call(script, welsh=True)
    began = perf_counter()
    for _ in range(calls):
        turn = begin(script, facts)
        for pressed in keys:
            turn = advance(script, turn.session, pressed, facts)
    return 1000 * (perf_counter() - began) / (calls * (1 + len(keys)))


def _prove_all() -> None:
    for name in ("initial_contact.toml", "ring_back.toml"):
        load_script((SCRIPTS / name).read_text("utf-8"), name)
