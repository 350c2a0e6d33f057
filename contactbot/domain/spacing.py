"""Caps and spacing: how many attempts, and how far apart, for a person and for a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal, Protocol

from contactbot.domain.calendar import LONDON
from contactbot.domain.policy import Policy
from contactbot.domain.reasons import Reason


class Counted(Protocol):
    """What of an earlier attempt counts."""

    @property
    def placed_at(self) -> datetime | None:
        """The time of the call."""
        ...

    @property
    def disposition(self) -> str | None:
        """What came of it; None while it is not known, which counts for everything."""
        ...


@dataclass(frozen=True, slots=True)
class Limited:
    """A limit that is reached, and the moment it no longer is."""

    reason: Reason
    until: datetime


def limits_reached(
    history: Sequence[Counted], now: datetime, policy: Policy
) -> tuple[Limited, ...]:
    """Every limit reached at `now` by these attempts.

    The history holds attempts at the person and attempts at the number, over all programmes and
    channels; they are counted together, which can only make contact rarer.
    """
    limits = policy.limits
    # In UTC differences are elapsed time; between two local times they would not be.
    now = now.astimezone(UTC)
    spaced = sorted(_times(history, now, policy, "spacing"))
    capped = sorted(_times(history, now, policy, "cap"))
    found = []
    if spaced and spaced[-1] + timedelta(hours=limits.spacing_hours) > now:
        found.append(Limited(Reason.SPACING, spaced[-1] + timedelta(hours=limits.spacing_hours)))
    today = [at for at in capped if at.astimezone(LONDON).date() >= now.astimezone(LONDON).date()]
    if len(today) >= limits.per_day:
        found.append(Limited(Reason.CAP_DAY, _tomorrow(today[-1])))
    for days, most, reason in (
        (7, limits.per_7_days, Reason.CAP_7_DAYS),
        (30, limits.per_30_days, Reason.CAP_30_DAYS),
    ):
        recent = [at for at in capped if at > now - timedelta(days=days)]
        if len(recent) >= most:
            found.append(Limited(reason, recent[-most] + timedelta(days=days)))
    return tuple(found)


def _times(
    history: Sequence[Counted], now: datetime, policy: Policy, what: Literal["cap", "spacing"]
) -> list[datetime]:
    """When the attempts happened (UTC) that count for `what`; one without an end counts for all.

    An attempt whose time is not known counts as if it were made now.
    """
    return [
        (attempt.placed_at or now).astimezone(UTC)
        for attempt in history
        if attempt.disposition is None or getattr(policy.disposition(attempt.disposition), what)
    ]


def _tomorrow(at: datetime) -> datetime:
    """The next local midnight."""
    day = at.astimezone(LONDON).date() + timedelta(days=1)
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
