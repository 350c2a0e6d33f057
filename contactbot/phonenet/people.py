"""The pretended people: what the last three digits of a number say about who answers it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Behaviour(StrEnum):
    """How the person, or the machine, at a number behaves."""

    OPTS_IN = "opts_in"
    DECLINES = "declines"
    ASKS_FOR_SLOT = "asks_for_slot"
    ASKS_FOR_PERSON = "asks_for_person"
    DO_NOT_RING = "do_not_ring"
    NOBODY = "nobody"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    CARRIER_FAILURE = "carrier_failure"
    SOMEBODY_ELSE = "somebody_else"
    NOT_ALONE = "not_alone"
    WRONG_CODE = "wrong_code"
    HANGS_UP = "hangs_up"
    SILENT = "silent"
    MISSES_FIRST = "misses_first"
    SLOW = "slow"
    STRAY_KEYS = "stray_keys"
    BY_HAND = "by_hand"  # a visitor holds the handset; by order only
    FAX = "fax"  # a machine that answers with a tone; by order only
    UNREACHABLE = "unreachable"  # refused at the door with 21214; by order only
    BARRED = "barred"  # refused at the door with 21215; by order only


# The lowest last-two-digits at which each behaviour begins.
BY_LAST_TWO_DIGITS = (
    (99, Behaviour.STRAY_KEYS),
    (98, Behaviour.SLOW),
    (95, Behaviour.MISSES_FIRST),
    (93, Behaviour.SILENT),
    (90, Behaviour.HANGS_UP),
    (88, Behaviour.WRONG_CODE),
    (85, Behaviour.NOT_ALONE),
    (82, Behaviour.SOMEBODY_ELSE),
    (80, Behaviour.CARRIER_FAILURE),
    (77, Behaviour.BUSY),
    (70, Behaviour.VOICEMAIL),
    (60, Behaviour.NOBODY),
    (58, Behaviour.DO_NOT_RING),
    (55, Behaviour.ASKS_FOR_PERSON),
    (50, Behaviour.ASKS_FOR_SLOT),
    (40, Behaviour.DECLINES),
    (0, Behaviour.OPTS_IN),
)
WELSH_DIGITS = frozenset("01")
SETTABLE = frozenset(
    {
        *("behaviour", "language", "code", "keys", "ring_seconds", "hang_up_after"),
        *("greeting_seconds", "detected_as", "rings_back_after", "replies", "text_error"),
    }
)
LISTS = frozenset({"keys", "replies"})
ORDINARY_GREETING = 4.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who answers a number.

    `keys` is what they press at each Gather in turn, instead of deciding for themselves: digits,
    "" for nothing, `code` for their contact code, `hangup`. `ring_seconds` and `hang_up_after`
    are seconds of real life, that is, before the tempo; None leaves them to chance or to the end.
    So are `greeting_seconds`, how long a machine speaks before its beep, and `rings_back_after`,
    how long after a call nobody took its owner rings us. `detected_as` is what machine detection
    takes them for. `replies` answers each text that arrives in turn; `text_error` is the code with
    which every text to them is undelivered.
    """

    behaviour: Behaviour
    language: str
    code: str
    keys: tuple[str, ...] | None = None
    ring_seconds: float | None = None
    hang_up_after: float | None = None
    greeting_seconds: float | None = None
    detected_as: str | None = None
    rings_back_after: float | None = None
    replies: tuple[str, ...] | None = None
    text_error: int | None = None

    @property
    def greeting(self) -> float:
        """How long a machine speaks before its beep, in seconds of life."""
        return ORDINARY_GREETING if self.greeting_seconds is None else self.greeting_seconds

    def as_json(self) -> dict[str, object]:
        """The person as the control API shows and takes them."""
        return {name: getattr(self, name) for name in sorted(SETTABLE)}


def person_by_convention(number: str) -> Person:
    """Who answers `number` (E.164) unless told otherwise, as docs/phonenet.md has it."""
    digits = number.lstrip("+").rjust(6, "0")
    last_two = int(digits[-2:])
    behaviour = next(kind for lowest, kind in BY_LAST_TWO_DIGITS if last_two >= lowest)
    language = "cy" if digits[-3] in WELSH_DIGITS else "en"
    return Person(behaviour, language, str(1000 + int(digits[-6:]) * 7919 % 9000))


def changed_person(person: Person, given: Mapping[str, object]) -> Person:
    """`person` with what a JSON order sets; ValueError says in plain words what is wrong."""
    unknown = set(given) - SETTABLE
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    values = dict(given)
    if "behaviour" in values:
        values["behaviour"] = Behaviour(str(values["behaviour"]))
    for name in LISTS & set(values):
        if values[name] is not None:
            values[name] = tuple(str(each) for each in values[name])  # type: ignore[attr-defined]
    if "language" in values and values["language"] not in {"cy", "en"}:
        raise ValueError("language is cy or en")
    return replace(person, **values)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class NextCall:
    """Whether a visitor wants the next call, to whom ("" for anybody), and whose it became."""

    wanted: bool = False
    language: str = ""
    number: str = ""


class People:
    """Everybody with a telephone: by convention, or as somebody said otherwise."""

    def __init__(
        self,
        cast: Mapping[str, Person] = MappingProxyType({}),
        note: Callable[[str, Mapping[str, Any]], None] = lambda _kind, _record: None,
    ) -> None:
        self._cast = dict(cast)
        self._note = note
        self.next = NextCall()

    def at(self, number: str) -> Person:
        """Who answers `number`."""
        return self._cast.get(number) or person_by_convention(number)

    def answering(self, number: str) -> Person:
        """Who answers the call dialled now: the visitor, if they asked for the next one."""
        person = self.at(number)
        if not self.next.wanted or self.next.language not in {"", person.language}:
            return person
        self.next = NextCall(number=number)
        return self.change(number, {"behaviour": Behaviour.BY_HAND})

    def change(self, number: str, given: Mapping[str, object]) -> Person:
        """Say who answers `number` from now on; what is not given stays as it is."""
        person = self._cast[number] = changed_person(self.at(number), given)
        self._note("person", {"number": number, **person.as_json()})
        return person

    def recall(self, line: Mapping[str, Any]) -> None:
        """Take up from the journal who answers a number."""
        given = {name: value for name, value in line.items() if name in SETTABLE}
        self._cast[line["number"]] = changed_person(person_by_convention(line["number"]), given)
