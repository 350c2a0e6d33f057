"""Make sign-ins for members of staff."""

import click

from contactbot.bootstrap import open_application
from contactbot.config import read_settings
from contactbot.domain.staff import Role
from contactbot.operations.sign_in import PasswordRefused, add_member
from contactbot.ports.staff import NameTaken


@click.group()
def users() -> None:
    """Members of staff who may sign in."""


@users.command()
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--welsh", is_flag=True, help="Speaks Welsh: is given people who prefer it.")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
def add(*, name: str, role: str, welsh: bool, ask: bool) -> None:
    """Make a sign-in; a password that was made is printed once and kept nowhere."""
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else None
    with open_application(read_settings()) as application:
        try:
            made = add_member(application.door, name, Role(role), password, welsh=welsh)
        except NameTaken as fault:
            raise click.ClickException("There is a sign-in of this name already.") from fault
        except PasswordRefused as fault:
            raise click.ClickException(str(fault)) from fault
    if password is None:
        print(made)
