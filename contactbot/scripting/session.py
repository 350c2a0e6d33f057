"""Where a call stands between two turns, and what goes in and out of a turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from contactbot.scripting.events import Event
from contactbot.scripting.model import Ending, Language


class Waiting(StrEnum):
    """What the next key would answer."""

    ANSWER = "answer"  # the step's own question
    STAR = "star"  # the key after `*`
    STOP_CHECK = "stop_check"  # `0` was pressed and is being asked back


@dataclass(frozen=True, slots=True)
class Slot:
    """A time when a person could ring back: two ISO 8601 instants in UTC."""

    starts_at: str
    ends_at: str

    def interval(self) -> str:
        """The value of `{slot}`: an ISO 8601 interval, worded by the translator."""
        return f"{self.starts_at}/{self.ends_at}"


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the host knows about the person on this call.

    `contact_codes` are the four-digit codes of the person's open cases; with none the call stops
    at rung 2. `slots`: at most three are offered, in order, the same on every turn of a call.
    `consents` (purposes) and `needs_told` (areas) were answered for this case before, and are not
    asked again.
    """

    contact_codes: tuple[str, ...] = field(default=(), repr=False)
    slots: tuple[Slot, ...] = ()
    preferred_language: str | None = None
    consents: frozenset[str] = frozenset()
    needs_told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Session:
    """A call between two turns. It never holds a contact code or what was keyed as one.

    `by_hand`: a caller reads the words aloud and notes the answers. `telling_needs`: a need was
    told and the questions about needs go on.
    """

    script_hash: str
    step: str
    language: Language | None = None
    waiting: Waiting = Waiting.ANSWER
    misses: int = 0  # times without a usable key at this step
    again: int = 0  # times this step was asked for again
    wrong_codes: int = 0
    identity_proved: bool = False
    privacy_confirmed: bool = False
    ending: Ending | None = None
    by_hand: bool = False
    telling_needs: bool = False

    @property
    def may_disclose(self) -> bool:
        """Whether identity and privacy both hold on this call (invariant I7)."""
        return self.identity_proved and self.privacy_confirmed

    def to_json(self) -> dict[str, Any]:
        """A small dictionary of JSON values, the inverse of `from_json`."""
        return {
            "script_hash": self.script_hash,
            "step": self.step,
            "language": self.language.value if self.language else None,
            "waiting": self.waiting.value,
            "misses": self.misses,
            "again": self.again,
            "wrong_codes": self.wrong_codes,
            "identity_proved": self.identity_proved,
            "privacy_confirmed": self.privacy_confirmed,
            "ending": self.ending.value if self.ending else None,
            "by_hand": self.by_hand,
            "telling_needs": self.telling_needs,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote; KeyError, TypeError or ValueError if it is anything else."""
        return cls(
            **{
                **stored,
                "language": Language(stored["language"]) if stored["language"] else None,
                "waiting": Waiting(stored["waiting"]),
                "ending": Ending(stored["ending"]) if stored["ending"] else None,
            }
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say: an English message with its address, and the language to say it in."""

    context: str
    message: str
    language: str
    values: Mapping[str, str] = field(default_factory=dict)
    discloses: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """What to wait for after the prompts.

    `digits`: how many keys at most (None = until `finish_on_key` or the time-out).
    `finish_on_key`: "" means that every key counts, `#` and `*` too.
    """

    digits: int | None
    finish_on_key: str
    timeout_seconds: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What the host does next: record the events, say the prompts, then wait or hang up.

    `keys` is None exactly when `ending` is set: hang up after the prompts.
    """

    session: Session
    prompts: tuple[Prompt, ...]
    keys: Keys | None
    events: tuple[Event, ...] = ()
    ending: Ending | None = None
