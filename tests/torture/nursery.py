"""Bears the processes of a torture, kills and stalls them, and writes down what they died of."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torture.roles import begin_life
from torture.slots import INSIDE, Line, Seen, Slots
from torture.stage import Stage

MOST_PROCESSES = 90
GRACE_SECONDS = 15.0
TICK = 0.02


@dataclass(frozen=True, slots=True)
class Death:
    """One process that was killed: how, and what its line said of it."""

    role: str
    how: str
    seen: Seen
    at_ns: int

    @property
    def inside(self) -> bool:
        """As far as its own line tells; the database decides."""
        return self.seen.phase == INSIDE


@dataclass(slots=True)
class Child:
    """One process that lives."""

    role: str
    pid: int
    number: int
    line: Line
    kind: str = ""  # how it is to die, where not at a point
    stopped_at: float = 0.0
    goes_on_at: float = 0.0


@dataclass
class Nursery:
    """Forks children of a parent that has everything loaded; the parent has one thread only."""

    stage: Stage
    roles: Mapping[str, Callable[..., None]]
    slots: Slots = field(default_factory=lambda: Slots(MOST_PROCESSES))
    children: dict[int, Child] = field(default_factory=dict)
    deaths: list[Death] = field(default_factory=list)
    stalls: list[tuple[str, float]] = field(default_factory=list)
    accidents: int = 0
    born: int = 0

    def __post_init__(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])

    def bear(self, role: str, faults: str | None = None, **more: object) -> Child:
        """A new process in that role."""
        number = self.slots.free.pop()
        line = self.slots.line(number)
        line.clear()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self._live(role, line, faults, more)
        self.born += 1
        kind = "timer" if "timer" in more else ""
        child = self.children[pid] = Child(role, pid, number, line, kind)
        return child

    def _live(self, role: str, line: Line, faults: str | None, more: dict[str, object]) -> None:
        """The child's whole life; it never returns."""
        code = 0
        try:
            begin_life()
            slots = self.slots
            self.roles[role](self.stage, line, faults, lambda: slots.stopping, **more)
        except BaseException:  # noqa: BLE001 - whatever it was, the parent is told
            with (self.stage.folder / "accidents.log").open("a", encoding="utf-8") as log:
                log.write(f"{role}:\n{traceback.format_exc()}\n")
            code = 1
        finally:
            os._exit(code)

    def count(self, role: str, *, moving: bool = True) -> int:
        """How many live in that role; with `moving`, only those that are not stalled."""
        return sum(
            child.role == role and not (moving and child.stopped_at)
            for child in self.children.values()
        )

    def kill(self, child: Child, how: str) -> None:
        """Kill at this moment."""
        child.kind = how
        os.kill(child.pid, signal.SIGKILL)

    def let_go_on(self, child: Child) -> None:
        """End a stall."""
        if child.stopped_at:
            place = f"{child.role} {child.line.read().point}"
            self.stalls.append((place, time.monotonic() - child.stopped_at))
            child.stopped_at = child.goes_on_at = 0.0
            os.kill(child.pid, signal.SIGCONT)

    def watch(self, seconds: float = TICK) -> list[Child]:
        """Wait for something to happen, no longer than so; whoever stopped just now."""
        signal.sigtimedwait([signal.SIGCHLD], seconds)
        stopped = []
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                return stopped
            if pid == 0:
                return stopped
            child = self.children.get(pid)
            if child is None:
                continue  # PostgreSQL's keeper and the like have parents of their own
            if os.WIFSTOPPED(status):
                child.stopped_at = time.monotonic()
                stopped.append(child)
            else:
                self._buried(child, status)

    def _buried(self, child: Child, status: int) -> None:
        del self.children[child.pid]
        self.slots.free.append(child.number)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            seen = child.line.read()
            # At a point the last line was written in the instant of death; else it came later.
            at_ns = time.time_ns() if child.kind else seen.at_ns
            self.deaths.append(Death(child.role, child.kind or "point", seen, at_ns))
        elif status:
            self.accidents += 1

    def wind_down(self) -> None:
        """Everybody goes on, finishes what is in hand and goes; whoever does not is killed."""
        for child in list(self.children.values()):
            self.let_go_on(child)
        self.slots.stopping = True
        until = time.monotonic() + GRACE_SECONDS
        while self.children and time.monotonic() < until:
            for child in self.watch():
                self.let_go_on(child)
        for child in list(self.children.values()):
            self.kill(child, "would_not_go")
        while self.children:
            self.watch()
        self.slots.stopping = False
