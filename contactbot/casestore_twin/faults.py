"""Faults to order: what goes wrong between a case store and whoever writes to it."""

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What goes wrong."""

    SLOW = "slow"  # the answer comes `seconds` late
    DOWN = "down"  # nothing is done; HTTP `status`, or the connection is cut if that is 0
    REJECT = "reject"  # refused for good, with `status` and `code`
    DUPLICATE_APPLY = "duplicate_apply"  # the request is handled twice, as after a proxy's retry
    APPLY_THEN_LOSE = "apply_then_lose"  # done, and then the answer is lost, by `mode`
    BREAK_ON = "break_on"  # this record, and no other, always breaks the store: HTTP 500
    CONFLICT = "conflict"  # somebody edits what is being updated, just before
    FORGET_KEYS = "forget_keys"  # idempotency keys are ignored: a store nobody should have


class LossMode(StrEnum):
    """How an answer is lost."""

    DROP = "drop"
    SERVER_ERROR = "500"
    HANG = "hang"
    TRUNCATE = "truncate"


@dataclass(slots=True)
class Fault:
    """One order: the next `times` requests, or for good a random `share` of them.

    `reference` restricts it to records of that case. `seconds`: how late, or how long it hangs.
    """

    kind: FaultKind
    times: int | None = None
    share: float = 1.0
    reference: str = ""
    seconds: float = 1.0
    status: int = 503
    code: str = "invalid"
    mode: LossMode = LossMode.DROP
    id: int = 0
    taken: int = 0


def read_fault(given: Mapping[str, Any]) -> Fault:
    """The fault that a JSON order describes; ValueError says in plain words what is wrong."""
    unknown = set(given) - {field.name for field in fields(Fault)}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    values = dict(given)
    values["kind"] = FaultKind(str(given.get("kind")))
    values["mode"] = LossMode(str(given.get("mode", LossMode.DROP)))
    if values["kind"] is FaultKind.REJECT:
        values.setdefault("status", 422)
    if "share" not in given and "times" not in given:
        values["times"] = 1
    return Fault(**values)


class Faults:
    """The orders in force; safe to ask from many threads."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._orders: list[Fault] = []
        self._given = 0
        self._lock = threading.Lock()

    def order(self, fault: Fault) -> Fault:
        """Take an order; it is in force at once."""
        with self._lock:
            self._given += 1
            fault.id = self._given
            self._orders.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every order."""
        with self._lock:
            self._orders.clear()

    def in_force(self) -> list[dict[str, Any]]:
        """Every order not yet used up."""
        with self._lock:
            return [asdict(fault) for fault in self._orders]

    def take(self, kind: FaultKind, reference: str = "") -> Fault | None:
        """The first order of that kind that this request meets, counted as taken."""
        with self._lock:
            for fault in self._orders:
                if fault.kind is kind and fault.reference in {"", reference} and self._falls(fault):
                    fault.taken += 1
                    if fault.times is not None and fault.taken >= fault.times:
                        self._orders.remove(fault)
                    return fault
        return None

    def _falls(self, fault: Fault) -> bool:
        return fault.share >= 1 or self._chance.random() < fault.share
