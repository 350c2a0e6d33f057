"""Times that may be offered for a call back by a person."""

from datetime import datetime, timedelta

from contactbot.domain.calendar import add_working_days, closing_after, day_part, next_opening
from contactbot.domain.policy import Policy

OFFERED = 3
LENGTH = timedelta(hours=2)
STEP = timedelta(hours=1)
SEARCH_STEPS = 200


def slots_for_call_back(now: datetime, policy: Policy) -> tuple[tuple[datetime, datetime], ...]:
    """Up to three two-hour intervals (aware, UTC) in default hours, each in another day-part.

    The first lies a working day ahead, so that a caller can be found for it.
    """
    hours = policy.hours.default
    slots: list[tuple[datetime, datetime]] = []
    at = next_opening(hours, add_working_days(now, 1))
    for _ in range(SEARCH_STEPS):
        if at is None or len(slots) == OFFERED:
            break
        closes = closing_after(hours, at)
        parts = {day_part(start) for start, _ in slots}
        if closes is not None and closes - at >= LENGTH and day_part(at) not in parts:
            slots.append((at, at + LENGTH))
        at = next_opening(hours, at + STEP)
    return tuple(slots)
