"""The rounds of a torture: kills, stalls, the naive orders, and what each of them came to."""

import gc
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random

from casestore.twin import case_store_twin
from torture.falls import crash_database
from torture.nursery import Nursery
from torture.outcome import Outcome
from torture.plan import (
    ALL_ROLES,
    ANSWERING,
    CALLBACK_POINTS,
    CASE_STORE_FAULTS,
    DISPATCHERS,
    FEW,
    HANG_SECONDS,
    INSIDE_POINTS,
    LATE,
    LOST,
    LOST_SHARE,
    MANY,
    RANDOM_A_SECOND,
    SHORT,
    STALL_POINTS,
    STALL_SECONDS,
    STALLED_AT_ONCE,
    TEXT_POINTS,
    TEXTS_DUE,
    WORKER_POINTS,
)
from torture.stage import BEHAVIOURS, ONLY_ANSWERING, ONLY_SHORT, Stage, listening_socket, run
from torture.syscalls import kill_at_every_syscall
from torture.truth import Truth

from contactbot.casestore.http import HttpCaseStore
from contactbot.casestore.http_client import CaseStoreClient


@dataclass
class Torture:
    """One run: its stage, its chances, whom it tells how far it is."""

    stage: Stage
    random: Random
    say: Callable[[str], None]
    people: int = 1500
    kills_a_round: int = 1000
    ends_by: float = float("inf")  # by the monotonic clock; nothing new begins later

    def prepare(self) -> None:
        """People for every kind of round, everything loaded, then nothing moved in memory."""
        self.say(f"Taking in {self.people} people …")
        self.stage.people(self.people, BEHAVIOURS, self.random, MANY)
        self.stage.people(STALLED_AT_ONCE * 3 // 2 + 10, BEHAVIOURS, self.random, FEW)
        self.stage.people(max(400, self.people * 3 // 2), ONLY_SHORT, self.random, SHORT)
        self.stage.people(LATE, ONLY_ANSWERING, self.random, ANSWERING)
        self.stage.warm_up()
        gc.collect()
        gc.freeze()

    @contextmanager
    def round(self, outcome: Outcome, template: str, *, ours: bool = True) -> Iterator[Nursery]:
        """A fresh database; afterwards everything is reconciled and judged."""
        began = time.monotonic()
        self.stage.new_round(template)
        nursery = Nursery(self.stage, ALL_ROLES)
        yield nursery
        nursery.wind_down()
        deaths = list(nursery.deaths)
        for _ in range(2):
            nursery.bear("web")
        verdict = self.stage.folder / "verdict"
        verdict.unlink(missing_ok=True)
        nursery.bear("judge", deaths=deaths, ours=ours, verdict=verdict)
        while nursery.count("judge"):
            nursery.watch()
        if not verdict.exists():
            raise RuntimeError(f"nobody could judge: see {self.stage.folder}/accidents.log")
        found: Truth = pickle.loads(verdict.read_bytes())
        nursery.wind_down()
        outcome.add(found, nursery)
        outcome.seconds += time.monotonic() - began

    def lose_replies(self) -> None:
        """One reply in twenty, and now and then an order, a look at the list, a callback."""
        fault = self.stage.network.control.fault
        for mode in LOST:
            fault("lose_reply", mode=mode, hang_seconds=HANG_SECONDS, share=LOST_SHARE / len(LOST))
        fault("lose_request", mode="drop", share=0.01)
        fault("refuse_429", retry_after=1, share=0.01)
        fault("refuse", status=503, code=20503, on="read", share=0.02)
        fault("callbacks", early=True, duplicate=1, share=0.05)
        fault("callbacks", reverse=True, documents_twice=True, share=0.05)
        fault("callbacks", drop=True, share=0.05)
        fault("callbacks", drop=["completed", "busy", "no-answer", "failed"], share=0.05)

    # Kills.

    def kill(self, wanted: int) -> Outcome:
        """Rounds of kills until so many fell inside the critical section."""
        outcome = Outcome("kills")
        while outcome.kills < wanted and time.monotonic() < self.ends_by:
            self._round_of_kills(outcome, min(self.kills_a_round, wanted - outcome.kills))
            self.say(
                f"  round {outcome.rounds}: {outcome.kills} kills inside the critical section,"
                f" {sum(outcome.outside.values())} elsewhere, {outcome.figures['calls']} calls,"
                f" {len(outcome.broken)} promises broken, {outcome.seconds:.0f} s"
            )
        return outcome

    def _round_of_kills(self, outcome: Outcome, wanted: int) -> None:
        with self.round(outcome, MANY) as nursery:
            run(self.stage.engine, TEXTS_DUE)
            self.stage.engine.dispose()
            self.lose_replies()
            nursery.bear("leaper")
            inside, next_at_random = 0, time.monotonic()
            while inside < wanted * 1.1 and time.monotonic() < self.ends_by:
                self._replace_the_dead(nursery)
                nursery.watch()
                if time.monotonic() > next_at_random:
                    self._kill_somebody(nursery)
                    next_at_random = time.monotonic() + self.random.expovariate(RANDOM_A_SECOND)
                inside = sum(d.inside and d.role == "dispatcher" for d in nursery.deaths)

    def _replace_the_dead(self, nursery: Nursery) -> None:
        while nursery.count("web") < 2:
            nursery.bear("web", self._chances(CALLBACK_POINTS, 0.006))
        while nursery.count("worker") < 2:
            nursery.bear("worker", self._chances(WORKER_POINTS, 0.05))
        while nursery.count("texter") < 1:
            nursery.bear("texter", f"{self.random.choice(TEXT_POINTS)}=kill@{self._passage()}")
        while nursery.count("dispatcher") < DISPATCHERS:
            if self.random.random() < 0.35:
                place = self.random.choice(("after_intent", "before_post"))
                nursery.bear("dispatcher", timer=(place, self.random.uniform(0, 0.025)))
            else:
                (point,) = self.random.choices(INSIDE_POINTS, (3, 2, 2, 3, 1))
                together = self.random.choice((1, 1, 1, 1, 3))
                orders = f"{point}=kill@{self._passage()}"
                nursery.bear("dispatcher", orders, together=together)

    def _passage(self) -> int:
        return self.random.choice((1, 1, 1, 1, 1, 2))

    def _chances(self, points: tuple[str, ...], share: float) -> str:
        orders = " ".join(f"{point}=kill%{share}" for point in points)
        return f"{orders} seed={self.random.randrange(2**31)}"

    def _kill_somebody(self, nursery: Nursery) -> None:
        living = [child for child in nursery.children.values() if child.role != "leaper"]
        if living:
            nursery.kill(self.random.choice(living), "random")

    # Stalls.

    def stall(self, wanted: int) -> Outcome:
        """Everybody stalls at once, is given up, and wakes when others have gone on."""
        outcome = Outcome("stalls")
        while outcome.stalled < wanted:
            with self.round(outcome, FEW) as nursery:
                run(self.stage.engine, TEXTS_DUE)
                self.stage.engine.dispose()
                self._stall_everybody(nursery)
            self.say(
                f"  round {outcome.rounds}: {outcome.stalled} stalls,"
                f" {outcome.figures['calls']} calls, {len(outcome.broken)} promises broken,"
                f" {outcome.seconds:.0f} s"
            )
        return outcome

    def _stall_everybody(self, nursery: Nursery) -> None:
        nursery.bear("web")
        nursery.bear("web", " ".join(f"{point}=stop%0.05" for point in CALLBACK_POINTS))
        nursery.bear("worker")
        nursery.bear("worker", " ".join(f"{point}=stop%0.5" for point in WORKER_POINTS))
        for number in range(6):
            nursery.bear("texter", f"{TEXT_POINTS[number]}=stop@1")
        for number in range(STALLED_AT_ONCE):
            orders = f"{STALL_POINTS[number % len(STALL_POINTS)]}=stop@1"
            nursery.bear("dispatcher", orders, together=1 + number % 2)
            nursery.watch(0.001)
        self._others_go_on(nursery)

    def _others_go_on(self, nursery: Nursery) -> None:
        """Until the last to stall has stalled long enough, and those given up were called again."""
        everybody_by = time.monotonic() + 4
        while time.monotonic() < everybody_by:
            nursery.watch()
        nursery.bear("leaper")
        for _ in range(2):
            nursery.bear("dispatcher")
        until = max((c.stopped_at for c in nursery.children.values()), default=0) + STALL_SECONDS
        until = max(until, time.monotonic() + 2)
        while time.monotonic() < until:
            nursery.watch()
        for child in list(nursery.children.values()):
            nursery.let_go_on(child)
        until = time.monotonic() + 1
        while time.monotonic() < until:
            for child in nursery.watch():
                nursery.let_go_on(child)

    # One dispatch, system call by system call.

    def syscalls(self, every: int) -> Outcome:
        """Killed at every system call of one dispatch (or every so many)."""
        outcome = Outcome("syscalls")
        with self.round(outcome, MANY) as nursery:
            for _ in range(2):
                nursery.bear("web")
            nursery.bear("worker")
            killed = kill_at_every_syscall(nursery, self.say, every)
        outcome.figures.update({f"syscall {name}": number for name, number in killed.items()})
        return outcome

    # What everything stands on.

    def fall_of_database(self, times: int) -> Outcome:
        """PostgreSQL crashes and recovers, under dispatchers that are killed too."""
        outcome = Outcome("fall_of_database")
        with self._rough(outcome) as nursery:
            for _ in range(times):
                self._kill_for(nursery, 2.0)
                outcome.figures["falls"] += crash_database(self.stage, self.random)
            self._kill_for(nursery, 2.0)
        return outcome

    def fall_of_network(self, times: int) -> Outcome:
        """The phone network is killed and comes back on its journal."""
        outcome = Outcome("fall_of_network")
        with self._rough(outcome) as nursery:
            for _ in range(times):
                self._kill_for(nursery, 6.5)
                self.stage.telephones.crash()
                self.lose_replies()
                outcome.figures["falls"] += 1
            self._kill_for(nursery, 6.5)
        return outcome

    def lost_commits(self, dispatchers: int) -> Outcome:
        """Commits that are done and never confirmed: dispatchers behind a proxy that cuts."""
        outcome = Outcome("lost_commits")
        with listening_socket() as door, self._rough(outcome) as nursery:
            seed = self.random.randrange(2**31)
            proxy = nursery.bear("cut_proxy", door=door, share=0.06, seed=seed)
            until, cuts_before = time.monotonic() + 30, -1
            while time.monotonic() < until:
                while nursery.count("web") < 2:
                    nursery.bear("web")
                while nursery.count("worker") < 1:
                    nursery.bear("worker")
                while nursery.count("cut_dispatcher") < dispatchers:
                    nursery.bear("cut_dispatcher", port=door.getsockname()[1])
                nursery.watch()
                seen = proxy.line.read()
                if seen.point == "cut" and seen.at_ns != cuts_before:
                    cuts_before = seen.at_ns
                    outcome.figures["falls"] += 1
        return outcome

    def case_store(self, wanted: int) -> Outcome:
        """Kills again, with a case store across the network that loses its own answers."""
        outcome = Outcome("case_store")
        parts = self.stage.application.__dict__
        folder = parts["exchange"]
        with case_store_twin(self.stage.folder / "twin-journal") as twin:
            store = HttpCaseStore(CaseStoreClient(twin.url), self.stage.folder / "case-store")
            parts["exchange"] = replace(folder, store=store)
            self.stage.twin = twin
            try:
                for kind, order in CASE_STORE_FAULTS:
                    twin.fault(kind, **order)
                self._round_of_kills(outcome, wanted)
            finally:
                parts["exchange"] = folder
                self.stage.twin = None
        return outcome

    @contextmanager
    def _rough(self, outcome: Outcome) -> Iterator[Nursery]:
        self.stage.rough = True
        try:
            with self.round(outcome, MANY) as nursery:
                self.lose_replies()
                nursery.bear("leaper")
                yield nursery
        finally:
            self.stage.rough = False

    def _kill_for(self, nursery: Nursery, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._replace_the_dead(nursery)
            nursery.watch()

    # The orders of others.

    def _wait(self, nursery: Nursery, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            nursery.watch()
