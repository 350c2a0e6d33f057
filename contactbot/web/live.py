"""The live page of a demonstration: what happens, what does not and why, who waits for a caller."""

from collections.abc import Mapping
from datetime import datetime

from babel.dates import format_datetime
from babel.numbers import format_decimal
from flask import Blueprint, Flask, Response, abort, redirect, render_template, request, url_for

from contactbot.domain.calendar import LONDON
from contactbot.web import words
from contactbot.web.access import anyone, current_member
from contactbot.web.burn_down import burn_down
from contactbot.web.current import application
from contactbot.web.language import _, current_language
from contactbot.web.queue_table import queue_table
from contactbot.web.silences import advice_on, silences_now

MADE_UP = "a demonstration holds made-up people alone, and the page shows counts, not people"
CLOCK, MOMENT, DAY = "EEEE d MMMM y, HH:mm:ss", "EEE d MMM HH:mm", "d MMM HH:mm"

blueprint = Blueprint("live", __name__)


def install(app: Flask) -> None:
    """Give templates the way times and numbers are written; before the doors are set."""
    app.add_template_filter(written_time, "written_time")
    app.add_template_filter(written_number, "written_number")
    app.before_request(open_on_it)
    app.register_blueprint(blueprint)


def open_on_it() -> Response | None:
    """A demonstration opens on its live page, but for whoever has signed in."""
    if request.path != "/" or not _is_demonstration() or current_member() is not None:
        return None
    return redirect(url_for("live.page"), 303)  # type: ignore[return-value]  # werkzeug’s class


@blueprint.get("/demonstration")
@anyone(MADE_UP)
def page() -> str:
    """The whole page, true at the moment it was asked for."""
    return _shown("live.html")


@blueprint.get("/demonstration/now")
@anyone(MADE_UP)
def now() -> str:
    """The part that changes, for the page that renews itself."""
    return _shown("live_now.html")


def _shown(template: str) -> str:
    _only_in_a_demonstration()
    view = application().live_views.look()
    return render_template(
        template,
        view=view,
        chart=burn_down(view),
        queue=queue_table(view.shares),
        words=words,
        worded=worded,
        handsets=f"{application().settings.twilio_api_url}/handsets?lang={current_language()}",
        clock_format=CLOCK,
        moment_format=MOMENT,
        day_format=DAY,
        silences=silences_now(),
        advice_on=advice_on,
    )


def _only_in_a_demonstration() -> None:
    if not _is_demonstration():
        abort(404)


def _is_demonstration() -> bool:
    settings = application().settings
    return settings.now is not None and not settings.live_calls


def worded(table: Mapping[str, str], code: str) -> str:
    """The words of a code in the language of the page; a code nobody has a word for, as it is."""
    return _(table[code]) if code in table else code


def written_time(at: datetime, pattern: str) -> str:
    """A time as the clock on the wall in Wales shows it, in the language of the page."""
    return format_datetime(at.astimezone(LONDON), pattern, locale=current_language())


def written_number(value: int) -> str:
    """A number with its thousands apart."""
    return str(format_decimal(value, locale=current_language()))
