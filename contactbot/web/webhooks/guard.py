"""The door of every webhook: the provider’s signature, or 403 and nothing but a counter."""

import logging
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from contactbot.logs import log_problem
from contactbot.telephony.twiml import NEUTRAL_GOODBYE
from contactbot.web.current import application
from contactbot.web.webhooks.forms import read_fields

REPORTS = frozenset(
    {
        "webhooks.calls.progress_of_call",
        "webhooks.texts.progress_of_text",
        "webhooks.texts.text_received",
    }
)

_log = logging.getLogger("contactbot.web")


def protect(blueprint: Blueprint) -> None:
    """Check the signature before, and hide every error after, any view of this blueprint."""
    blueprint.before_request(refuse_unsigned)
    blueprint.register_error_handler(Exception, neutral_goodbye)


def refuse_unsigned() -> Response | None:
    """A request that is not the provider's changes nothing and learns nothing."""
    if _is_the_providers():
        return None
    _log.warning("webhook_refused")
    _count_refusal()
    return Response(status=403)


def _is_the_providers() -> bool:
    try:
        fields = read_fields()
    except HTTPException:  # too large, or no form at all: the provider sends neither
        return False
    signature = request.headers.get("X-Twilio-Signature", "")
    return application().signatures.valid(_requested(), fields, signature)


def _count_refusal() -> None:
    """Count it if that can be done: whoever is refused must not learn that the database is away."""
    try:
        application().count("webhook_refused")
    except Exception as error:  # noqa: BLE001 - refused all the same
        log_problem(_log, "webhook", error)


def _requested() -> str:
    """Path and query exactly as asked for, below the public address."""
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    parts = urlsplit(raw or request.full_path.removesuffix("?"))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def spoken(document: str) -> Response:
    """TwiML as the provider wants it; any other type would be read out loud."""
    return Response(document, mimetype="text/xml")


def neutral_goodbye(error: Exception) -> Response:
    """Whatever went wrong, the line hears the neutral goodbye and never the provider's apology.

    A report that could not be kept is refused instead, so that it may come again; nobody hears it.
    """
    log_problem(_log, "webhook", error)
    if request.endpoint in REPORTS:
        return Response(status=503)
    return Response(NEUTRAL_GOODBYE, mimetype="text/xml")
