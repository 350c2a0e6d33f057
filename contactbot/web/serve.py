"""The web application as a server loads it: opened for as long as the process lives."""

import gc
import os
import threading
from contextlib import ExitStack

from flask import Flask

from contactbot.bootstrap import open_application
from contactbot.config import read_settings
from contactbot.logs import begin_logging
from contactbot.web.app import create_app

THREADS = 4
ORPHAN_CHECK_SECONDS = 0.5
_open = ExitStack()


def make_app() -> Flask:
    """The application over the settings of the environment; the process owns what it opens."""
    begin_logging(as_json=True)
    application = _open.enter_context(open_application(read_settings(), pool_size=THREADS))
    application.settings.require("secret_key")
    application.signatures  # noqa: B018 - a missing setting must stop the start, not a request
    application.outreach  # noqa: B018
    _end_with_parent()
    app = create_app(application)
    gc.freeze()  # what is there now stays to the end, so that no collection need look at it again
    return app


def _end_with_parent() -> None:
    """A server process whose master was killed must not go on answering alone."""
    master = os.getppid()

    def watch() -> None:
        while not threading.Event().wait(ORPHAN_CHECK_SECONDS):
            if os.getppid() != master:
                os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
