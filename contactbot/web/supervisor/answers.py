"""What a supervisor is told after a decision, and the way back to a page."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import Response, redirect, render_template, request, url_for

from contactbot.domain.wording import translatable

TOLD: Mapping[str, str] = MappingProxyType(
    {
        "released": translatable(
            "The person may be rung by hand until the moment you gave, or until a call to them is"
            " answered."
        ),
        "decided": translatable("Somebody else has decided this meanwhile. Nothing was changed."),
        "settled": translatable("The text is taken care of. What is held stays held."),
        "again": translatable("The record will be offered to the case store again."),
        "lifted_automatic": translatable(
            "The hold is lifted. The machine tries again when the rules allow it."
        ),
        "lifted_caller": translatable("The hold is lifted. A caller rings next."),
        "lifted_release": translatable(
            "The hold is lifted. Nobody rings until a supervisor releases the person for a call by"
            " hand."
        ),
        "lifted_held": translatable("This hold is lifted, and another one still stands."),
        "lifted_over": translatable("The hold is decided. Nobody contacts the person."),
    }
)

NO_RELEASE = translatable("A release needs a reason and a moment that lies ahead.")
NO_CHOICE = translatable("Choose what you have found, and write in a few words how you know.")
NO_NOTE = translatable("Write in a few words what you did.")


def told() -> str | None:
    """The sentence this page was asked to show, if it is one of ours."""
    return TOLD.get(request.args.get("told", ""))


def asked_again(template: str, problem: str, **shown: object) -> Response:
    """The form again with what was typed into it, and what is wrong."""
    typed = {name: request.form.get(name, "") for name in ("note", "choice", "until")}
    return Response(
        render_template(template, refused=problem, told=None, **(typed | shown)),
        422,
        mimetype="text/html",
    )


def fresh(template: str, **shown: object) -> str:
    """The form as it is first shown."""
    return render_template(
        template, refused=None, told=told(), note="", choice="", until="", **shown
    )


def back(endpoint: str, code: str, **place: object) -> Response:
    """To a page again, with a sentence on it."""
    address = url_for(endpoint, told=code, **place)  # type: ignore[arg-type]  # Flask’s own Any
    return redirect(address, 303)  # type: ignore[return-value]  # redirect() gives werkzeug’s class
