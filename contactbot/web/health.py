"""Whether this process lives, and whether it can do its work."""

from flask import Blueprint, Response

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
    """The database answers too."""
    if application().database_answers():
        return Response("ready\n", mimetype="text/plain")
    return Response("the database does not answer\n", 503, mimetype="text/plain")
