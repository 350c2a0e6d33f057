"""Feeds of referral files: which has gone quiet, counted in hours while offices are open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contactbot.domain.calendar import WeeklyHours, closing_after, next_opening
from contactbot.domain.policy_tables import Feeds

OTHER = "other"


@dataclass(frozen=True, slots=True)
class Feed:
    """One source of referral files; `last_at` is None if it has never brought one."""

    source: str
    last_at: datetime | None
    quiet: bool


def watch_feeds(heard: Mapping[str, datetime], now: datetime, rules: Feeds) -> tuple[Feed, ...]:
    """Every source ever heard or named in the policy, by name; calendar times, aware.

    A named source that has never been heard is quiet.
    """
    return tuple(
        Feed(source, last := heard.get(source), last is None or is_quiet(source, last, now, rules))
        for source in sorted({*heard, *rules.sources})
    )


def as_named(feeds: tuple[Feed, ...], rules: Feeds) -> tuple[Feed, ...]:
    """The sources the policy names, and all others as one, `other`, as quiet as the quietest.

    A referral file may hold any word as its source: only names from the policy may be shown to
    whoever watches the service.
    """
    named = [feed for feed in feeds if feed.source in rules.sources]
    others = [feed for feed in feeds if feed.source not in rules.sources]
    if others:
        last = min((feed.last_at for feed in others if feed.last_at), default=None)
        named.append(Feed(OTHER, last, any(feed.quiet for feed in others)))
    return tuple(named)


def is_quiet(source: str, last: datetime, now: datetime, rules: Feeds) -> bool:
    """Whether offices have been open for longer than this source may be silent."""
    limit = timedelta(hours=rules.sources.get(source, rules.quiet_after_hours))
    return open_longer_than(limit, rules.hours, last, now)


def open_longer_than(limit: timedelta, hours: WeeklyHours, since: datetime, now: datetime) -> bool:
    """Whether the open time between two aware instants is more than the limit."""
    opening = next_opening(hours, since)
    while opening is not None and opening < now:
        closing = closing_after(hours, opening) or now
        limit -= min(closing, now) - opening
        if limit < timedelta():
            return True
        opening = next_opening(hours, closing)
    return False
