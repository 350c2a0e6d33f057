"""The supervisor’s page: what waits, most urgent first; references only, no names."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request

from contactbot.domain.calendar import LONDON
from contactbot.domain.staff import Role
from contactbot.domain.text_tasks import done_about, urgency_of
from contactbot.operations.releases import release, to_release
from contactbot.operations.supervision import DecidedAlready, Overview, Refused, overview
from contactbot.web.access import only, signed_in
from contactbot.web.current import application
from contactbot.web.silences import advice_on, silence_mark, silences_now
from contactbot.web.supervisor import words
from contactbot.web.supervisor.answers import NO_RELEASE, asked_again, back, fresh, told
from contactbot.web.words import REASONS

blueprint = Blueprint("supervisor", __name__, url_prefix="/supervisor")
RELEASE = "supervisor/release.html"


@blueprint.get("")
@only(Role.SUPERVISOR)
def page() -> str:
    """The whole page, true at the moment it was asked for."""
    seen = overview(application().supervision, signed_in(), beside=silence_mark())
    return render_template("supervisor/page.html", told=told(), **_shown(seen))


@blueprint.get("/now")
@only(Role.SUPERVISOR)
def now() -> Response:
    """The part that changes, if it has changed since what the page has `seen`."""
    mark = request.args.get("seen", "")
    seen = overview(application().supervision, signed_in(), beside=silence_mark(), seen=mark)
    if seen is None:
        return Response(status=204)
    return Response(render_template("supervisor/now.html", **_shown(seen)), mimetype="text/html")


@blueprint.get("/release/<uuid:referral>")
@only(Role.SUPERVISOR)
def ask_release(referral: UUID) -> str:
    """The form of a release."""
    return fresh(RELEASE, **_waiting(referral))


@blueprint.post("/release/<uuid:referral>")
@only(Role.SUPERVISOR)
def let_ring(referral: UUID) -> Response:
    """Let a person be rung by hand until a moment."""
    until = moment(request.form.get("until", ""))
    note = request.form.get("note", "")
    try:
        release(application().supervision, signed_in(), referral, note, until)
    except Refused:
        return asked_again(RELEASE, NO_RELEASE, **_waiting(referral))
    except DecidedAlready:
        return back("supervisor.page", "decided")
    return back("supervisor.page", "released")


def _waiting(referral: UUID) -> dict[str, object]:
    waiting = to_release(application().supervision, signed_in(), referral)
    if waiting is None:
        abort(404)
    return {"waiting": waiting, "reasons": REASONS}


def _shown(seen: Overview | None) -> dict[str, object]:
    return {
        "seen": seen,
        "words": words,
        "silences": silences_now(),
        "advice_on": advice_on,
        "urgency_of": urgency_of,
        "done_about": done_about,
    }


def moment(written: str) -> datetime:
    """A local date and time, as a browser’s field writes it."""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)
    except ValueError:
        abort(400)
