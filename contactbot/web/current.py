"""What the composition root opened, as the views reach it."""

from typing import cast

from flask import current_app

from contactbot.bootstrap import Application


def application() -> Application:
    """The application this request is served by."""
    return cast(Application, current_app.extensions["contactbot"])
