"""The language of pages: chosen for each request, kept in a cookie, never mixed with English."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, g, redirect, request

from contactbot.web.access import anyone, https
from contactbot.web.current import application

# Each language under its own name, which is the same on pages of either.
LANGUAGES: Mapping[str, str] = MappingProxyType({"en": "English", "cy": "Cymraeg"})
# How browsers ask for each.
ASKED = ("en", "en-GB", "cy", "cy-GB")
COOKIE = "language"
YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("language", __name__)


def install(app: Flask) -> None:
    """Give every template the language of its request and the words in it."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(_=_, pgettext=pgettext, languages=LANGUAGES)
    app.context_processor(lambda: {"language": current_language()})
    app.after_request(_name_language)


@blueprint.get("/language/<code>")
@anyone("whoever sees a page may have it in Welsh")
def choose(code: str) -> Response:
    """Take this language from now on, and go back to the page on which it was chosen."""
    if code not in LANGUAGES:
        abort(404)
    response = redirect(own_path(request.args.get("next", "")), 303)
    response.set_cookie(
        COOKIE, code, max_age=YEAR_SECONDS, secure=https(), httponly=True, samesite="Lax"
    )
    return response  # type: ignore[return-value]  # redirect() returns werkzeug's own class


def current_language() -> str:
    """The language chosen, else the one the browser asks for first, else English."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        asked = request.accept_languages.best_match(ASKED) or "en"
        g.language = chosen if chosen in LANGUAGES else asked[:2]
    return str(g.language)


def _(message: str, **values: object) -> str:
    """The sentence in the language of the page; raises MissingTranslation rather than mix."""
    return pgettext("", message, **values)


def pgettext(context: str, message: str, **values: object) -> str:
    """The sentence of this context in the language of the page, its braces filled."""
    worded = {name: str(value) for name, value in values.items()}
    return application().rulebook.catalogues.text(context, message, current_language(), worded)


def own_path(wanted: str) -> str:
    """A path of this site, or the first page: nobody is sent elsewhere by a link to us."""
    parts = urlsplit(wanted)
    inside = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return parts.path if inside and not parts.netloc and not parts.scheme else "/"


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = current_language()
        response.vary.update(["Cookie", "Accept-Language"])
    return response
