"""Bring the database up to date, take it back, or see whether it is as the program expects."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from contactbot.bootstrap import open_database
from contactbot.config import read_settings
from contactbot.database import migrate
from contactbot.database.embedded import EmbeddedServerFault
from contactbot.database.engine import Engine


@click.group()
def db() -> None:
    """Migrations of the database."""


@db.command()
@click.option("--to", "revision", default="head", show_default=True, help="The revision to reach.")
def upgrade(revision: str) -> None:
    """Bring the database up to the newest schema, whole or not at all."""
    with _database() as engine:
        migrate.upgrade(engine, revision)
    click.echo("The database is up to date." if revision == "head" else f"Now at {revision}.")


@db.command()
@click.option("--to", "revision", default="-1", show_default=True, help="`base` empties it.")
def downgrade(revision: str) -> None:
    """Take the schema back, by default by one migration; what only the newer one held is lost."""
    with _database() as engine:
        migrate.downgrade(engine, revision)
    click.echo(f"Gone back to {revision}.")


@db.command()
def check() -> None:
    """Compare models, migrations and database; exit 1 if they differ."""
    with _database() as engine:
        differences = migrate.check(engine)
    for line in differences:
        click.echo(line)
    click.echo(f"{len(differences)} differences", err=True)
    sys.exit(1 if differences else 0)


@contextmanager
def _database() -> Iterator[Engine]:
    try:
        with open_database(read_settings()) as engine:
            yield engine
    except (EmbeddedServerFault, migrate.MigrationFault) as fault:
        raise click.ClickException(str(fault)) from fault
