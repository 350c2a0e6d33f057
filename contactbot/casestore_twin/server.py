"""The twin as a server: requests read, faults committed, the exchange and its controls answered."""

import hmac
import json
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from contactbot.casestore_twin.desk import Answer, Desk, Request, as_answer
from contactbot.casestore_twin.faults import Fault, FaultKind, Faults, LossMode, read_fault
from contactbot.casestore_twin.shape import Problem, read_object
from contactbot.casestore_twin.truth import Truth

CONTROL = "_control"
CUT_SHORT = "cut"


@dataclass(frozen=True)
class Twin:
    """Everything the handler needs; `password` "" lets anybody in."""

    truth: Truth
    faults: Faults
    desk: Desk
    password: str = field(default="", repr=False)


class Cut(Exception):
    """The connection ends without an answer."""


def handled(twin: Twin, request: Request) -> Answer:
    """The answer, after whatever faults were ordered; raises `Cut`."""
    reference = twin.desk.reference_in(request)
    take, writes = twin.faults.take, request.method != "GET"
    try:
        _refuse_on_order(twin, reference, writes=writes)
    except Problem as problem:
        return refused(problem)
    answer = _answered(twin, request)
    if writes and take(FaultKind.DUPLICATE_APPLY, reference):
        answer = _answered(twin, request)
    lost = take(FaultKind.APPLY_THEN_LOSE, reference) if writes else None
    return answer if lost is None else _lost(lost, answer)


def _answered(twin: Twin, request: Request) -> Answer:
    try:
        return twin.desk.answer(request)
    except Problem as problem:
        return refused(problem)


def _refuse_on_order(twin: Twin, reference: str, *, writes: bool) -> None:
    """Faults that come before any effect; raises `Problem` or `Cut`."""
    take = twin.faults.take
    if slow := take(FaultKind.SLOW, reference):
        time.sleep(slow.seconds)
    if down := take(FaultKind.DOWN, reference):
        if not down.status:
            raise Cut
        raise Problem(down.status, "away")
    if reference and take(FaultKind.BREAK_ON, reference):
        raise Problem(500, "broken")
    if writes and (reject := take(FaultKind.REJECT, reference)):
        raise Problem(reject.status, reject.code)


def _lost(fault: Fault, answer: Answer) -> Answer:
    match fault.mode:
        case LossMode.SERVER_ERROR:
            return refused(Problem(500, "broken"))
        case LossMode.TRUNCATE:
            return Answer(answer.status, answer.body[: len(answer.body) // 2], CUT_SHORT, {})
        case LossMode.HANG:
            time.sleep(fault.seconds)
            raise Cut
        case LossMode.DROP:
            raise Cut


def refused(problem: Problem) -> Answer:
    """A refusal as the contract has it."""
    return as_answer(problem.status, {"code": problem.code})


def controlled(twin: Twin, request: Request) -> Answer:
    """Orders and the ground truth."""
    match request.method, *request.path[1:]:
        case "GET", "truth":
            return as_answer(200, twin.truth.as_json())
        case "GET", "faults":
            return as_answer(200, twin.faults.in_force())
        case "DELETE", "faults":
            twin.faults.clear()
            return as_answer(200, [])
        case "POST", name if name in ORDERS:
            try:
                return as_answer(201, ORDERS[name](twin, read_object(request.body)))
            except (KeyError, TypeError, ValueError) as wrong:
                return as_answer(400, {"error": str(wrong)})
        case _:
            raise Problem(404, "no_such_address")


def _order_fault(twin: Twin, given: dict[str, Any]) -> Any:
    return asdict(twin.faults.order(read_fault(given)))


def _order_event(twin: Twin, given: dict[str, Any]) -> Any:
    twin.truth.add_event(given["line"] if set(given) == {"line"} else given)
    return {}


def _order_refusal(twin: Twin, given: dict[str, Any]) -> Any:
    twin.truth.add_refusal(given["line"] if set(given) == {"line"} else given)
    return {}


def _order_referrals(twin: Twin, given: dict[str, Any]) -> Any:
    return twin.truth.add_referrals(str(given["name"]), str(given["content"]))


def _order_edit(twin: Twin, given: dict[str, Any]) -> Any:
    case = twin.truth.case_of(str(given["source_system"]), str(given["case_reference"]))
    twin.truth.edit(case, str(given["facet"]), str(given["changed_at"]), dict(given["body"]))
    return {}


ORDERS: dict[str, Callable[[Twin, dict[str, Any]], Any]] = {
    "faults": _order_fault,
    "events": _order_event,
    "refusals": _order_refusal,
    "referrals": _order_referrals,
    "edit": _order_edit,
}


class Handler(BaseHTTPRequestHandler):
    """One connection; `twin` is set where the server is made."""

    twin: Twin
    protocol_version = "HTTP/1.1"
    server_version = "casestore-twin"

    def handle_any(self) -> None:
        """Any method: read whole, answered whole, or cut."""
        try:
            self._send(self._answer())
        except Cut:
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = handle_any  # noqa: N815 - named by the library

    def _answer(self) -> Answer:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        parts = tuple(part for part in path.split("/") if part)
        request = Request(self.command, parts, query, headers, body)
        try:
            if parts[:1] == (CONTROL,):
                return controlled(self.twin, request)
            self._admit(headers.get("authorization", ""))
            return handled(self.twin, request)
        except Problem as problem:
            return refused(problem)

    def _admit(self, given: str) -> None:
        password = self.twin.password
        wanted = "Basic " + b64encode(f"contactbot:{password}".encode()).decode()
        if password and not hmac.compare_digest(given, wanted):
            raise Problem(401, "who_are_you")

    def _send(self, answer: Answer) -> None:
        cut = answer.kind == CUT_SHORT
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json" if cut else answer.kind)
        self.send_header("Content-Length", str(len(answer.body) * (2 if cut else 1)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection = self.close_connection or cut

    def log_message(self, *_: object) -> None:
        """Say nothing: references and bodies belong in no log."""


def make_server(twin: Twin, host: str, port: int) -> ThreadingHTTPServer:
    """A server on that address, listening; `serve_forever` does the rest."""
    handler = type("TwinHandler", (Handler,), {"twin": twin})
    server = ThreadingHTTPServer((host, port), handler)
    server.daemon_threads = True
    return server


def announcement(server: ThreadingHTTPServer, seed: int) -> str:
    """The line that says where the server listens."""
    host, port = server.server_address[:2]
    return json.dumps({"listening": f"http://{host!s}:{port}", "seed": seed})
