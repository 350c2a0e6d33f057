"""Who may use which route: each declares its policy, and one without a policy is closed to all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import abort, current_app, request

from contactbot.domain.staff import Role

View = TypeVar("View", bound=Callable[..., object])


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


def check() -> None:
    """Before every request: refuse what no policy allows. Webhooks have a door of their own."""
    if request.endpoint is None or "webhooks" in request.blueprints:
        return
    policy = policy_of(request.endpoint)
    if policy is None or policy.roles is not None:
        abort(403)


def _declare(policy: Policy) -> Callable[[View], View]:
    def declared(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]  # read again by policy_of
        return view

    return declared
