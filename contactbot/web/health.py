"""Whether this process lives, and whether it can do its work."""

from flask import Blueprint, Response

from contactbot.operations.watching import readiness
from contactbot.web.access import anyone
from contactbot.web.current import application

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone("says no more than that the process answers")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@anyone("says no more than whether the process can work")
def ready() -> Response:
    """Whether work can be done here; a silent worker or feed is told, and is no failure of ours."""
    found = readiness(application().watch)
    lines = [*found.faults] or ["ready", *(f"warning: {each}" for each in found.warnings)]
    status = 503 if found.faults else 200
    return Response("\n".join(lines) + "\n", status, mimetype="text/plain")
