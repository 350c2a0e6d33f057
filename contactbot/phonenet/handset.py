"""One telephone in one call: it rings, it is answered or not, and its owner presses keys."""

import re
from collections import Counter
from dataclasses import dataclass, field

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.hand import Hand
from contactbot.phonenet.people import Behaviour, Person
from contactbot.phonenet.phrases import (
    HANG_UP,
    LANGUAGE_KEYS,
    NONE_OF_THESE,
    OTHER_CODE,
    OWN_CODE,
    Question,
    answer_to,
    question_in,
)
from contactbot.phonenet.twiml import Gather

SAYS_NOTHING = frozenset({Behaviour.VOICEMAIL, Behaviour.SILENT, Behaviour.FAX})
STRAY_KEY = "7"
# Seconds of real life; the tempo shortens them.
RINGS_FOR = (2.0, 6.0)
VOICEMAIL_PICKS_UP_AFTER = 12.0
THINKS_FOR = (0.3, 1.2)


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a person did at a menu: keys in order ("" for none), or hanging up."""

    keys: str = ""
    hangs_up: bool = False


NOTHING = Pressed()


@dataclass(slots=True)
class Handset:
    """A telephone during one call; `earlier` counts the calls its owner had before this one.

    `hand` is the visitor's, if one holds it: then nothing is left to chance, and time is real.
    """

    person: Person
    chance: Chance
    name: str
    earlier: int
    hand: Hand | None = None
    _menus: int = 0
    _asked: Counter[Question] = field(default_factory=Counter)

    @property
    def answers(self) -> bool:
        """Whether anybody, or a machine, will pick up."""
        missed = self.person.behaviour is Behaviour.MISSES_FIRST and self.earlier == 0
        return not missed and self.person.behaviour is not Behaviour.NOBODY

    @property
    def rings_for(self) -> float:
        """How long it rings before it is answered, in seconds of real life."""
        if self.person.ring_seconds is not None:
            return self.person.ring_seconds
        if self.person.behaviour is Behaviour.VOICEMAIL:
            return VOICEMAIL_PICKS_UP_AFTER
        return self.chance.between(*RINGS_FOR, f"{self.name} rings")

    @property
    def thinks_for(self) -> float:
        """How long its owner takes over the next key, in seconds of real life."""
        return self.chance.between(*THINKS_FOR, f"{self.name} thinks {self._menus}")

    def press(self, heard: str, gather: Gather) -> Pressed:
        """What the owner does after hearing `heard` and being asked for keys."""
        self._menus += 1
        if self.person.keys is not None:
            return self._scripted(self.person.keys)
        if self.person.behaviour in SAYS_NOTHING:
            return NOTHING
        question = question_in(heard, gather.digits)
        self._asked[question] += 1
        return self._first_reaction(question) or self._decided(question, heard)

    def _scripted(self, keys: tuple[str, ...]) -> Pressed:
        return self._pressed(keys[self._menus - 1]) if self._menus <= len(keys) else NOTHING

    def _first_reaction(self, question: Question) -> Pressed | None:
        """Somebody slow lets the first question after the opener pass; stray keys come first."""
        behaviour = self.person.behaviour
        first = self._asked[question] == 1
        if behaviour is Behaviour.SLOW and first and question is Question.CODE:
            return NOTHING
        if behaviour is Behaviour.STRAY_KEYS and first and self._menus == 1:
            return Pressed(STRAY_KEY)
        return None

    def _decided(self, question: Question, heard: str) -> Pressed:
        if question is Question.LANGUAGE:
            return Pressed(LANGUAGE_KEYS[self.person.language])
        turn = int(self.person.code) + self._asked[question]
        answer = answer_to(question, self.person.behaviour, turn)
        return Pressed(_last_choice(heard)) if answer == NONE_OF_THESE else self._pressed(answer)

    def _pressed(self, answer: str) -> Pressed:
        match answer:
            case x if x == HANG_UP:
                return Pressed(hangs_up=True)
            case x if x == OWN_CODE:
                return Pressed(self.person.code)
            case x if x == OTHER_CODE:
                return Pressed(_other_than(self.person.code))
            case _:
                return Pressed(answer)


def _last_choice(heard: str) -> str:
    """The last digit named in a list of choices; "none of these" always comes last."""
    digits = re.findall(r"\d", heard)
    return digits[-1] if digits else "1"


def _other_than(code: str) -> str:
    return str(1000 + (int(code) - 1000 + 1) % 9000)
