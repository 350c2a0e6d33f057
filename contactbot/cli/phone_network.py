"""Start the pretended phone network on its own."""

import subprocess
import sys

import click

from contactbot.config import read_settings


@click.command("phone-network")
@click.option("--bind", default="127.0.0.1:8090", show_default=True, help="Address and port.")
@click.option("--seed", default=1, show_default=True, help="Chooses every random outcome.")
@click.option("--tempo", default=1.0, show_default=True, help="How many times faster people act.")
@click.option("--cps", default=30.0, show_default=True, help="Calls a second the account allows.")
def phone_network(bind: str, seed: int, tempo: float, cps: float) -> None:
    """Pretend to be the telephone network, for the account named in the settings."""
    settings = read_settings()
    settings.require("twilio_account_sid", "twilio_auth_tokens")
    command = [sys.executable, "-m", "contactbot.phonenet", "--bind", bind, "--seed", str(seed)]
    command += ["--tempo", str(tempo), "--cps", str(cps), "--with-parent"]
    secrets = {
        "PHONENET_ACCOUNT": settings.twilio_account_sid or "",
        "PHONENET_TOKENS": ",".join(settings.twilio_auth_tokens),
    }
    sys.exit(subprocess.call(command, env=secrets))  # noqa: S603 - our own module, our own words
