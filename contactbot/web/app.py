"""The web application: which pages and webhooks there are."""

from flask import Blueprint, Flask

from contactbot.bootstrap import Application
from contactbot.web import health, live, metrics, pages
from contactbot.web.webhooks import calls, guard, ring_backs, texts
from contactbot.web.webhooks.sessions import PageSessions

LARGEST_BODY = 64 * 1024


def create_app(application: Application) -> Flask:
    """The WSGI application over what the composition root has opened."""
    app = Flask("contactbot.web")
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.extensions["contactbot"] = application
    app.session_interface = PageSessions()
    live.install(app)
    pages.install(app, application.settings)
    app.register_blueprint(_webhooks(), url_prefix="/webhooks/twilio")
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    return app


def _webhooks() -> Blueprint:
    """All webhooks behind one guarded door, made anew for each application of a process."""
    door = Blueprint("webhooks", __name__)
    guard.protect(door)
    for blueprint in (calls.blueprint, ring_backs.blueprint, texts.blueprint):
        door.register_blueprint(blueprint)
    return door
