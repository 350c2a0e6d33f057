"""The queue by state and by route, as rows of a table with a bar each."""

from collections.abc import Sequence
from dataclasses import dataclass

from contactbot.domain.planning import Route
from contactbot.domain.referral import ReferralState
from contactbot.ports.live_view import Share

ROUTES = tuple(Route)
BAR = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: which route, where it begins and how long it is, in units of the bar."""

    route: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One state: how many referrals on each route, in the order of `ROUTES`, and together."""

    state: str
    by_route: tuple[int, ...]
    together: int
    parts: tuple[Part, ...]


def queue_table(shares: Sequence[Share]) -> tuple[QueueRow, ...]:
    """The states there are, in the order a referral passes through them."""
    counted = {(share.state, share.route): share.referrals for share in shares}
    known = [str(state) for state in ReferralState]
    present = {share.state for share in shares}
    states = [state for state in known if state in present] + sorted(present - set(known))
    rows = {state: tuple(counted.get((state, route), 0) for route in ROUTES) for state in states}
    longest = max((sum(row) for row in rows.values()), default=0)
    return tuple(_row(state, by_route, longest) for state, by_route in rows.items())


def _row(state: str, by_route: tuple[int, ...], longest: int) -> QueueRow:
    scale = BAR / longest if longest else 0.0
    parts = tuple(
        Part(route, sum(by_route[:place]) * scale, by_route[place] * scale)
        for place, route in enumerate(ROUTES)
        if by_route[place]
    )
    return QueueRow(state, by_route, sum(by_route), parts)
