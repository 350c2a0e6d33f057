"""The WSGI entry point for any server: `wsgi:app`."""

from contactbot.web.serve import make_app

app = make_app()
