"""A small application for the network to ring: it checks signatures and follows a tiny script."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

Fields = dict[str, str]
Answer = tuple[int, str, str]

WELSH = '<Say voice="Polly.Gwyneth" language="cy-GB">{}</Say>'
ENGLISH = '<Say voice="Polly.Amy" language="en-GB">{}</Say>'
GATHER = (
    '<Gather input="dtmf" numDigits="{}" finishOnKey="" timeout="5" action="{}" '
    'actionOnEmptyResult="true">{}</Gather>'
)


@dataclass
class Asked:
    """One request that reached the application."""

    path: str
    fields: Fields
    genuine: bool
    headers: Fields = field(default_factory=dict)


@dataclass
class Application:
    """What reached the application, and what it answers, by path."""

    url: str
    token: str
    public: str = ""
    answers: dict[str, Callable[[Fields], Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def says(self, path: str, *verbs: str) -> str:
        """Answer at `path` with these verbs; returns the whole address."""
        self.answers[path] = lambda _fields: twiml(*verbs)
        return self.url + path

    def statuses(self, sid: str) -> list[str]:
        """The states of a call in the order in which they were told."""
        return [
            asked.fields["CallStatus"]
            for asked in list(self.asked)
            if asked.path == "/status" and asked.fields["CallSid"] == sid
        ]

    def answer(self, path: str, fields: Fields) -> Answer:
        usual = self.answers.get(path)
        return usual(fields) if usual else (204, "", "")


def twiml(*verbs: str) -> Answer:
    return 200, "text/xml", f"<Response>{''.join(verbs)}</Response>"


def gather(digits: int, action: str, *prompts: str) -> str:
    return GATHER.format(digits, action, "".join(prompts))


class Server(ThreadingHTTPServer):
    """A server that is used to networks being killed: they hang up in the middle."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def application(token: str) -> Iterator[Application]:
    """Run the application on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            pairs = parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True)
            self._answer(dict(pairs))

        def do_GET(self) -> None:
            self._answer({})

        def _answer(self, fields: Fields) -> None:
            signature = self.headers.get("X-Twilio-Signature", "")
            url = (running.public or running.url) + self.path
            genuine = RequestValidator(token).validate(url, fields, signature)
            path = self.path.partition("?")[0]
            running.asked.append(Asked(self.path, fields, genuine, dict(self.headers)))
            status, kind, body = running.answer(path, fields) if genuine else (403, "", "")
            self.send_response(status)
            if kind:
                self.send_header("Content-Type", kind)
            if status != 204:
                self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        running = Application(f"http://127.0.0.1:{server.server_port}", token)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        server.shutdown()
        thread.join()
