"""Somebody rings our number: neutral words; the state of the talk travels in the signed address."""

import base64
import json

from flask import Blueprint, Response

from contactbot.operations.ring_backs import ring_back_begins, ring_back_goes_on
from contactbot.scripting.session import Session, Turn
from contactbot.web.current import application
from contactbot.web.webhooks.forms import field
from contactbot.web.webhooks.guard import spoken

blueprint = Blueprint("ring_backs", __name__)


@blueprint.post("/voice")
def rung() -> Response:
    """The neutral opener."""
    return _words(ring_back_begins(application().rulebook.ring_back_script))


@blueprint.post("/voice/<state>")
def keyed(state: str) -> Response:
    """What follows a key. The provider signs the address, so nobody else can write the state."""
    session = Session.from_json(json.loads(base64.urlsafe_b64decode(state)))
    turn = ring_back_goes_on(
        application().outreach,
        application().rulebook.ring_back_script,
        session,
        field("Digits"),
        field("From"),
    )
    return _words(turn)


def _words(turn: Turn) -> Response:
    state = base64.urlsafe_b64encode(json.dumps(turn.session.to_json()).encode()).decode()
    return spoken(application().outreach.voice.ring_back_words(turn, state))
