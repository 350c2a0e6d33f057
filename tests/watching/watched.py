"""What tests of watching hold in their hands."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from small_world import World

from contactbot.bootstrap import Application


@dataclass
class Watched:
    """The application, the world behind it, and a client that asks from this machine."""

    application: Application
    world: World
    client: FlaskClient
