"""The caller’s page: one person, rung by rung, with and without a script in the browser."""

from flask import Blueprint, Response, redirect, request, url_for

from contactbot.domain.by_hand import Proof
from contactbot.domain.staff import Role
from contactbot.operations import calls_by_hand as call
from contactbot.operations import talk_by_hand as talk
from contactbot.operations.callers_queue import Nobody, put_back, take_next
from contactbot.web import words as shared
from contactbot.web.access import only, signed_in
from contactbot.web.caller import words
from contactbot.web.caller.shown import shown
from contactbot.web.current import application
from contactbot.web.language import LANGUAGES

blueprint = Blueprint("caller", __name__, url_prefix="/caller")
for_callers = only(Role.CALLER, Role.SUPERVISOR)


@blueprint.get("")
@for_callers
def page() -> str:
    """The person at hand, or the way to the next one."""
    return shown(told=words.TOLD.get(request.args.get("told", "")))


@blueprint.post("/next")
@for_callers
def next_person() -> Response:
    """Take the person the system chooses."""
    found = take_next(application().calling, signed_in())
    return back(str(found) if isinstance(found, Nobody) else "")


@blueprint.post("/put-back")
@for_callers
def put_person_back() -> Response:
    """Let the person go before any number was shown."""
    return back("put_back" if put_back(application().calling, signed_in()) else "not_now")


@blueprint.post("/dial")
@for_callers
def dial() -> str:
    """Show the number, this once: that is the attempt."""
    found = call.show_number(application().calling, signed_in())
    return shown(number=found.number, reasons=[shared.REASONS[reason] for reason in found.reasons])


@blueprint.post("/identity")
@for_callers
def identity() -> Response:
    """What the person said to show who they are."""
    form = request.form
    said = Proof(form.get("code", ""), form.get("date_of_birth", ""), form.get("postcode", ""))
    language = "cy" if form.get("language") == "cy" else "en"
    proved = call.prove_identity(application().calling, signed_in(), said, language)
    if proved:
        return back()
    at_hand = call.scene(application().calling, signed_in())
    return back("not_proved" if at_hand else "ended")


@blueprint.post("/answer")
@for_callers
def answer() -> Response:
    """Note what the person answered to the words just read."""
    talk.note_answer(application().calling, signed_in(), place(), request.form.get("keys", ""))
    return back()


@blueprint.post("/language")
@for_callers
def change_language() -> Response:
    """Go on with the call in the other language."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        raise talk.NotNow
    talk.change_language(application().calling, signed_in(), place(), language)
    return back()


@blueprint.post("/again")
@for_callers
def ask_again() -> Response:
    """Ask something once more."""
    talk.ask_again(application().calling, signed_in(), place(), request.form.get("again", ""))
    return back()


def place() -> talk.Place:
    """Where the page stood that was sent."""
    turn = request.form.get("turn", "")
    return talk.Place(int(turn) if turn.isdecimal() else -1, request.form.get("step", ""))


@blueprint.post("/end")
@for_callers
def end() -> Response:
    """End the call as chosen."""
    call.finish(application().calling, signed_in(), request.form.get("ending", ""))
    return back("saved")


@blueprint.post("/beat")
@for_callers
def beat() -> Response:
    """The page is still open."""
    application().calling.store.beat(signed_in().id)
    return Response(status=204)


@blueprint.errorhandler(talk.NotNow)
def not_now(error: talk.NotNow) -> Response:
    """A step of another rung or an old page: nothing was changed, the page shows where we are."""
    return back("stale" if isinstance(error, talk.Stale) else "not_now")


def back(told: str = "") -> Response:
    """To the page again, so that loading it anew repeats nothing."""
    address = url_for("caller.page", told=told or None)
    return redirect(address, 303)  # type: ignore[return-value]  # redirect() gives werkzeug's class
