"""One text out of the blue: its words, what was done by itself, and the end of the matter."""

from uuid import UUID

from flask import Blueprint, Response, abort, request

from contactbot.domain.staff import Role
from contactbot.domain.text_tasks import urgency_of
from contactbot.operations.noticed_texts import open_text, settle_text
from contactbot.operations.supervision import DecidedAlready, Refused
from contactbot.web.access import only, signed_in
from contactbot.web.current import application
from contactbot.web.supervisor import words
from contactbot.web.supervisor.answers import NO_NOTE, asked_again, back, fresh

blueprint = Blueprint("noticed_texts", __name__, url_prefix="/supervisor/texts")
TEMPLATE = "supervisor/text.html"


@blueprint.get("/<uuid:text>")
@only(Role.SUPERVISOR)
def page(text: UUID) -> str:
    """The words, for somebody who has opened it on purpose."""
    return fresh(TEMPLATE, **shown(text))


@blueprint.post("/<uuid:text>")
@only(Role.SUPERVISOR)
def settle(text: UUID) -> Response:
    """A person has taken care of it."""
    try:
        settle_text(application().supervision, signed_in(), text, request.form.get("note", ""))
    except Refused:
        return asked_again(TEMPLATE, NO_NOTE, **shown(text))
    except DecidedAlready:
        return back("supervisor.page", "decided")
    return back("supervisor.page", "settled")


def shown(text: UUID) -> dict[str, object]:
    """The text and its words; that they were read is kept."""
    opened = open_text(application().supervision, signed_in(), text)
    if opened is None:
        abort(404)
    return {"opened": opened, "words": words, "urgency_of": urgency_of}
