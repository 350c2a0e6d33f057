"""Sign in and out, and the pages each role is offered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, session
from flask import url_for as address

from contactbot.domain.staff import Role
from contactbot.domain.wording import translatable
from contactbot.operations.sign_in import Answer, sign_in, sign_out
from contactbot.web.access import anyone, cookie_name, current_member, https, only, signed_in
from contactbot.web.current import application

blueprint = Blueprint("sign_in", __name__)

# What stands in the header, by role: endpoint and name.
NEXT_PERSON = ("caller.page", translatable("Next person"))
FOR_SUPERVISORS = ("supervisor.page", translatable("For supervisors"))
PAGES: Mapping[Role, tuple[tuple[str, str], ...]] = MappingProxyType(
    {Role.CALLER: (NEXT_PERSON,), Role.SUPERVISOR: (NEXT_PERSON, FOR_SUPERVISORS)}
)
EVERY_ROLE = tuple(Role)


@blueprint.get("/")
@only(*EVERY_ROLE)
def first_page() -> str:
    """Where everybody starts."""
    return render_template("first_page.html", role_name=ROLE_NAMES[signed_in().role])


@blueprint.get("/sign-in")
@anyone("nobody has signed in before they sign in")
def form() -> str:
    """Ask for name and password."""
    return render_template("sign_in.html", answer=None)


@blueprint.post("/sign-in")
@anyone("nobody has signed in before they sign in")
def enter() -> Response:
    """Let in whoever knows the password; anybody else is told no more than that it was wrong."""
    name, password = request.form.get("name", ""), request.form.get("password", "")
    answer = sign_in(application().door, name, password, request.remote_addr or "")
    if not answer.session:
        return refused(answer)
    session.clear()  # forms of before the sign-in are worth nothing after it
    response = make_response(redirect(address("sign_in.first_page"), 303))
    response.set_cookie(
        cookie_name(), answer.session, secure=https(), httponly=True, samesite="Strict"
    )
    return response


@blueprint.post("/sign-out")
@anyone("whoever holds no session has nothing to end")
def leave() -> Response:
    """End the session and have the browser forget the pages."""
    sign_out(application().door, request.cookies.get(cookie_name(), ""))
    session.clear()
    response = make_response(redirect(address("sign_in.form"), 303))
    response.delete_cookie(cookie_name(), secure=https(), httponly=True, samesite="Strict")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def refused(answer: Answer) -> Response:
    """The form again, with what was wrong or how long to wait."""
    status = 429 if answer.wait_seconds else 422
    response = make_response(render_template("sign_in.html", answer=answer), status)
    if answer.wait_seconds:
        response.headers["Retry-After"] = str(answer.wait_seconds)
    return response


def for_templates() -> dict[str, Any]:
    """Who is signed in, and the pages they are offered."""
    member = current_member()
    return {"member": member, "member_pages": PAGES.get(member.role, ()) if member else ()}


ROLE_NAMES: Mapping[Role, str] = MappingProxyType(
    {
        Role.CALLER: translatable("caller"),
        Role.SUPERVISOR: translatable("supervisor"),
        Role.TRANSLATOR: translatable("translator"),
        Role.ANALYST: translatable("analyst"),
        Role.AUDITOR: translatable("auditor"),
        Role.ADMIN: translatable("administrator"),
    }
)
