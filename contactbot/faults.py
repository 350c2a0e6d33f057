"""Named moments at which a trial kills or stalls this process; nothing happens unless ordered.

`CONTACTBOT_FAULTS` is a list of orders, such as `after_post=kill@2 after_fence=stop%0.05 seed=7`:
at the second passage of `after_post` the process is killed, at each passage of `after_fence` it is
stopped with a chance of 5 % until somebody lets it go on. Refused with live calls.
"""

import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from contactbot.operations.deps import nothing_happens

ACTIONS: Mapping[str, signal.Signals] = MappingProxyType(
    {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
)
POINTS = frozenset(
    {
        # a call: intent, fence, request, id
        *("before_intent_commit", "after_intent", "after_fence", "before_post", "after_post"),
        *("before_binding_commit", "after_binding"),
        # what the provider tells, and what a call comes to
        *("before_turn_commit", "after_turn", "before_report_commit", "after_report"),
        "before_outcome_commit",
        # the reconciler
        *("after_look", "before_settling_commit"),
        # a text
        *("before_text_intent_commit", "after_text_intent", "after_text_fence"),
        *("before_text_post", "after_text_post", "before_text_binding_commit"),
        "before_text_report_commit",
        # the exchange with the case store
        *("after_import", "after_delivery"),
    }
)
_ORDER = re.compile(r"(?P<point>\w+)=(?P<action>\w+)(?:@(?P<passage>\d+)|%(?P<share>[\d.]+))?")


@dataclass(frozen=True, slots=True)
class Order:
    """What happens at one point: at one passage (counted from 1), or at each by chance."""

    action: signal.Signals
    passage: int
    share: float | None

    def falls(self, passage: int, chance: Callable[[], float]) -> bool:
        """Whether it happens at this passage."""
        return passage == self.passage if self.share is None else chance() < self.share


class FaultPoints:
    """The points at which something was ordered; called with the name of each that is passed."""

    def __init__(self, orders: Mapping[str, Order], seed: int) -> None:
        self._orders = orders
        self._passages: Counter[str] = Counter()
        self._random = Random(seed)  # noqa: S311 - chance, not a secret
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        """Kill or stop this process if that was ordered for this passage."""
        order = self._orders.get(name)
        if order is None:
            return
        with self._lock:
            self._passages[name] += 1
            falls = order.falls(self._passages[name], self._random.random)
        if falls:
            os.kill(os.getpid(), order.action)


def fault_points(text: str | None) -> Callable[[str], None]:
    """What to call at each point; `ValueError` says in plain words what is wrong with an order."""
    if text is None:
        return nothing_happens
    words = text.replace(",", " ").split()
    seeds = [word.removeprefix("seed=") for word in words if word.startswith("seed=")]
    orders = dict(_order(word) for word in words if not word.startswith("seed="))
    return FaultPoints(orders, int(seeds[-1]) if seeds else 0)


def _order(word: str) -> tuple[str, Order]:
    read = _ORDER.fullmatch(word)
    if read is None or read["action"] not in ACTIONS:
        raise ValueError(f"{word} is not POINT=kill or POINT=stop, perhaps with @N or %SHARE")
    if read["point"] not in POINTS:
        raise ValueError(f"there is no point {read['point']}")
    share = None if read["share"] is None else float(read["share"])
    return read["point"], Order(ACTIONS[read["action"]], int(read["passage"] or 1), share)
