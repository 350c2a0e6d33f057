"""The hours that hold for one contact: the service’s, the person’s, or what lies in both."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from contactbot.domain.calendar import (
    DayIsClosed,
    WeeklyHours,
    closing_after,
    is_bank_holiday,
    never_closed,
    next_opening,
    overlap,
)
from contactbot.domain.policy_tables import Hours, Then


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the week, and the days on which they do not hold."""

    hours: WeeklyHours
    closed: DayIsClosed = is_bank_holiday

    @property
    def is_empty(self) -> bool:
        """Whether these hours never come."""
        return not any(self.hours.days)

    def closing_after(self, at: datetime) -> datetime | None:
        """The end (UTC) of the opening in which an aware instant lies; None outside."""
        return closing_after(self.hours, at, self.closed)

    def next_opening(self, after: datetime) -> datetime | None:
        """The first open instant (UTC) not before `after`; None if none comes soon."""
        return next_opening(self.hours, after, self.closed)


@lru_cache(maxsize=4096)
def window_for(
    then: Then, wished: WeeklyHours | None, hours: Hours, *, automatic: bool
) -> Window | None:
    """The window that an entry of the permission table opens; None where it denies.

    Hours the person named are their own wish: a person may ring in them on any day, the machine
    only within the outer hours and never on a bank holiday. Hours that came without permission
    are no wish but a warning: they narrow the default hours.
    """
    if then == "deny":
        return None
    if wished is None:
        return Window(hours.default)
    if then in {"default_hours", "supervisor_release"}:
        return Window(overlap(wished, hours.default))
    return Window(overlap(wished, hours.outer)) if automatic else Window(wished, never_closed)
