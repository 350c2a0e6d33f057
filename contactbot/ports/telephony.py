"""The telephone provider as the core sees it: what may be asked, and what an answer proves."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CallOrder:
    """One call to place: `number` is E.164; `token` names the attempt in every webhook URL."""

    token: str = field(repr=False)
    number: str = field(repr=False)
    ring_seconds: int
    limit_seconds: int


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """A call the provider knows of; `status` is the provider's own word for its state."""

    provider_id: str
    status: str
    outbound: bool
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallProgress:
    """A step of a call as reported: `status` is the provider's own word; what it left out is None.

    Steps may arrive late, twice and in any order; `sequence` counts them from 0.
    """

    provider_id: str
    status: str
    sequence: int | None
    seconds: int | None
    sip_code: int | None


class TelephonyError(Exception):
    """The provider did not do what was asked; the text carries no personal data."""


class RefusedBeforeEffect(TelephonyError):
    """Nothing was placed and nothing will be: the order may be given again after `retry_after`."""

    def __init__(self, reason: str, retry_after: float = 1.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class OutcomeUnknown(TelephonyError):
    """The order may or may not have had effect: it is reconciled and never given again."""


class NumberRefused(TelephonyError):
    """The provider will never call this number; `code` is its error code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"number refused with code {code}")
        self.code = code


class AccountRefused(TelephonyError):
    """Nothing can be placed until a person mends the account or a setting; `code` says which."""

    def __init__(self, code: int) -> None:
        super().__init__(f"account or settings refused with code {code}")
        self.code = code


class Telephony(Protocol):
    """What the provider is asked to do. Each request has a time-out and none repeats itself."""

    def place_call(self, order: CallOrder) -> ProviderCall:
        """Place one call, asking once.

        Raises `RefusedBeforeEffect` only if certainly nothing happened, `NumberRefused` and
        `AccountRefused` for final refusals, `OutcomeUnknown` for everything else.
        """
        ...

    def calls_to(self, number: str) -> list[ProviderCall]:
        """All recent outbound calls to `number`, queued ones included; `TelephonyError` if away."""
        ...

    def call(self, provider_id: str) -> ProviderCall | None:
        """The call as the provider knows it now, or None if it never heard of it."""
        ...

    def end_call(self, provider_id: str) -> None:
        """Cancel a queued or ringing call, hang up a running one; quiet if it is already over."""
        ...
