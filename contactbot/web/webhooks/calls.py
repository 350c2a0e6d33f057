"""Calls we placed: their words turn by turn, and the provider’s reports of their progress."""

from flask import Blueprint, Response

from contactbot.operations.calls import take_keys, take_progress
from contactbot.telephony.twilio_events import read_progress
from contactbot.telephony.twiml import NEUTRAL_GOODBYE
from contactbot.web.current import application
from contactbot.web.webhooks.forms import field, read_fields
from contactbot.web.webhooks.guard import spoken

blueprint = Blueprint("calls", __name__)


@blueprint.post("/call/<token>/<int:turn>")
def turn_of_call(token: str, turn: int) -> Response:
    """The words of one turn."""
    world = application().outreach
    return spoken(take_keys(world, token, turn, field("CallSid"), field("Digits")))


@blueprint.post("/goodbye")
def goodbye() -> Response:
    """The last words where those of a turn never came; they need nothing that could fail too."""
    return spoken(NEUTRAL_GOODBYE.decode())


@blueprint.post("/status/<token>")
def progress_of_call(token: str) -> Response:
    """One progress report."""
    progress = read_progress(read_fields())
    take_progress(application().outreach, token, progress)
    return Response(status=204)
