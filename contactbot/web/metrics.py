"""Figures for a monitor, to this machine itself or to whoever shows the token."""

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, request

from contactbot.operations.watching import look
from contactbot.ports.watch import NotReadable
from contactbot.reports.metrics import CONTENT_TYPE, exposition
from contactbot.web.access import anyone
from contactbot.web.current import application

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
@anyone("asks for the token itself, or to be called from this machine")
def metrics() -> Response:
    """The figures; to anybody else there is no such page."""
    token = application().settings.metrics_token
    if not (_from_this_machine() or (token and _shows(token))):
        abort(404)
    try:
        seen = look(application().watch)
    except NotReadable:
        return Response("the database does not answer in time\n", 503, mimetype="text/plain")
    return Response(exposition(seen), content_type=CONTENT_TYPE)


def _shows(token: str) -> bool:
    shown = request.headers.get("Authorization", "")
    return hmac.compare_digest(shown.encode(), f"Bearer {token}".encode())


def _from_this_machine() -> bool:
    """Nobody passed the request on: a proxy on this machine asks for others."""
    passed_on = {"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"}
    if any(name in request.headers for name in passed_on):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
