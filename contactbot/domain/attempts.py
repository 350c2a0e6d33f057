"""The states of an attempt: they move forward only, and an end is final."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class AttemptState(StrEnum):
    """Where an attempt stands; the first six are live, the rest are ends."""

    PLACING = "placing"
    POSTING = "posting"
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"
    NOT_PLACED = "not_placed"
    UNKNOWN = "unknown"
    LOST_STATUS = "lost_status"


LIVE: Final = frozenset(list(AttemptState)[:6])
TERMINAL: Final = frozenset(AttemptState) - LIVE
RANK: Final[Mapping[AttemptState, int]] = MappingProxyType(
    {state: min(order, len(LIVE)) for order, state in enumerate(AttemptState)}
)

# The provider's words (Twilio call resource and status callbacks); any other word moves nothing.
_PROVIDER: Final[Mapping[str, AttemptState]] = MappingProxyType(
    {
        "queued": AttemptState.QUEUED,
        "initiated": AttemptState.INITIATED,
        "ringing": AttemptState.RINGING,
        "in-progress": AttemptState.IN_PROGRESS,
        "completed": AttemptState.COMPLETED,
        "busy": AttemptState.BUSY,
        "failed": AttemptState.FAILED,
        "no-answer": AttemptState.NO_ANSWER,
        "canceled": AttemptState.CANCELED,
    }
)


# The words for a text. A text is `initiated` once the carrier has it, and has no ringing.
_PROVIDER_TEXT: Final[Mapping[str, AttemptState]] = MappingProxyType(
    {
        "accepted": AttemptState.QUEUED,
        "scheduled": AttemptState.QUEUED,
        "queued": AttemptState.QUEUED,
        "sending": AttemptState.QUEUED,
        "sent": AttemptState.INITIATED,
        "delivered": AttemptState.COMPLETED,
        "read": AttemptState.COMPLETED,
        "undelivered": AttemptState.FAILED,
        "failed": AttemptState.FAILED,
        "canceled": AttemptState.CANCELED,
    }
)


def moves_forward(old: AttemptState, new: AttemptState) -> bool:
    """Whether a report of `new` changes an attempt in `old`: only forward, never out of an end."""
    return RANK[new] > RANK[old]


def from_provider(status: str) -> AttemptState | None:
    """Our word for the provider's; None for a word we do not know."""
    return _PROVIDER.get(status)


def from_provider_text(status: str) -> AttemptState | None:
    """The same for a text: delivered is `completed`, undelivered is `failed`."""
    return _PROVIDER_TEXT.get(status)
