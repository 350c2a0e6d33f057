"""The live view by SQL: a handful of counts and the newest attempts, from one snapshot."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, text

from contactbot.database.crypto import Keyring
from contactbot.database.figures import SHOWN_DIGITS
from contactbot.ports.live_view import (
    CallersShare,
    Departures,
    LiveView,
    RecentAttempt,
    Share,
    Withheld,
)

SHOWN_ATTEMPTS = 30
POINTS = 48
SHORTEST_STEP = 1e-3
# Every viewer’s page asks once a second; all those of a process share one reading.
SHARED_SECONDS = 1.0

_MOMENT = text("""
    SELECT simulated_now() AS calendar,
           coalesce((SELECT shows FROM clock ORDER BY id LIMIT 1), simulated_now()) AS clock_began,
           (SELECT count(*) FROM attempts) AS attempts_made,
           (SELECT count(*) FROM attempts WHERE state IN
            ('placing', 'posting', 'queued', 'initiated', 'ringing', 'in_progress')) AS in_flight,
           (SELECT count(*) FROM appointments WHERE state = 'booked') AS call_backs
""")
# A referral the machine tried has left its queue with its last attempt, unless it is to try again.
# One pass over the referrals for everything that is counted of them.
_QUEUE = text("""
    WITH tried AS (
        SELECT referral_id, max(ended_at) AS at FROM attempts
         WHERE "by" = 'automatic' GROUP BY referral_id HAVING bool_and(ended_at IS NOT NULL)
    )
    SELECT state, route, tier, route = 'automatic' AND due_at IS NOT NULL AS to_try,
           first_contact_at IS NOT NULL AS contacted,
           CASE WHEN tried.at IS NOT NULL THEN least(greatest(ceil(
               date_part('epoch', tried.at - :began) / :step), 0), :points) END AS point,
           count(*) AS referrals, count(*) FILTER (WHERE enhanced) AS enhanced,
           count(*) FILTER (WHERE breach_at < :now) AS overdue,
           min(referred_at) AS oldest_referred_at
      FROM referrals LEFT JOIN tried ON tried.referral_id = id
     GROUP BY state, route, tier, to_try, contacted, point
""")
_ATTEMPTS = text("""
    SELECT a.decided_at, a.channel, a."by", a.state, a.disposition, a.language,
           a.number_id, n.number_sealed, p.key_wrapped
      FROM (SELECT * FROM attempts ORDER BY decided_at DESC, id DESC LIMIT :shown) a
      JOIN persons p ON p.id = a.person_id
      LEFT JOIN numbers n ON n.id = a.number_id
     ORDER BY a.decided_at DESC, a.id DESC
""")
# The newest decision of each referral, by the reasons it gave: few combinations, so quick to count.
# Most decisions allow; asking only of each of the others whether a newer one followed is cheapest.
_WITHHELD = text("""
    SELECT reasons, count(*) AS referrals, max(at) AS latest_at FROM decisions d
     WHERE NOT allowed AND NOT EXISTS (
           SELECT FROM decisions newer WHERE newer.referral_id = d.referral_id AND newer.id > d.id)
     GROUP BY reasons
