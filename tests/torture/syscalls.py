"""One dispatch killed at every system call, by strace; where strace fails, so does this."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from torture.nursery import Child, Nursery
from torture.roles import recorded
from torture.slots import Line
from torture.stage import Stage

from contactbot.operations.dispatch import place_next

WAIT_SECONDS = 30
CALL = re.compile(r"^(?:\d+ +)?(\w+)\(", re.MULTILINE)


class StraceFault(Exception):
    """System calls cannot be counted or killed at on this machine; the text says why."""


def one_dispatch(
    stage: Stage, line: Line, faults: str | None, stopping: Callable[[], bool], *, go: int
) -> None:
    """Connect, wait for the word, look at the queue once."""
    world = recorded(stage.application.outreach, line, faults)
    with stage.engine.connect():
        pass
    os.read(go, 1)
    place_next(world)
    line.leaves()


def count_syscalls(nursery: Nursery) -> Counter[str]:
    """How often one dispatch enters each system call; fewer than some dozen would be a mistake."""
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder) / "trace"
        _dispatch(nursery, ["-o", str(trace)])
        counted = Counter(CALL.findall(trace.read_text("utf-8", "replace")))
    if sum(counted.values()) < 50:
        raise StraceFault(f"strace saw only {sum(counted.values())} system calls of a dispatch")
    return counted


def kill_at_every_syscall(
    nursery: Nursery, say: Callable[[str], None], every: int = 1
) -> Counter[str]:
    """A dispatch for each; what was killed, by system call."""
    wanted = [
        (name, number)
        for name, times in sorted(count_syscalls(nursery).items())
        for number in range(1, times + 1)
    ][::every]
    say(f"  {len(wanted)} system calls to die at")
    killed: Counter[str] = Counter()
    for name, number in wanted:
        before = len(nursery.deaths)
        _dispatch(nursery, ["-o", "/dev/null", "-e", f"inject={name}:signal=KILL:when={number}"])
        killed[name] += any(death.role == "one_dispatch" for death in nursery.deaths[before:])
    return killed


def _dispatch(nursery: Nursery, options: list[str]) -> None:
    """One dispatch under strace, to its end."""
    strace = shutil.which("strace")
    if strace is None:
        raise StraceFault("there is no strace; apt-get install strace")
    reading, writing = os.pipe()
    child = nursery.bear("one_dispatch", go=reading)
    child.kind = "syscall"
    os.close(reading)
    tracer = subprocess.Popen(
        [strace, "-f", "-qq", "-p", str(child.pid), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Children of the nursery are waited for by pid, and this one by itself.
        start_new_session=True,
    )
    try:
        _wait_until_traced(child, tracer)
        os.write(writing, b"g")
        until = time.monotonic() + WAIT_SECONDS
        while child.pid in nursery.children and time.monotonic() < until:
            nursery.watch()
        if child.pid in nursery.children:
            raise StraceFault("a traced dispatch did not end")
    finally:
        os.close(writing)
        tracer.terminate()
        tracer.wait(WAIT_SECONDS)
        if tracer.stderr:
            tracer.stderr.close()


def _wait_until_traced(child: Child, tracer: "subprocess.Popen[str]") -> None:
    status = Path(f"/proc/{child.pid}/status")
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        if f"TracerPid:\t{tracer.pid}" in status.read_text():
            return
        time.sleep(0.002)
    raise StraceFault("strace could not attach (ptrace may be forbidden here)")
