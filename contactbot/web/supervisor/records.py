"""Records the case store refused for good, and trying them again."""

from uuid import UUID

from flask import Blueprint, Response, render_template

from contactbot.domain.staff import Role
from contactbot.operations.dead_records import dead_records, try_again
from contactbot.operations.supervision import DecidedAlready
from contactbot.web.access import only, signed_in
from contactbot.web.current import application
from contactbot.web.supervisor import words
from contactbot.web.supervisor.answers import back, told

blueprint = Blueprint("records", __name__, url_prefix="/supervisor/records")


@blueprint.get("")
@only(Role.SUPERVISOR)
def page() -> str:
    """All that need a person, the oldest first."""
    found = dead_records(application().supervision)
    return render_template("supervisor/records.html", records=found, words=words, told=told())


@blueprint.post("/<uuid:record>/again")
@only(Role.SUPERVISOR)
def again(record: UUID) -> Response:
    """Offer one to the case store again."""
    try:
        try_again(application().supervision, signed_in(), record)
    except DecidedAlready:
        return back("records.page", "decided")
    return back("records.page", "again")
