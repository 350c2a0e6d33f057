"""The gauges of the service in the words of Prometheus: counts and ages, no ids and no numbers."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from contactbot.domain.feeds import Feed
from contactbot.operations.watching import Seen
from contactbot.ports.heartbeats import Living
from contactbot.ports.watch import Gauges

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(seen: Seen) -> bytes:
    """The page a monitor reads, from one look; figures of the answering process come last."""
    registry = CollectorRegistry()
    registry.register(_Look(seen))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Look(Collector):
    """One look at the service as a collector."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        gauges = self._seen.gauges
        yield from _queue(gauges)
        yield from _attempts(gauges)
        yield from _outbox(gauges)
        yield from _lives(gauges)
        yield from _feeds(self._seen.feeds, gauges.as_at)


def _queue(gauges: Gauges) -> Iterator[Metric]:
    yield _by("referrals", "Referrals by state.", "state", gauges.referrals)
    yield _by(
        "denied_referrals",
        "Referrals whose latest decision was no, by reason.",
        "reason",
        gauges.denials,
    )
    yield _one("due_referrals", "Referrals due for an automatic call.", gauges.due)
    yield _one(
        "oldest_due_seconds",
        "For how long the oldest of them has been due, on the calendar.",
        gauges.oldest_due_seconds,
    )


def _attempts(gauges: Gauges) -> Iterator[Metric]:
    metric = GaugeMetricFamily(
        "contactbot_attempts", "Attempts by state and disposition.", labels=["state", "disposition"]
    )
    for labels, number in sorted(gauges.attempts.items()):
        metric.add_metric(list(labels), number)
    yield metric
    yield _one("attempts_in_flight", "Attempts that are not over.", gauges.in_flight)


def _outbox(gauges: Gauges) -> Iterator[Metric]:
    states = dict.fromkeys(("pending", "delivered", "dead"), 0) | dict(gauges.outbox)
    yield _by("outbox_records", "Records for the case store by state.", "state", states)
    yield _one(
        "outbox_oldest_pending_seconds",
        "The age of the oldest waiting record, on the calendar.",
        gauges.outbox_oldest_seconds,
    )


def _lives(gauges: Gauges) -> Iterator[Metric]:
    counters = CounterMetricFamily(
        "contactbot_events", "What was refused or not understood, by name.", labels=["name"]
    )
    counted = {"webhook_refused": 0, "webhook_unknown_attempt": 0} | dict(gauges.counters)
    for name, number in sorted(counted.items()):
        counters.add_metric([name], number)
    yield counters
    silent = {b.name: b.silent_seconds for b in gauges.beats if b.kind is Living.JOB}
    yield _by("job_silence_seconds", "Real seconds since a worker last did a job.", "job", silent)


def _feeds(feeds: tuple[Feed, ...], now: datetime) -> Iterator[Metric]:
    silent = {f.source: (now - f.last_at).total_seconds() for f in feeds if f.last_at}
    yield _by(
        "feed_silence_seconds",
        "Seconds since a source last brought a referral file, on the calendar.",
        "source",
        silent,
    )
    quiet = {feed.source: int(feed.quiet) for feed in feeds}
    yield _by(
        "feed_quiet",
        "1 where a source is silent for longer than the policy allows.",
        "source",
        quiet,
    )


def _by(name: str, help_text: str, label: str, figures: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"contactbot_{name}", help_text, labels=[label])
    for value, figure in sorted(figures.items()):
        metric.add_metric([value], figure)
    return metric


def _one(name: str, help_text: str, figure: float) -> Metric:
    return GaugeMetricFamily(f"contactbot_{name}", help_text, value=figure)
