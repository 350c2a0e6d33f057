"""Texts that come in, and the provider’s reports of those we sent; nothing is ever answered."""

from flask import Blueprint, Response

from contactbot.operations.inbound_texts import take_inbound_text
from contactbot.operations.text_progress import take_text_progress
from contactbot.telephony.twilio_events import read_inbound_text, read_text_progress
from contactbot.web.current import application
from contactbot.web.webhooks.forms import read_fields
from contactbot.web.webhooks.guard import spoken

# Without a message in it the provider sends nothing to anybody.
NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response/>'

blueprint = Blueprint("texts", __name__)


@blueprint.post("/sms")
def text_received() -> Response:
    """Somebody texts our number."""
    inbound = read_inbound_text(read_fields())
    take_inbound_text(application().texts, inbound)
    return spoken(NO_ANSWER)


@blueprint.post("/text-status/<token>")
def progress_of_text(token: str) -> Response:
    """One report of a text’s progress."""
    progress = read_text_progress(read_fields())
    take_text_progress(application().texts, token, progress)
    return Response(status=204)
