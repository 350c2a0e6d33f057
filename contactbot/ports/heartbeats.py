"""Signs of life: when each job last did its work, and each feed last brought a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Living(StrEnum):
    """What beats."""

    JOB = "job"
    FEED = "feed"


@dataclass(frozen=True, slots=True)
class Beat:
    """The last sign of life of one job or feed: on the calendar, in real time, and how long ago.

    `silent_seconds` are real seconds.
    """

    kind: Living
    name: str
    at: datetime
    at_real: datetime
    silent_seconds: float
    detail: str


class Heartbeats(Protocol):
    """Where signs of life are kept; only the last of each."""

    def beat(self, kind: Living, name: str, detail: str = "") -> None:
        """It lives, now."""
        ...

    def beats(self) -> Sequence[Beat]:
        """The last sign of life of each, by kind and name."""
        ...
