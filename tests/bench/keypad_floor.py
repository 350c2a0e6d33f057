"""The floor of row 1: a static Flask view under the server and the settings of our web process."""

import sys

from flask import Flask, Response
from granian import Granian

from contactbot.cli.web import SERVER

WORDS = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://contactbot.example'
    '/webhooks/twilio/call/00000000000000000000000000000000/2" actionOnEmptyResult="true" finishOn'
    'Key="" input="dtmf" method="POST" numDigits="4" timeout="6"><Say language="en-GB" voice="Poll'
    'y.Amy">If you were given a card with a four-digit code, please key in the four digits now. If'
    " you do not have a code and would like a person to ring you, press hash. If you do not want u"
    "s to ring you again, press 0.</Say></Gather></Response>"
)


def make_floor() -> Flask:
    """An application that says the same to everybody and reads nothing."""
    app = Flask("floor")

    @app.post("/webhooks/twilio/call/<token>/<int:turn>")
    def turn_of_call(token: str, turn: int) -> Response:
        return Response(WORDS, mimetype="text/xml")

    @app.post("/webhooks/twilio/status/<token>")
    def progress_of_call(token: str) -> Response:
        return Response(status=204)

    @app.get("/healthz")
    def health() -> str:
        return "ok"

    return app


if __name__ == "__main__":
    Granian("keypad_floor:make_floor", address="127.0.0.1", port=int(sys.argv[1]), **SERVER).serve()
