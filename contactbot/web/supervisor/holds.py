"""Holds by kind, and one hold with what lifting it means."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request

from contactbot.domain.planning import Plan, Route
from contactbot.domain.reasons import Reason
from contactbot.domain.referral import ReferralState
from contactbot.domain.staff import Role
from contactbot.operations.holds import LookedAt, holds_of_kind, lift, look_at
from contactbot.operations.supervision import DecidedAlready, Refused
from contactbot.web.access import only, signed_in
from contactbot.web.current import application
from contactbot.web.supervisor import words
from contactbot.web.supervisor.answers import NO_CHOICE, asked_again, back, fresh

blueprint = Blueprint("holds", __name__, url_prefix="/supervisor/holds")
TEMPLATE = "supervisor/hold.html"
# What a person is told, by the first of these that is true of any referral.
NEEDS_RELEASE = frozenset({Reason.PROFILE_VOIDED, Reason.PROTECTED, Reason.NEEDS_RELEASE})
BY_ROUTE = {Route.CALLER: "lifted_caller", Route.AUTOMATIC: "lifted_automatic"}


@blueprint.get("/kind/<reason>")
@only(Role.SUPERVISOR)
def kind(reason: str) -> str:
    """Open holds of one kind, the oldest first."""
    found = holds_of_kind(application().supervision, signed_in(), reason)
    return render_template("supervisor/holds.html", found=found, reason=reason, words=words)


@blueprint.get("/<uuid:hold>")
@only(Role.SUPERVISOR)
def page(hold: UUID) -> str:
    """What is known, and what lifting would mean, before anything is saved."""
    return fresh(TEMPLATE, **shown(hold))


@blueprint.post("/<uuid:hold>")
@only(Role.SUPERVISOR)
def decide(hold: UUID) -> Response:
    """Lift it, once."""
    choice, note = request.form.get("choice", ""), request.form.get("note", "")
    try:
        plans = lift(application().supervision, signed_in(), hold, choice, note)
    except Refused:
        return asked_again(TEMPLATE, NO_CHOICE, **shown(hold))
    except DecidedAlready:
        return back("supervisor.page", "decided")
    code = outcome(list(plans.values()))
    waits = next((each for each, plan in plans.items() if plan and can_be_released(plan)), None)
    if code == "lifted_release" and waits is not None:
        return back("supervisor.ask_release", code, referral=waits)
    return back("supervisor.page", code)


def shown(hold: UUID) -> dict[str, object]:
    """The hold; that it was looked at is kept."""
    looked = look_at(application().supervision, signed_in(), hold)
    if looked is None:
        abort(404)
    return {"looked": looked, "stays": stays(looked), "words": words}


def stays(looked: LookedAt) -> str | None:
    """Why this hold is not lifted by hand, in words; None where it may be."""
    if looked.unreadable:
        return words.UNREADABLE
    return None if looked.choices else words.NOT_BY_HAND


def can_be_released(plan: Plan) -> bool:
    """Whether a release is all that stands between this person and a call by hand."""
    return set(plan.reasons) <= NEEDS_RELEASE


def outcome(found: Sequence[Plan | None]) -> str:
    """What came of it, for all referrals together: the most careful one is told."""
    plans = [plan for plan in found if plan is not None]
    if len(plans) < len(found) or any(plan.state is ReferralState.HELD for plan in plans):
        return "lifted_held"
    if any(not NEEDS_RELEASE.isdisjoint(plan.reasons) for plan in plans):
        return "lifted_release"
    routes = {plan.route for plan in plans}
    return next((code for route, code in BY_ROUTE.items() if route in routes), "lifted_over")