""")
_OUTBOX = text("SELECT state, count(*) AS records FROM outbox GROUP BY state")


class DatabaseLiveViews:
    """The `LiveViews` port (definitions: contactbot.ports.live_view)."""

    def __init__(
        self, engine: Engine, keyring: Keyring, elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._keyring = keyring
        self._elapsed = elapsed
        self._reading = Lock()
        self._read: LiveView | None = None
        self._read_at = float("-inf")

    def look(self) -> LiveView:
        """Everything, from one snapshot of at most a second ago; `calendar` is its moment."""
        with self._reading:  # whoever comes meanwhile gets what this one reads
            now = self._elapsed()
            if self._read is None or now - self._read_at >= SHARED_SECONDS:
                self._read, self._read_at = self._look(), now
            return self._read

    def _look(self) -> LiveView:
        with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
            moment = reader.execute(_MOMENT).mappings().one()
            began, now = moment["clock_began"], moment["calendar"]
            step = max((now - began).total_seconds() / POINTS, SHORTEST_STEP)
            queue = _rows(reader, _QUEUE, began=began, now=now, step=step, points=POINTS)
            return LiveView(
                **moment,
                shares=_shares(queue),
                to_try=sum(row["referrals"] for row in queue if row["to_try"]),
                departures=_departures(queue, began, step),
                attempts=tuple(
                    self._attempt(row) for row in _rows(reader, _ATTEMPTS, shown=SHOWN_ATTEMPTS)
                ),
                withheld=_withheld(_rows(reader, _WITHHELD)),
                for_callers=_for_callers(queue),
                outbox={row["state"]: row["records"] for row in _rows(reader, _OUTBOX)},
            )

    def _attempt(self, row: RowMapping) -> RecentAttempt:
        return RecentAttempt(
            at=row["decided_at"],
            number_ends=self._number_ends(row),
            channel=row["channel"],
            by=row["by"],
            state=row["state"],
            disposition=row["disposition"],
            language=row["language"],
        )

    def _number_ends(self, row: RowMapping) -> str:
        """The last digits; blank if the number has been erased."""
        if row["number_sealed"] is None or row["key_wrapped"] is None:
            return ""
        box = self._keyring.open_box(row["key_wrapped"])
        number = box.open("numbers", "number_sealed", row["number_id"], row["number_sealed"])
        return number[-SHOWN_DIGITS:]


def _shares(queue: Sequence[RowMapping]) -> tuple[Share, ...]:
    """Every state on every route, the largest first."""
    counted = Counter[tuple[str, str]]()
    for row in queue:
        counted[row["state"], row["route"]] += row["referrals"]
    ordered = sorted(counted.items(), key=lambda share: (-share[1], share[0]))
    return tuple(Share(state, route, referrals) for (state, route), referrals in ordered)


def _for_callers(queue: Sequence[RowMapping]) -> tuple[CallersShare, ...]:
    tiers: dict[str, list[RowMapping]] = {}
    for row in queue:
        if row["route"] == "caller":
            tiers.setdefault(row["tier"], []).append(row)
    return tuple(
        CallersShare(
            tier=tier,
            referrals=sum(row["referrals"] for row in rows),
            enhanced=sum(row["enhanced"] for row in rows),
            overdue=sum(row["overdue"] for row in rows),
            oldest_referred_at=min(row["oldest_referred_at"] for row in rows),
        )
        for tier, rows in sorted(tiers.items())
    )


def _withheld(rows: Sequence[RowMapping]) -> tuple[Withheld, ...]:
    """Each reason by itself: a referral may be withheld for several."""
    counted, latest = Counter[str](), dict[str, datetime]()
    for row in rows:
        for reason in set(row["reasons"]):
            counted[reason] += row["referrals"]
            latest[reason] = max(latest.get(reason, row["latest_at"]), row["latest_at"])
    newest_first = sorted(counted, key=lambda reason: (latest[reason], counted[reason]))[::-1]
    return tuple(Withheld(reason, counted[reason], latest[reason]) for reason in newest_first)


def _departures(
    queue: Sequence[RowMapping], began: datetime, step: float
) -> tuple[Departures, ...]:
    """Those who left, at the first point after they did; a call may end in this very moment."""
    left: Counter[tuple[int, str]] = Counter()
    for row in queue:
        if row["point"] is not None and not row["to_try"]:
            left[int(row["point"]), _where(row)] += row["referrals"]
    return tuple(
        Departures(
            at=began + timedelta(seconds=step * point),
            contacted=left[point, "contacted"],
            to_caller=left[point, "to_caller"],
            over=left[point, "over"],
        )
        for point in range(POINTS + 1)
    )


def _where(row: RowMapping) -> str:
    if row["contacted"]:
        return "contacted"
    return "to_caller" if row["route"] == "caller" else "over"


def _rows(reader: Connection, statement: Any, **values: Any) -> list[RowMapping]:
    return list(reader.execute(statement, values).mappings())
