"""A machine and a database whose clocks jump, and what was really called meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count, pairwise
from random import Random

from operations.world import POLICY, World, seen
from sqlalchemy import Engine
from windows.compare import OUTER
from windows.oracle import Oracle, both, shown

from contactbot.clock import SystemClock
from contactbot.database.crypto import Keyring
from contactbot.operations.dispatch import place_next
from contactbot.ports.telephony import CallOrder, ProviderCall

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
JUMPS = tuple(sign * by for by in (HOUR, DAY, WEEK) for sign in (1, -1))
SKEWS = tuple(timedelta(seconds=by) for by in (-3600, -60, -6, 6, 60, 3600))
TOLERATED = tuple(timedelta(seconds=by) for by in (-3, 0, 3))
SPACING = timedelta(hours=POLICY.limits.spacing_hours)
# Before it looks, or inside the protocol, when its decision is made already.
MOMENTS = ("before", "before", "after_intent", "after_fence", "after_post")
# What nobody can see: two clocks that differ by less, and the test's own time.
UNSEEN = timedelta(seconds=POLICY.calls.max_skew_seconds + 5)
# Hours a person may name, for the service and for the oracle.
HOURS = (
    ("mon-sun 08:00-21:00", OUTER),
    ("mon-fri 09:00-12:00", tuple((day, 540, 720) for day in range(5))),
    ("sat-sun 06:00-23:00", tuple((day, 360, 1380) for day in (5, 6))),
    ("mon-sun 11:30-12:30", tuple((day, 690, 750) for day in range(7))),
)


class Truth:
    """What time it really is, and how wrong each clock has become.

    `machine` and `database` are the wall clocks; `steady` counts seconds and never jumps.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.steady = 1000.0
        self.machine_off = self.database_off = timedelta(0)

    def wall(self) -> datetime:
        return self.now + self.machine_off

    def boot_seconds(self) -> float:
        return self.steady

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.steady += time / timedelta(seconds=1)


@dataclass
class Telephones:
    """Takes every order, and keeps when it was really given."""

    truth: Truth
    ids: Iterator[int]
    orders: list[datetime] = field(default_factory=list)

    def place_call(self, order: CallOrder) -> ProviderCall:
        del order
        self.orders.append(self.truth.now)
        return seen(next(self.ids))

    def end_call(self, provider_id: str) -> None:
        del provider_id


class JumpingWorld:
    """One database, one worker; people one after the other, each with hours of their own."""

    def __init__(self, engine: Engine, keyring: Keyring, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.world = World(engine, keyring)
        self.jumps = 0
        self.ids = count(1)

    def one_person(self, number: str, starts: datetime) -> list[datetime]:
        """Live through some days of jumps with one person; every order that was given."""
        self.truth = Truth(starts)
        self.telephones = Telephones(self.truth, self.ids)
        text, self.spans = self.random.choice(HOURS)
        self.steady = SystemClock(self.truth.wall, self.truth.boot_seconds)
        self.show()
        self.person = self.world.person(number, due_at=starts, referred_at=starts)
        self.world.run(
            "UPDATE contact_profiles SET safe_hours = :text, confirmed_on = :on"
            " WHERE person_id = :id",
            text=text,
            on=starts.date(),
            id=self.person.id,
        )
        for _ in range(5):
            self.look(self.random.choice(MOMENTS))
            self.truth.machine_off = self.truth.database_off = timedelta(0)
            # Somebody has put the clocks right and started the worker again.
            self.steady = SystemClock(self.truth.wall, self.truth.boot_seconds)
            self.truth.passes(self.random.choice((HOUR, 4 * HOUR, SPACING - HOUR, SPACING)))
            self.look(None)
        self.world.run("UPDATE referrals SET route = 'none'")
        return self.telephones.orders

    def jump(self) -> None:
        """One clock jumps, or both at once, or they part by seconds."""
        self.jumps += 1
        kind = self.random.choice(("machine", "database", "both", "skew", "tolerated"))
        by = self.random.choice(JUMPS)
        if kind in {"machine", "both"}:
            self.truth.machine_off += by
        if kind in {"database", "both"}:
            self.truth.database_off += by
        if kind in {"skew", "tolerated"}:
            self.truth.database_off += self.random.choice(SKEWS if kind == "skew" else TOLERATED)

    def show(self) -> None:
        """The database's clock as it is now."""
        self.world.set_clock(self.truth.now + self.truth.database_off)

    def look(self, jump_at: str | None) -> None:
        """The dispatcher looks, though nothing says that it should; the call is over at once.

        `jump_at` names the moment of its work at which clocks jump.
        """
        jumps = self.jumps
        self._reached("before", jump_at)
        self.world.run(
            "UPDATE referrals SET due_at = '2020-01-01', state = 'awaiting_contact',"
            " route = 'automatic' WHERE id = :id",
            id=self.person.referral,
        )
        known = {"telephony": self.telephones, "clock": self.steady, "real_calendar": True}
        reached = partial(self._reached, jump_at=jump_at)
        place_next(self.world.but(**known, at_fault_point=reached))
        self.world.run(
            "UPDATE attempts SET state = 'no_answer', disposition = 'no_answer', ended_at = now()"
            " WHERE ended_at IS NULL"
        )
        if jump_at and self.jumps == jumps:  # it did not come so far
            self.look("before")

    def _reached(self, moment: str, jump_at: str | None) -> None:
        if moment == jump_at:
            self.jump()
        if moment in {"before", jump_at}:
            self.show()

    def faults(self, orders: list[datetime]) -> list[str]:
        """What of these orders should not have been."""
        oracle = Oracle(both(self.spans, OUTER), holidays=True)
        found = [
            f"{at} ({shown(at)[1] // 60} h on the wall) is outside the hours"
            for at in orders
            if not any(oracle.is_open(at + by) for by in (-UNSEEN, timedelta(0), UNSEEN))
        ]
        found += [
            f"{two} is only {two - one} after the call before"
            for one, two in pairwise(orders)
            if two - one < SPACING - 2 * UNSEEN
        ]
        return found
