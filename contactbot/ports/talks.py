"""What a talk by keypad leaves behind between two of its turns, and what was said in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A keypad call between two webhooks: the newest turn, the script's state, its facts."""

    turn: int
    session: Mapping[str, Any] = field(repr=False)
    script_hash: str


class TalkTransaction(Protocol):
    """The part of a transaction of outreach that keeps a talk."""

    def answered(self, attempt_id: UUID) -> None:
        """The line was answered: nothing changes if that is known already, or if it is over."""
        ...

    def session(self, attempt_id: UUID) -> KeptSession | None:
        """The keypad call's state, if it has begun."""
        ...

    def sessions(self, attempt_ids: Sequence[UUID]) -> dict[UUID, KeptSession]:
        """The state of each of these calls that has begun."""
        ...

    def keep_session(self, attempt_id: UUID, kept: KeptSession, words: str) -> None:
        """Keep the state after a turn, with the words that turn answered."""
        ...

    def answer(
        self, interview_id: UUID, person_id: UUID, turn: int, step: str, value: str, language: str
    ) -> None:
        """Keep an answer, sealed; the same turn and step twice is one answer."""
        ...

    def prefer_language(self, person_id: UUID, language: str | None, source: str) -> None:
        """Record the language a proved person chose."""
        ...
