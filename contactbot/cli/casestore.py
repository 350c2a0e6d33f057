"""Exchange with the case store, and how the outbox stands."""

import json
import sys
from dataclasses import asdict

import click

from contactbot.bootstrap import Application, open_application
from contactbot.config import read_settings
from contactbot.domain.feeds import Feed
from contactbot.operations.sync import SyncReport, synchronise

AS_JSON = click.option("--json", "as_json", is_flag=True, help="The result alone, to stdout.")


@click.group()
def casestore() -> None:
    """Deliver results, take events and referral files, see what is pending."""


@casestore.command()
@AS_JSON
def sync(*, as_json: bool) -> None:
    """Take in what waits and deliver all that is pending, now; exit 1 if the store is away."""
    with open_application(read_settings()) as application:
        report = synchronise(application.exchange, at_once=True)
        tell(report)
        show(application, as_json=as_json)
    sys.exit(1 if report.away else 0)


@casestore.command()
@AS_JSON
def status(*, as_json: bool) -> None:
    """How many records wait, were delivered, or need a person."""
    with open_application(read_settings()) as application:
        show(application, as_json=as_json)


def show(application: Application, *, as_json: bool) -> None:
    found = asdict(application.outbox.status())
    feeds = application.feeds()
    if as_json:
        click.echo(json.dumps(found | {"feeds": {feed.source: figures(feed) for feed in feeds}}))
        return
    for name, number in found.items():
        click.echo(f"{name.replace('_', ' ')}: {number}")
    for feed in feeds:
        last = feed.last_at.isoformat(timespec="seconds") if feed.last_at else "never"
        click.echo(f"feed {feed.source}: {last}{', gone quiet' if feed.quiet else ''}")


def figures(feed: Feed) -> dict[str, object]:
    """When a feed last brought a file, and whether it is quiet."""
    return {
        "last_at": feed.last_at.isoformat() if feed.last_at else None,
        "quiet": feed.quiet,
    }


def tell(report: SyncReport) -> None:
    """What was exchanged, in a few words on stderr."""
    events = ", ".join(f"{count} {result}" for result, count in report.events.results.items())
    click.echo(
        f"delivered: {report.delivery.accepted}, refused: {report.delivery.refused}", err=True
    )
    if report.delivery.buried:
        click.echo(f"refused after it had taken them: {report.delivery.buried}", err=True)
    if report.delivery.faulty_lines:
        click.echo(f"lines that refuse no record: {report.delivery.faulty_lines}", err=True)
    click.echo(f"referral files: {report.referral_files}, events: {events or 0}", err=True)
    if report.events.faulty_lines:
        click.echo(f"lines that are no events: {report.events.faulty_lines}", err=True)
    if report.away:
        click.echo("The case store cannot be reached; everything waits and is kept.", err=True)
