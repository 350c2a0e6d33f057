"""Machine detection: who answered, as a machine hears it, with as many mistakes as ordered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.people import Behaviour, Person
from contactbot.phonenet.records import Call

Errors = Mapping[str, Mapping[str, float]]
KINDS = frozenset({"human", "machine", "fax", "unknown"})
VERDICTS = KINDS | {"machine_end_silence", "machine_end_other"}
# A machine whose greeting is shorter than this is taken for a person, as Twilio says of itself.
SHORTEST_MACHINE_GREETING = 2.4
# Seconds of life until a verdict; Twilio's own average is about four.
TAKES: Mapping[str, float] = {"human": 3.8, "machine": 4.2, "fax": 2.0}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Twilio's word for who answered, and how long it took in seconds of life."""

    answered_by: str
    seconds: float

    @property
    def milliseconds(self) -> int:
        """As Twilio tells it."""
        return int(self.seconds * 1000)


class Detection:
    """`errors` says, for each kind of answer, which share of it is taken for what else."""

    def __init__(
        self,
        chance: Chance,
        note: Callable[[str, Mapping[str, Any]], None],
        errors: Errors,
    ) -> None:
        self._chance = chance
        self._note = note
        self.errors = checked(errors)

    def order(self, errors: Errors) -> None:
        """Make these mistakes from now on; ValueError if they are none that can be made."""
        self.errors = checked(errors)
        self._note("detection", {"errors": self.errors})

    def recall(self, errors: Errors) -> None:
        """Take up from the journal which mistakes are made."""
        self.errors = checked(errors)

    def verdict(self, call: Call, person: Person) -> Verdict:
        """Who answers this call, in the eyes of the machine."""
        kind = person.detected_as or self._taken_for(nature(person), f"detected {call.index}")
        waits_for_beep = call.wishes.detection == "DetectMessageEnd"
        if kind == "unknown":
            return Verdict(kind, call.wishes.detection_timeout)
        if not kind.startswith("machine"):
            return Verdict(kind, TAKES.get(kind, TAKES["human"]))
        if not waits_for_beep:
            return Verdict("machine_start", TAKES["machine"])
        end = kind if kind.startswith("machine_end") else "machine_end_beep"
        return Verdict(end, max(person.greeting, TAKES["machine"]))

    def _taken_for(self, kind: str, name: str) -> str:
        fraction, share = self._chance.fraction(name), 0.0
        for verdict, part in self.errors.get(kind, {}).items():
            share += part
            if fraction < share:
                return verdict
        return kind


def nature(person: Person) -> str:
    """What a faultless detection makes of an answer: a short greeting sounds like a person."""
    if person.behaviour is Behaviour.FAX:
        return "fax"
    if person.behaviour is Behaviour.VOICEMAIL and person.greeting >= SHORTEST_MACHINE_GREETING:
        return "machine"
    return "human"


def checked(errors: Errors) -> dict[str, dict[str, float]]:
    """The table of mistakes, if its words are known and no kind is mistaken more than always."""
    for kind, shares in errors.items():
        unknown = ({kind} - KINDS) | (set(shares) - VERDICTS)
        if unknown:
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        if not 0 <= sum(shares.values()) <= 1 or min(shares.values(), default=0) < 0:
            raise ValueError(f"the shares of {kind} must lie between 0 and 1 together")
    return {kind: dict(shares) for kind, shares in errors.items()}
