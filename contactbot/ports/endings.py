"""What the end of attempts is kept in: T4 of the attempt protocol, for one or for many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from contactbot.domain.attempts import AttemptState
from contactbot.domain.planning import Plan


@dataclass(frozen=True, slots=True)
class Closing:
    """What the end of an attempt is called."""

    attempt_id: UUID
    disposition: str
    aapor: str
    ending: str | None


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where a referral goes after an attempt, and what the case store is told of the attempt.

    `state` is the referral's until now; `tried` = the attempt counts as a try.
    """

    referral_id: UUID
    source_system: str
    reference: str = field(repr=False)
    state: str
    plan: Plan
    attempt_id: UUID
    disposition: str
    body: Mapping[str, Any]
    tried: bool


class EndingTransaction(Protocol):
    """The part of a transaction in which attempts end; their persons are locked."""

    def close_attempts(
        self, closings: Sequence[Closing], state: AttemptState, seconds: int | None
    ) -> set[UUID]:
        """End live attempts for good; the ids of those that were not over already."""
        ...

    def take_steps(self, steps: Sequence[NextStep]) -> None:
        """Store each referral's next step, with word of it to the case store and the audit row.

        The case store hears of the attempt, and then of the referral's state where it changed.
        """
        ...

    def correct_attempt(self, attempt_id: UUID, disposition: str, aapor: str, ending: str) -> None:
        """Give an ended attempt the disposition of a key that came late; its state stays."""
        ...

    def note(
        self, attempt_id: UUID, *, ending: str | None = None, language: str | None = None
    ) -> None:
        """Keep how the talk ended, or the language chosen on it."""
        ...

    def close_number(self, number_id: UUID, because: str) -> None:
        """The number does not work: a person has to find another."""
        ...

    def end_interview(
        self, interview_id: UUID, state: str, ending: str, language: str | None
    ) -> None:
        """Close the interview as `completed` or `broken_off`."""
        ...
