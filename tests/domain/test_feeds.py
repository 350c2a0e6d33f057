"""A feed is quiet after so many hours of silence while offices are open, and not before."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from contact_builders import policy

from contactbot.domain.feeds import Feed, watch_feeds
from contactbot.domain.policy_tables import Feeds

LONDON = ZoneInfo("Europe/London")


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)


def rules(**sources: float) -> Feeds:
    return Feeds(hours="mon-fri 09:00-17:00", quiet_after_hours=24, sources=sources)


def quiet(last: str, now: str, **sources: float) -> bool:
    (feed,) = watch_feeds({"niche": at(last)}, at(now), rules(**sources))
    return feed.quiet


@pytest.mark.parametrize(
    ("last", "now", "is_quiet"),
    [
        ("2026-03-09 09:00", "2026-03-11 17:00", False),  # three working days, to the minute
        ("2026-03-09 09:00", "2026-03-12 08:59", False),  # the night counts for nothing
        ("2026-03-09 09:00", "2026-03-12 09:01", True),
        ("2026-03-13 17:00", "2026-03-16 09:00", False),  # nor does the weekend
        ("2026-04-02 17:00", "2026-04-09 16:59", False),  # nor Easter: three days from Tuesday
        ("2026-04-02 17:00", "2026-04-10 09:01", True),
        ("2026-03-27 09:00", "2026-03-31 17:00", False),  # nor the hour the clocks take away
        ("2020-01-01 09:00", "2026-03-31 17:00", True),
    ],
)
def test_only_open_hours_count(last: str, now: str, is_quiet: bool) -> None:
    assert quiet(last, now) is is_quiet


def test_a_source_may_have_a_limit_of_its_own() -> None:
    assert quiet("2026-03-09 09:00", "2026-03-09 11:01", niche=2)
    assert not quiet("2026-03-09 09:00", "2026-03-09 10:59", niche=2)


def test_a_named_source_that_never_brought_a_file_is_quiet() -> None:
    assert watch_feeds({}, at("2026-03-09 09:00"), rules(mavis=24)) == (Feed("mavis", None, True),)


def test_the_shipped_policy_waits_for_24_working_hours() -> None:
    assert policy().feeds.quiet_after_hours == 24
    assert policy().feeds.sources == {}
