"""What all pages for people share: templates, words, headers, forms that cannot be forged."""

import logging

from flask import Blueprint, Flask, Response, abort, request
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]  # it ships no types
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, Undefined

from contactbot.config import Settings
from contactbot.web import access, errors, headers, language, sign_in
from contactbot.web.access import anyone
from contactbot.web.caller import views as caller
from contactbot.web.current import application
from contactbot.web.supervisor import holds, records, texts
from contactbot.web.supervisor import views as supervisor

FORM_SECONDS = 10 * 3600
OWN_SITE = frozenset({"same-origin", "none"})

blueprint = Blueprint("pages", __name__)
csrf = CSRFProtect()


class StrictName(Undefined):
    """Showing a name that a template does not know is a fault; a parameter left out is not."""

    def __str__(self) -> str:
        """Nothing for a key left out of a dictionary, as the components' macros expect."""
        if not isinstance(self._undefined_obj, dict):
            self._fail_with_undefined_error()
        return ""


def install(app: Flask, settings: Settings) -> None:
    """Make the application able to show pages."""
    https = (settings.public_url or "").startswith("https:")
    app.secret_key = settings.secret_key
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_SAMESITE="Strict",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,  # needs a referrer, which our own policy withholds
        WTF_CSRF_TIME_LIMIT=FORM_SECONDS,
    )
    _prepare_templates(app)
    headers.install(app, https=https)
    app.before_request(access.check)
    app.before_request(refuse_forged)
    csrf.init_app(app)
    language.install(app)
    errors.install(app)
    for part in (blueprint, sign_in.blueprint, caller.blueprint, supervisor.blueprint):
        app.register_blueprint(part)
    for part in (texts.blueprint, holds.blueprint, records.blueprint):
        app.register_blueprint(part)
    app.context_processor(sign_in.for_templates)
    app.view_functions["static"] = anyone("styles and pictures say nothing of anybody")(
        app.view_functions["static"]
    )


@blueprint.post("/csp")
@anyone("a browser reports what a page was refused, without a sign-in and without a token")
def refused_by_browser() -> Response:
    """A page tried to load what its policy forbids: counted, as it points to a fault of ours."""
    application().count("csp_report")
    return Response(status=204)


def refuse_forged() -> None:
    """Before every change: a token of this browser's own form, asked for by our own page."""
    if "webhooks" in request.blueprints or request.endpoint in {None, "pages.refused_by_browser"}:
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in {"GET", "HEAD"} and site not in OWN_SITE:
        abort(403)
    csrf.protect()


def _prepare_templates(app: Flask) -> None:
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)
    environment = app.jinja_env
    environment.undefined = StrictName
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.loader = ChoiceLoader(
        [
            FileSystemLoader(f"{app.root_path}/templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
