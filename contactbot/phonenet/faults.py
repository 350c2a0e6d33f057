"""Faults that a test orders: lost replies, refusals, and callbacks that misbehave."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.records import CallStatus


class FaultKind(StrEnum):
    """What goes wrong."""

    LOSE_REPLY = "lose_reply"  # the request has its effect, the answer never arrives whole
    LOSE_REQUEST = "lose_request"  # the answer looks just as lost, but nothing happened
    REFUSE_429 = "refuse_429"  # refused before any effect
    REFUSE = "refuse"  # refused with any status and code, before any effect
    TEXTS = "texts"  # the provider keeps a text for a while before it is sent
    CALLBACKS = "callbacks"  # what the network tells the application about one call


class LossMode(StrEnum):
    """How a reply is lost."""

    DROP = "drop"
    SERVER_ERROR = "500"
    GATEWAY = "502"  # in HTML, as a gateway in between writes it
    HANG = "hang"
    TRUNCATE = "truncate"


class Doing(StrEnum):
    """Which requests to the REST API a fault is for."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    ANY = "any"


@dataclass(slots=True)
class Fault:
    """One order for trouble: the next `times` requests, or for ever a random `share` of them.

    `number` restricts it to requests about that number. `hang_seconds`, `retry_after`,
    `late_seconds` and `held_seconds` are real seconds. `drop` names the states whose callback is
    never sent.
    `shuffle` and `reverse` tell of a call only when it is over, `burst` only when a test lets go.
    `documents_twice` asks for each TwiML document again, as after a reply lost on the way back.
    """

    kind: FaultKind
    mode: LossMode = LossMode.DROP
    on: Doing = Doing.CREATE
    times: int | None = None
    share: float = 1.0
    number: str = ""
    retry_after: int = 1
    hang_seconds: float = 60.0
    status: int = 503
    code: int = 20503
    duplicate: int = 0
    late_seconds: float = 0.0
    held_seconds: float = 0.0
    reverse: bool = False
    early: bool = False
    shuffle: bool = False
    burst: bool = False
    drop: tuple[str, ...] = ()
    documents_twice: bool = False
    id: int = 0
    asked: int = 0
    taken: int = 0

    @property
    def used_up(self) -> bool:
        """Whether it has been taken as often as was ordered."""
        return self.times is not None and self.taken >= self.times

    def as_json(self) -> dict[str, object]:
        """The fault with how often it was taken."""
        return asdict(self)


PLAIN = Fault(FaultKind.CALLBACKS)
EVERY_STATE = tuple(CallStatus)


def read_fault(given: Mapping[str, object]) -> Fault:
    """The fault that a JSON order describes; ValueError says in plain words what is wrong."""
    unknown = set(given) - {field.name for field in fields(Fault)}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    values = dict(given)
    try:
        values["kind"] = FaultKind(str(values.get("kind")))
        values["mode"] = LossMode(str(values.get("mode", LossMode.DROP)))
        values["on"] = Doing(str(values.get("on", Doing.CREATE)))
    except ValueError as wrong:
        raise ValueError(f"not a known word: {wrong}") from wrong
    drop = values.get("drop", ())
    values["drop"] = EVERY_STATE if drop is True else tuple(drop or ())  # type: ignore[arg-type]
    if "share" not in given and "times" not in given:
        values["times"] = 1
    return Fault(**values)  # type: ignore[arg-type]


class Faults:
    """The orders in force, in the order in which they were given."""

    def __init__(self, chance: Chance, note: Callable[[str, Mapping[str, Any]], None]) -> None:
        self._chance = chance
        self._note = note
        self._orders: list[Fault] = []
        self._given = 0

    def order(self, fault: Fault) -> Fault:
        """Take an order; it is in force from the next request on."""
        self._given += 1
        fault.id = self._given
        self._orders.append(fault)
        self._note("fault", {"order": fault.as_json()})
        return fault

    def clear(self) -> None:
        """Forget every order."""
        self._orders.clear()
        self._note("faults_cleared", {})

    def recall(self, line: Mapping[str, Any]) -> None:
        """Take up an order from the journal, as it was given or as it was last taken."""
        fault = read_fault(line["order"])
        self._given = max(self._given, fault.id)
        self._orders = [order for order in self._orders if order.id != fault.id]
        if not fault.used_up:
            self._orders.append(fault)
        self._orders.sort(key=lambda order: order.id)

    def forget(self) -> None:
        """The journal says that all orders were taken back."""
        self._orders.clear()

    def in_force(self) -> list[Fault]:
        """Every order not yet used up."""
        return list(self._orders)

    def take(self, kinds: frozenset[FaultKind], doing: Doing, number: str = "") -> Fault | None:
        """The first order that this request meets, counted as taken; None if it goes well."""
        for fault in self._orders:
            if self._meets(fault, kinds, doing, number) and self._falls(fault):
                self._taken(fault)
                return fault
        return None

    def _taken(self, fault: Fault) -> None:
        fault.taken += 1
        if fault.used_up:
            self._orders.remove(fault)
        if fault.times is not None:
            self._note("fault", {"order": fault.as_json()})

    def _meets(self, fault: Fault, kinds: frozenset[FaultKind], doing: Doing, number: str) -> bool:
        return (
            fault.kind in kinds and fault.on in {doing, Doing.ANY} and fault.number in {"", number}
        )

    def _falls(self, fault: Fault) -> bool:
        fault.asked += 1
        return fault.share >= 1 or (
            self._chance.fraction(f"fault {fault.id} {fault.asked}") < fault.share
        )
