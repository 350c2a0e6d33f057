"""The same torture for the naive orders, and for ours without its fence: it can fail."""

import time
from collections.abc import Callable

from torture.campaigns import Torture
from torture.naive import call_then_record, record_then_call_again, without_fence
from torture.outcome import Outcome
from torture.plan import (
    ANSWERING,
    DISPATCHERS,
    HANG_SECONDS,
    LATE_TEMPO,
    LOST,
    LOST_SHARE,
    ONLY_THESE,
    SHORT,
    STALL_SECONDS,
)
from torture.roles import leap
from torture.stage import run
from torture.truth import count_live, let_real_time_pass


class Compared(Torture):
    """Campaigns that are meant to break what ours does not."""

    def call_then_record(self, kills: int) -> Outcome:
        """A: killed after the call, before the row."""
        return self._naive("A", call_then_record, ("after_post", "before_binding_commit"), kills)

    def record_then_call_again(self, kills: int) -> Outcome:
        """B: killed after the call, before its id; and every lost reply is a call once more."""
        return self._naive("B", record_then_call_again, ("after_fence", "after_post"), kills)

    def _naive(
        self, name: str, place: Callable[..., object], points: tuple[str, ...], kills: int
    ) -> Outcome:
        outcome = Outcome(name)
        with self.round(outcome, SHORT, ours=False) as nursery:
            fault = self.stage.network.control.fault
            for mode in LOST:
                share = LOST_SHARE / len(LOST)
                fault("lose_reply", mode=mode, hang_seconds=HANG_SECONDS, share=share)
            fault("callbacks", drop=True, share=1.0)  # their order has no callback to learn from
            while len(nursery.deaths) < kills:
                while nursery.count("dispatcher") < DISPATCHERS:
                    orders = f"{self.random.choice(points)}=kill@{self.random.randint(1, 9)}"
                    nursery.bear("dispatcher", orders, place=place)
                nursery.watch()
        return outcome

    def without_fence(self, victims: int) -> Outcome:
        """Ours without the deadline, and ours: everybody stalls between intent and call."""
        outcome = Outcome("unfenced")
        self._stall_after_intent(outcome, victims, without_fence)
        return outcome

    def with_fence(self, victims: int) -> Outcome:
        """The same stalls, by the product as it is."""
        outcome = Outcome("fenced")
        self._stall_after_intent(outcome, victims, None)
        return outcome

    def _stall_after_intent(
        self, outcome: Outcome, victims: int, place: Callable[..., object] | None
    ) -> None:
        more = {} if place is None else {"place": place}
        with self.round(outcome, SHORT) as nursery:
            for _ in range(2):
                nursery.bear("web")
            for _ in range(victims):
                nursery.bear("dispatcher", "after_intent=stop@1", **more)
            until = time.monotonic() + 60
            while nursery.count("dispatcher") and time.monotonic() < until:
                nursery.watch()
            # Nobody else is due but who was given up.
            run(self.stage.engine, ONLY_THESE)
            let_real_time_pass(self.stage, 6)
            self.stage.engine.dispose()
            nursery.bear("worker")
            stalled = [child for child in nursery.children.values() if child.stopped_at]
            until = time.monotonic() + 30
            while count_live(self.stage) and time.monotonic() < until:
                self._wait(nursery, 0.5)
            leap(self.stage)
            self.stage.engine.dispose()
            nursery.bear("dispatcher")
            nursery.bear("dispatcher")
            youngest = max((child.stopped_at for child in stalled), default=0.0)
            self._wait(nursery, max(3, youngest + STALL_SECONDS - time.monotonic()))
            for child in stalled:
                nursery.let_go_on(child)
            self._wait(nursery, 3)

    def late(self, victims: int) -> Outcome:
        """What remains: half an hour of standing still between the last look and the request."""
        outcome = Outcome("late")
        telephones = self.stage.telephones
        telephones.tempo, usual = LATE_TEMPO, telephones.tempo
        with self.round(outcome, ANSWERING) as nursery:
            nursery.bear("web")
            nursery.bear("web")
            for _ in range(victims):
                nursery.bear("dispatcher", "before_post=stop@1")
            until = time.monotonic() + 60
            while nursery.count("dispatcher") and time.monotonic() < until:
                nursery.watch()
            stalled = [child for child in nursery.children.values() if child.stopped_at]
            run(self.stage.engine, ONLY_THESE)
            self.stage.engine.dispose()
            nursery.bear("worker")
            for age in (61, 1801, 61):
                let_real_time_pass(self.stage, age)
                self.stage.engine.dispose()
                self._wait(nursery, 3)
            for child in stalled:
                nursery.let_go_on(child)
            self._wait(nursery, 20)
        telephones.tempo = usual
        return outcome
