"""Watching the service: whether it can work, whether a worker has gone silent, or a feed quiet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from contactbot.domain.feeds import Feed, as_named, watch_feeds
from contactbot.domain.policy_tables import Feeds
from contactbot.ports.heartbeats import Beat, Living
from contactbot.ports.watch import Gauges, NotReadable, WatchRecords

# Every job is woken within seconds and one call order lasts seconds; a large file takes longer.
SILENT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Watch:
    """What watching needs, handed over by the composition root."""

    records: WatchRecords
    rules: Feeds


@dataclass(frozen=True, slots=True)
class Readiness:
    """`faults`: no work can be done here. `warnings`: this process works, something else may not.

    Sentences for whoever runs the service.
    """

    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the service: its gauges, and its feeds by the names that may be shown."""

    gauges: Gauges
    feeds: tuple[Feed, ...]


def look(watch: Watch) -> Seen:
    """All that a monitor is shown."""
    gauges = watch.records.gauges()
    feeds = feeds_of(gauges.beats, gauges.as_at, watch.rules)
    return Seen(gauges, as_named(feeds, watch.rules))


def feeds_of(beats: Sequence[Beat], now: datetime, rules: Feeds) -> tuple[Feed, ...]:
    """Every feed, from its last sign of life; `now` is the calendar."""
    heard = {beat.name: beat.at for beat in beats if beat.kind is Living.FEED}
    return watch_feeds(heard, now, rules)


def readiness(watch: Watch) -> Readiness:
    """Whether this process can do its work.

    A silent worker is a warning: the web application must go on answering calls in progress.
    """
    fault = watch.records.fault()
    if fault is not None:
        return Readiness(faults=(fault,))
    try:
        seen = look(watch)
    except NotReadable:
        return Readiness(faults=("the database does not answer in time",))
    jobs = [beat for beat in seen.gauges.beats if beat.kind is Living.JOB]
    return Readiness(warnings=(*silent_workers(jobs), *quiet_feeds(seen.feeds)))


def silent_workers(jobs: Sequence[Beat]) -> Iterator[str]:
    """A sentence for each job that has not been done lately, or one where none has been."""
    silent = [beat for beat in jobs if beat.silent_seconds > SILENT_SECONDS]
    if not jobs:
        yield "no worker has run yet"
    elif len(silent) == len(jobs):
        last = max(beat.at_real for beat in jobs)
        yield f"the worker has not run since {written(last)}"
    else:
        for beat in silent:
            yield f"the worker has not done {beat.name} since {written(beat.at_real)}"


def quiet_feeds(feeds: Sequence[Feed]) -> Iterator[str]:
    """A sentence for each feed that has gone quiet."""
    for feed in feeds:
        if feed.quiet:
            since = f"since {written(feed.last_at)}" if feed.last_at else "yet"
            yield f"the feed {feed.source} has brought no file {since}"


def written(at: datetime) -> str:
    """A moment in UTC to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
