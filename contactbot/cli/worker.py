"""Run a worker."""

import click

from contactbot.bootstrap import open_application
from contactbot.cli.parent import end_with_parent
from contactbot.config import SettingsFault, read_settings
from contactbot.logs import begin_logging
from contactbot.scheduling.worker import run_once, run_worker


@click.command()
@click.option("--once", is_flag=True, help="Run every due job once, then end.")
@click.option("--leap", is_flag=True, hidden=True, help="Leap to the next due time.")
@click.option(
    "--with-parent", is_flag=True, hidden=True, help="End with the process that began it."
)
def worker(*, once: bool, leap: bool, with_parent: bool) -> None:
    """Place due calls, find out what became of them, deliver results."""
    begin_logging(as_json=True)
    if with_parent:
        end_with_parent()
    settings = read_settings()
    if leap and settings.live_calls:
        raise SettingsFault("--leap is for demonstrations and refused while live calling is on.")
    with open_application(settings) as application:
        if once:
            run_once(application)
        else:
            run_worker(application, leaping=leap)
