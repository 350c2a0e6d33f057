"""What reports read: counts taken at one moment, and attempts one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts that were all true at one moment, `as_at` (calendar, UTC).

    `clock_began` is what the simulated clock first showed; None where time is not simulated.
    """

    as_at: datetime
    clock_began: datetime | None
    referrals_by_state: Mapping[str, int]
    attempts: Mapping[str, int]
    denials: Mapping[str, int]
    interviews: Mapping[str, int]
    stopped_at_code: int
    for_callers: int
    opted_in: int
    outbox: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AttemptLine:
    """One attempt as it is exported: ids are opaque, the number shows its last three digits.

    `script` is its name and the first twelve digits of its hash; times are calendar times in UTC.
    """

    attempt: str
    person: str
    reference: str = field(repr=False)
    source_system: str
    channel: str
    number_masked: str
    state: str
    disposition: str | None
    aapor: str | None
    language: str | None
    script: str | None
    placed_at: datetime | None
    ended_at: datetime | None
    seconds: int | None
    provider_id: str | None
    by: str
    policy_version: str


class Figures(Protocol):
    """Figures of the service; each is defined here and computed in one place."""

    def counts(self) -> Counts:
        """All counts, read in one snapshot, so that they agree with each other.

        - `referrals_by_state`: referrals, by state.
        - `attempts`: attempts, `call` and `text` made automatically, `manual` made by a person.
        - `denials`: by reason, the referrals whose latest decision is a Deny with that reason.
        - `interviews`: completed interviews, by language.
        - `stopped_at_code`: automatic calls over in which a language was chosen, nobody proved to
          be the victim, and nobody asked us not to ring again.
        - `for_callers`: referrals whose next step is a caller's.
        - `opted_in`: persons whose newest answer about support is yes.
        - `outbox`: records for the case store, by state.
        """
        ...

    def attempts(self) -> Iterator[AttemptLine]:
        """Every attempt in the order of their decisions, a few at a time in memory.

        Read in pages, each a transaction of its own, so that a slow reader holds nothing up.
        """
        ...
