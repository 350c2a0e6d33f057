"""No session where there is no browser: webhooks neither read nor write the cookie of pages."""

from flask import Flask, Request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface

WEBHOOKS = "/webhooks/"


class PageSessions(SecureCookieSessionInterface):
    """Flask's own sessions, for pages."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the page's browser; for a webhook one that refuses to be written."""
        if request.path.startswith(WEBHOOKS):
            return NullSession()
        return super().open_session(app, request)
