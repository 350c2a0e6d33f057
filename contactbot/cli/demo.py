"""The whole thing on one machine, one command: made-up referrals, pretended phones, real code."""

import json

import click

from contactbot.cli.demonstration import Demonstration


@click.command()
@click.option("--referrals", default=600, show_default=True, help="How many made-up referrals.")
@click.option("--for", "seconds", type=float, help="End by itself after so many seconds.")
@click.option("--port", type=int, help="Port of the web application; 8080 if it is free.")
@click.option("--seed", default=1, show_default=True, help="Chooses people and chance.")
@click.option("--json", "as_json", is_flag=True, help="The result alone on stdout, as JSON.")
def demo(
    *, referrals: int, seconds: float | None, port: int | None, seed: int, as_json: bool
) -> None:
    """Take in a sample file, call the standard tier, and count what happened and what did not."""
    summary = Demonstration(referrals, seconds, port, seed).run()
    if as_json:
        click.echo(json.dumps(summary, indent=2))
    else:
        for name, value in summary.items():
            click.echo(f"{name:16} {json.dumps(value)}")
