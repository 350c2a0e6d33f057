"""Watching the service: whether it can work, whether a worker has gone silent, or a feed quiet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

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
    found = silences_of(seen.gauges.beats, seen.feeds)
    return Readiness(warnings=tuple(map(sentence, found)))


class Silent(StrEnum):
    """What is silent."""

    NO_WORKER = "no_worker"  # none has ever run
    WORKER = "worker"
    JOB = "job"
    FEED = "feed"
    DATABASE = "database"  # it cannot even be asked


@dataclass(frozen=True, slots=True)
class Silence:
    """One thing that should live and does not; `name` of a job or feed, `since` None = never."""

    what: Silent
    name: str = ""
    since: datetime | None = None


def silences(watch: Watch) -> tuple[Silence, ...]:
    """All that is silent at this moment; never raises."""
    try:
        life = watch.records.life()
    except NotReadable:
        return (Silence(Silent.DATABASE),)
    feeds = feeds_of(life.beats, life.as_at, watch.rules)
    return silences_of(life.beats, as_named(feeds, watch.rules))


def silences_of(beats: Sequence[Beat], feeds: Sequence[Feed]) -> tuple[Silence, ...]:
    """Silent jobs, together where all are, then quiet feeds."""
    jobs = [beat for beat in beats if beat.kind is Living.JOB]
    return (*silent_workers(jobs), *quiet_feeds(feeds))


def silent_workers(jobs: Sequence[Beat]) -> Iterator[Silence]:
    """Each job that has not been done lately, or that none has been."""
    silent = [beat for beat in jobs if beat.silent_seconds > SILENT_SECONDS]
    if not jobs:
        yield Silence(Silent.NO_WORKER)
    elif len(silent) == len(jobs):
        yield Silence(Silent.WORKER, since=max(beat.at_real for beat in jobs))
    else:
        for beat in silent:
            yield Silence(Silent.JOB, beat.name, beat.at_real)


def quiet_feeds(feeds: Sequence[Feed]) -> Iterator[Silence]:
    """Each feed that has gone quiet."""
    for feed in feeds:
        if feed.quiet:
            yield Silence(Silent.FEED, feed.source, feed.last_at)


def sentence(silence: Silence) -> str:
    """One silence, for whoever runs the service."""
    since = f"since {written(silence.since)}" if silence.since else "yet"
    return {
        Silent.NO_WORKER: "no worker has run yet",
        Silent.WORKER: f"the worker has not run {since}",
        Silent.JOB: f"the worker has not done {silence.name} {since}",
        Silent.FEED: f"the feed {silence.name} has brought no file {since}",
        Silent.DATABASE: "the database does not answer in time",
    }[silence.what]


def written(at: datetime) -> str:
    """A moment in UTC to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
