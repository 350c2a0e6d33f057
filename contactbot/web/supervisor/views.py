"""The supervisor’s page: releases, holds, call-backs; references only, no names."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for

from contactbot.domain.calendar import LONDON
from contactbot.domain.staff import Role
from contactbot.domain.wording import translatable
from contactbot.operations.releases import ReleaseRefused, overview, release
from contactbot.web.access import only, signed_in
from contactbot.web.current import application
from contactbot.web.supervisor import words

blueprint = Blueprint("supervisor", __name__, url_prefix="/supervisor")
TOLD = {
    "released": translatable("The person may be rung by hand until the moment you gave."),
    "refused": translatable("A release needs a reason and a moment that lies ahead."),
}


@blueprint.get("")
@only(Role.SUPERVISOR)
def page() -> str:
    """What waits for a supervisor."""
    return render_template(
        "supervisor/page.html",
        seen=overview(application().supervision, signed_in()),
        told=TOLD.get(request.args.get("told", "")),
        held=words.HELD,
        another=words.ANOTHER,
    )


@blueprint.post("/release/<uuid:referral>")
@only(Role.SUPERVISOR)
def let_ring(referral: UUID) -> Response:
    """Let a protected person be rung by hand until a moment."""
    until = moment(request.form.get("until", ""))
    try:
        release(
            application().supervision, signed_in(), referral, request.form.get("reason", ""), until
        )
    except ReleaseRefused:
        return back("refused")
    return back("released")


def moment(written: str) -> datetime:
    """A local date and time, as a browser’s field writes it."""
    try:
        return datetime.fromisoformat(written).replace(tzinfo=LONDON).astimezone(UTC)
    except ValueError:
        abort(400)


def back(told: str) -> Response:
    """To the page again."""
    address = url_for("supervisor.page", told=told)
    return redirect(address, 303)  # type: ignore[return-value]  # redirect() gives werkzeug's class
