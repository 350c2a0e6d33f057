"""Ask the service and the oracle the same, and collect every difference."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from windows.oracle import (
    BEGIN,
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    MINUTE,
    WALL,
    WEEK,
    Oracle,
    both,
    instant,
    minute_of,
)
from windows.window_sets import WindowSet

from contactbot.domain.calendar import (
    WeeklyHours,
    closing_after,
    is_open,
    next_opening,
    parse_hours,
)
from contactbot.domain.gate import (
    Channel,
    ContactFacts,
    Decision,
    Means,
    Moment,
    NumberFacts,
    ProfileFacts,
    Request,
    decide,
)
from contactbot.domain.policy import Policy, parse_policy
from contactbot.domain.referral import Permission

POLICY_FILE = Path(__file__).parents[2] / "scripts" / "policy.toml"
# What the policy says, once more in the oracle's own words; a test holds the two together.
OUTER = tuple((day, 480, 1260) for day in range(7))
MARGINS = {Means.AUTOMATIC: 60 + 18, Means.BY_HAND: 60 + 30}
KEPT = 20  # differences kept to be shown; all are counted
NEVER = WeeklyHours(((),) * 7)
PERSON = ContactFacts(
    state="awaiting_contact",
    tier="standard",
    profile=None,
    number=NumberFacts("00ff", usable=True, suspended=False, mobile=True),
    holds=(),
    suppressions=(),
    history=(),
    live=False,
    now=datetime(2026, 1, 1, tzinfo=UTC),
    skew=timedelta(0),
)


def shipped_policy() -> Policy:
    """The policy as it is shipped."""
    return parse_policy(POLICY_FILE.read_text(encoding="utf-8"))


@dataclass
class Findings:
    """How many instants were compared, by how many questions, and what differed."""

    instants: int = 0
    questions: int = 0
    differences: int = 0
    examples: list[str] = field(default_factory=list)

    def differ(self, example: str) -> None:
        """Count one difference; keep the first few."""
        self.differences += 1
        if len(self.examples) < KEPT:
            self.examples.append(example)

    def add(self, other: "Findings") -> None:
        """Take in what another set found."""
        self.instants += other.instants
        self.questions += other.questions
        self.differences += other.differences
        self.examples = (self.examples + other.examples)[:KEPT]


class Comparison:
    """One window set, asked of the calendar and of the gate, by machine and by hand.

    The machine keeps to the outer hours and the bank holidays; a person may ring on any day in the
    hours somebody asked for.
    """

    def __init__(self, windows: WindowSet, policy: Policy) -> None:
        self.windows = windows
        self.hours = parse_hours(windows.text) if windows.text else NEVER
        self.policy = policy
        self.calendar = Oracle(windows.spans, holidays=True)
        self.gate = {
            Means.AUTOMATIC: Oracle(both(windows.spans, OUTER), holidays=True),
            Means.BY_HAND: Oracle(windows.spans, holidays=False),
        }
        yes = Permission.YES
        profile = ProfileFacts(yes, yes, yes, self.hours, confirmed_on=None, voided=False)
        self.person = replace(PERSON, profile=profile)

    def run(self, instants: Iterable[datetime], means: Collection[Means] = Means) -> Findings:
        """Of each of these instants: the calendar, and the gate by these means."""
        found = Findings()
        for at in instants:
            found.instants += 1
            self._calendar(at, found)
            for one in means:
                self._gate(at, one, found)
        return found

    def sweep(self, year: int) -> Findings:
        """The calendar at every minute of a year, along the tables from one edge to the next."""
        found, hours, oracle = Findings(), self.hours, self.calendar
        for begin, end, is_open_now in oracle.stretches(year):
            closes = instant(end) if is_open_now else None
            following = None if is_open_now else oracle.next_opening(instant(begin))
            for minute in range(begin, end):
                at = instant(minute)
                if not is_open_now and following is None:  # it may come near enough meanwhile
                    following = oracle.next_opening(at)
                truth = (is_open_now, closes, at if is_open_now else following)
                said = (is_open(hours, at), closing_after(hours, at), next_opening(hours, at))
                if said != truth:
                    found.differ(f"{self.windows.name}: at {at}: {said}, not {truth}")
            found.instants += end - begin
            found.questions += 3 * (end - begin)
        return found

    def _calendar(self, at: datetime, found: Findings) -> None:
        for question, said, truth in (
            ("is_open", is_open(self.hours, at), self.calendar.is_open(at)),
            ("closing_after", closing_after(self.hours, at), self.calendar.closing_after(at)),
            ("next_opening", next_opening(self.hours, at), self.calendar.next_opening(at)),
        ):
            found.questions += 1
            if said != truth:
                found.differ(f"{self.windows.name}: {question} at {at}: {said}, not {truth}")

    def _gate(self, at: datetime, means: Means, found: Findings) -> None:
        request = Request(Channel.CALL, means, Moment.DISPATCH)
        said = decide(request, replace(self.person, now=at), self.policy)
        found.questions += 1
        for fault in self._faults(said, at, self.gate[means], MARGINS[means]):
            found.differ(f"{self.windows.name}: gate, {means}, at {at}: {fault}")

    @staticmethod
    def _faults(said: Decision, at: datetime, oracle: Oracle, margin: int) -> Iterator[str]:
        """What of a decision is not as the tables have it."""
        reasons = tuple(str(reason) for reason in said.reasons)
        closes = oracle.closing_after(at)
        if oracle.never():
            if reasons != ("no_hours", "outside_hours") or said.look_again_at is not None:
                yield f"{reasons}, again {said.look_again_at}; these hours never come"
            return
        late = closes is not None and closes - at < timedelta(seconds=margin)
        wanted = ("window_closing",) if late else () if closes else ("outside_hours",)
        if reasons != wanted or said.allowed is bool(wanted):
            yield f"{reasons}, not {wanted}"
        elif said.allowed:
            if said.closes_at != closes or said.look_again_at is not None:
                yield f"closes at {said.closes_at}, not {closes}"
        else:
            yield from _too_late_or_early(said.look_again_at, at, oracle, margin)


def _too_late_or_early(
    again: datetime | None, at: datetime, oracle: Oracle, margin: int
) -> Iterator[str]:
    """It looks again at an open moment to come, and misses none at which a call could begin."""
    lasting = oracle.first_lasting(at, margin)
    if again is None:
        following = oracle.next_opening(oracle.closing_after(at) or at)
        if following is not None:
            yield f"it never looks again, and it opens at {following}"
    elif again <= at or not oracle.is_open(again):
        yield f"it looks again at {again}, which is over or closed"
    elif lasting is not None and again > lasting:
        yield f"it looks again at {again}, and could have called at {lasting}"


def every_minute(year: int) -> Iterator[datetime]:
    """Every minute of a year in UTC."""
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        yield at
        at += MINUTE


_MINUTES_OF_WEEK: dict[int, list[int]] = {}


def _shown_at(minute_of_week: int) -> list[int]:
    """Every minute of all years at which the wall clock shows this minute of the week."""
    if not _MINUTES_OF_WEEK:
        first = minute_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
        last = minute_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
        for minute in range(first, last):
            _MINUTES_OF_WEEK.setdefault(WALL[minute] % WEEK, []).append(minute)
    return _MINUTES_OF_WEEK.get(minute_of_week, [])


def every_edge(windows: WindowSet, oracle: Oracle) -> list[int]:
    """The minutes of every edge of 2024 to 2030.

    As the tables have it, and as the text has it: on change nights an edge may be shown twice or
    never, and on a holiday it is none.
    """
    first = minute_of(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC))
    last = minute_of(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC))
    edges = {minute for minute in oracle.begins if first <= minute < last}
    edges.update(minute for minute in oracle.ends if first <= minute < last)
    for day, start, end in windows.spans:
        edges.update(_shown_at(day * DAY + start))
        edges.update(_shown_at((day * DAY + end) % WEEK))
    return sorted(edges)


def around(edges: Iterable[int]) -> list[datetime]:
    """Each edge with the minute and the second on either side."""
    seconds = {minute * 60 + by for minute in edges for by in (-60, -1, 0, 1, 60)}
    return [BEGIN + timedelta(seconds=second) for second in sorted(seconds)]


def compare_set(
    year: int, gate_every: int, windows: WindowSet
) -> tuple[str, Findings, Findings, Findings]:
    """One window set: the calendar and the gate in the year, and both at every edge."""
    comparison = Comparison(windows, shipped_policy())
    edges = comparison.run(around(every_edge(windows, comparison.calendar)))
    calendar = comparison.sweep(year)
    gate = comparison.run(gate_minutes(year, gate_every), [Means.AUTOMATIC])
    return windows.name, calendar, gate, edges


def gate_minutes(year: int, gate_every: int) -> Iterator[datetime]:
    """Every so many minutes of the year, and every one of the days around both changes."""
    nights = change_days()
    for number, at in enumerate(every_minute(year)):
        close = any(abs((at.date() - night).days) <= 1 for night in nights)
        if number % gate_every == 0 or close:
            yield at


@cache
def change_days() -> list[date]:
    """The days of 2024 to 2030 on which the clocks change."""
    return sorted(
        {
            instant(minute).date()
            for minute in range(1, len(WALL))
            if WALL[minute] - WALL[minute - 1] != 1
            and FIRST_YEAR <= instant(minute).year <= LAST_YEAR
        }
    )
