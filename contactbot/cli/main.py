"""The command line: which command lives where; each is loaded only when it is run."""

import importlib
import sys
from collections.abc import Mapping
from types import MappingProxyType

import click

from contactbot.config import SettingsFault
from contactbot.logs import begin_logging

COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "answers": "contactbot.cli.answers:answers",
        "attempts": "contactbot.cli.attempts:attempts",
        "audit": "contactbot.cli.audit:audit",
        "casestore": "contactbot.cli.casestore:casestore",
        "catalogues": "contactbot.cli.catalogues:catalogues",
        "db": "contactbot.cli.db:db",
        "demo": "contactbot.cli.demo:demo",
        "phone-network": "contactbot.cli.phone_network:phone_network",
        "referrals": "contactbot.cli.referrals:referrals",
        "scripts": "contactbot.cli.scripts:scripts",
        "seed": "contactbot.cli.seed:seed",
        "users": "contactbot.cli.users:users",
        "web": "contactbot.cli.web:web",
        "worker": "contactbot.cli.worker:worker",
    }
)
SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "answers": "Read replies in words.",
        "attempts": "Every attempt at contact.",
        "audit": "Check that nobody changed the audit trail.",
        "casestore": "Deliver results, take events, see what is pending.",
        "catalogues": "Texts for translators.",
        "db": "Migrations.",
        "demo": "The whole thing on one machine against a pretended phone network.",
        "phone-network": "The pretended phone network alone.",
        "referrals": "Take in a referral file.",
        "scripts": "Check and play the scripts.",
        "seed": "Write a sample referral file.",
        "users": "Make sign-ins for staff.",
        "web": "Serve pages and webhooks.",
        "worker": "Place due calls, find out what became of them, deliver results.",
    }
)


class LazyCommands(click.Group):
    """A group whose commands are imported when they are asked for, so that help is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands there are."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        del ctx
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(sorted(SUMMARIES.items()))


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="contactbot")
def contactbot() -> None:
    """Works a victim service's contact queue down, safely, in Welsh and English."""
    begin_logging(as_json=False)


def main() -> None:
    """Run the command line; a wrong setting is one sentence on stderr and exit code 2."""
    try:
        contactbot()
    except SettingsFault as fault:
        click.echo(f"contactbot cannot start: {fault}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
