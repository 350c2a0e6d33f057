"""The caller’s page: one person, rung by rung, with and without a script in the browser."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for

from contactbot.domain.by_hand import ALONE, CONSENT, WHO_WE_ARE, Proof
from contactbot.domain.staff import Role
from contactbot.i18n.catalogues import slot_words
from contactbot.i18n.written import day_words, hours_words
from contactbot.operations import calls_by_hand as call
from contactbot.operations.callers_queue import Nobody, put_back, take_next
from contactbot.web import words as shared
from contactbot.web.access import only, signed_in
from contactbot.web.caller import words
from contactbot.web.current import application
from contactbot.web.language import current_language

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


@blueprint.post("/private")
@for_callers
def private() -> Response:
    """The person is alone and able to listen."""
    call.say_private(application().calling, signed_in())
    return back()


@blueprint.post("/consent")
@for_callers
def consent() -> Response:
    """The answer to the consent words."""
    given = request.form.get("given")
    if given not in {"yes", "no"}:
        raise call.NotNow
    at_hand = application()
    call.record_consent(
        at_hand.calling, signed_in(), at_hand.rulebook.catalogues, given=given == "yes"
    )
    return back()


@blueprint.post("/call-back")
@for_callers
def call_back() -> Response:
    """Book one of the times offered."""
    choice = request.form.get("slot", "")
    call.book_call_back(application().calling, signed_in(), int(choice) if choice.isdigit() else -1)
    return back()


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


@blueprint.errorhandler(call.NotNow)
def not_now(error: call.NotNow) -> Response:
    """A step of another rung: nothing was changed, the page shows where things stand."""
    del error
    return back("not_now")


def back(told: str = "") -> Response:
    """To the page again, so that loading it anew repeats nothing."""
    address = url_for("caller.page", told=told or None)
    return redirect(address, 303)  # type: ignore[return-value]  # redirect() gives werkzeug's class


def shown(**more: Any) -> str:
    """The page as it stands for this caller."""
    at_hand = call.scene(application().calling, signed_in())
    return render_template(
        "caller/page.html",
        **({"number": "", "reasons": [], "told": None} | more),
        scene=at_hand,
        words=words,
        endings=[words.ending(row) for row in at_hand.endings] if at_hand else [],
        slots=[slot(begin, finish) for begin, finish in at_hand.slots] if at_hand else [],
        said=said,
        slot=slot,
        day=lambda written: day_words(written, current_language()),
        hours=lambda written: hours_words(written, current_language()),
        alone=ALONE,
        who_we_are=WHO_WE_ARE,
        consent=CONSENT,
    )


def said(message: str, language: str | None) -> tuple[str, str]:
    """Language and words of what the caller says, in the language of the call."""
    spoken = language or "en"
    return spoken, application().rulebook.catalogues.text("", message, spoken)


def slot(starts_at: datetime, ends_at: datetime) -> str:
    """An interval in the language of the page."""
    return slot_words(f"{starts_at.isoformat()}/{ends_at.isoformat()}", current_language())
