"""Plays prepared calls against a server from a process of its own, and tells how long each took.

`python keypad_load.py FILE --port 8080`: callers play calls of the file one after another, each
request after the answer to the one before, as a line does. Without `--rate` every caller goes on at
once; with it, so many requests a second begin, evenly spread over the callers, and what begins late
counts as slow. Prints JSON on one line.
"""

import argparse
import json
import pickle
import select
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

Request = tuple[str, bytes, bytes, bytes]  # kind, what is sent, status wanted, text wanted
FIRST_SECONDS = 0.5
"""Not counted: connections are made and statements prepared meanwhile."""


@dataclass
class Caller:
    """One line: a connection, and the call that is played on it."""

    line: socket.socket
    waiting: list[Request] = field(default_factory=list)
    asked: Request | None = None
    due: float = 0.0
    heard: bytes = b""


@dataclass
class Play:
    """Everybody who calls, and what came of it."""

    calls: Iterator[list[Request]]
    gap: float  # seconds between two requests of one caller; 0 = at once
    taken: int = 0
    asked: int = 0
    wrong: int = 0
    times: dict[str, list[float]] = field(default_factory=dict)
    answered: list[float] = field(default_factory=list)

    def next_at(self, caller: Caller) -> float:
        """When this caller's next request is to begin."""
        return caller.due + self.gap if self.gap else 0.0

    def ask(self, caller: Caller, now: float) -> None:
        """Send the next request of the call, or the first of the next call."""
        if not caller.waiting:
            caller.waiting = list(reversed(next(self.calls)))
            self.taken += 1
        caller.asked = caller.waiting.pop()
        caller.due = caller.due + self.gap if self.gap else now
        caller.heard = b""
        caller.line.sendall(caller.asked[1])
        self.asked += 1

    def hear(self, caller: Caller, now: float) -> bool:
        """Take what has come; True when the answer is whole."""
        caller.heard += caller.line.recv(65536)
        head, found, body = caller.heard.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return False
        assert caller.asked is not None
        kind, _, status, text = caller.asked
        if head[9:12] != status or text not in body:
            self.wrong += 1
        self.times.setdefault(kind, []).append(now - caller.due)
        self.answered.append(now)
        caller.asked = None
        return True


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def play(calls: Iterator[list[Request]], asked: argparse.Namespace) -> dict[str, Any]:
    """Play for so long; what is begun in that time is finished."""
    callers, rate = asked.callers, asked.rate
    address = ("127.0.0.1", asked.port)
    lines = [Caller(socket.create_connection(address)) for _ in range(callers)]
    gap = callers / rate if rate else 0.0
    work = Play(calls, gap)
    began = perf_counter()
    for number, caller in enumerate(lines):
        caller.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        caller.due = began + gap * (number / callers - 1)
    _go_on(work, lines, began + FIRST_SECONDS)
    work.times, work.answered, work.asked = {}, [], 0
    counted = perf_counter()
    _go_on(work, lines, counted + asked.seconds)
    return _summary(work, counted)


def _go_on(work: Play, lines: list[Caller], until: float) -> None:
    """Let everybody play until that moment, then hear what is still under way."""
    poll = select.epoll()
    by_number = {caller.line.fileno(): caller for caller in lines}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    idle = [caller for caller in lines if caller.asked is None]
    while len(idle) < len(lines) or perf_counter() < until:
        now = perf_counter()
        late = [] if now >= until else [caller for caller in idle if work.next_at(caller) <= now]
        for caller in late:
            work.ask(caller, now)
        idle = [caller for caller in idle if caller.asked is None]
        soonest = min((work.next_at(caller) for caller in idle), default=until)
        wait = min(max(soonest, now), max(until, now)) - now if now < until else 1.0
        for number, _ in poll.poll(wait):
            if work.hear(by_number[number], perf_counter()):
                idle.append(by_number[number])
    poll.close()


def _summary(work: Play, began: float) -> dict[str, Any]:
    every = sorted(time for times in work.times.values() for time in times)
    return {
        "taken": work.taken,
        "wrong": work.wrong,
        "answers": len(every),
        "rate": len(every) / (max(work.answered) - began),
        "p50": every[len(every) // 2],
        "p99": every[int(len(every) * 0.99)],
        "worst": every[-1],
        "kinds": {kind: len(times) for kind, times in work.times.items()},
    }


def main() -> None:
    """Read the file, play, tell."""
    wish = argparse.ArgumentParser()
    wish.add_argument("file", type=Path)
    wish.add_argument("--port", type=int)
    wish.add_argument("--first", type=int, default=0, help="the call to begin with")
    wish.add_argument("--callers", type=int, default=8)
    wish.add_argument("--seconds", type=float)
    wish.add_argument("--rate", type=float, default=0.0)
    wish.add_argument("--again", action="store_true", help="calls may be played more than once")
    asked = wish.parse_args()
    calls = pickle.loads(asked.file.read_bytes())[asked.first :]
    print(json.dumps(play(cycle(calls) if asked.again else iter(calls), asked)))


if __name__ == "__main__":
    main()
