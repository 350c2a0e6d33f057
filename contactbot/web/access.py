"""Who may use which route: each declares its policy, and one without a policy is closed to all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Response, abort, current_app, g, redirect, request, url_for

from contactbot.domain.staff import Role
from contactbot.operations.sign_in import member_of
from contactbot.ports.staff import Member
from contactbot.web.current import application

View = TypeVar("View", bound=Callable[..., object])
COOKIE = "staff"


@dataclass(frozen=True, slots=True)
class Policy:
    """The roles a route is for; None = anyone, and then `because` says why."""

    roles: frozenset[Role] | None
    because: str = ""


def anyone(because: str) -> Callable[[View], View]:
    """Open a route to whoever asks; the reason must hold without a sign-in."""
    return _declare(Policy(None, because))


def only(*roles: Role) -> Callable[[View], View]:
    """Open a route to people who signed in and have one of these roles."""
    return _declare(Policy(frozenset(roles)))


def policy_of(endpoint: str | None) -> Policy | None:
    """What the view of an endpoint declared."""
    return getattr(current_app.view_functions.get(endpoint or ""), "policy", None)


def cookie_name() -> str:
    """The cookie of the session; over https the browser itself guards its name."""
    return f"__Host-{COOKIE}" if https() else COOKIE


def https() -> bool:
    """Whether the site is reached by https, as the settings say and not as a request claims."""
    return (application().settings.public_url or "").startswith("https:")


def current_member() -> Member | None:
    """Who is signed in; looked up once a request, and seen by that."""
    if "member" not in g:
        g.member = member_of(application().door, request.cookies.get(cookie_name(), ""))
    member: Member | None = g.member
    return member


def signed_in() -> Member:
    """Who is signed in, on a route that is for members only."""
    member = current_member()
    if member is None:
        abort(403)
    return member


def check() -> Response | None:
    """Before every request: refuse what no policy allows. Webhooks have a door of their own."""
    if request.endpoint is None or "webhooks" in request.blueprints:
        return None
    policy = policy_of(request.endpoint)
    if policy is None:
        abort(403)
    if policy.roles is None:
        return None
    member = current_member()
    if member is None:
        return redirect(url_for("sign_in.form"), 303)  # type: ignore[return-value]
    if member.role not in policy.roles:
        abort(403)
    return None


def _declare(policy: Policy) -> Callable[[View], View]:
    def declared(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]  # read again by policy_of
        return view

    return declared
