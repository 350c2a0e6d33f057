"""Logs without personal data: events by name, and only those facts about them that are listed.

Our own code logs `_log.info("attempt_ended", extra={"attempt": id, "seconds": 31})`. Whatever is
not in `KEYS` is dropped and counted. What a library says is not repeated, since it may quote what
it was given: only that it spoke is logged, with its name and level.
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from types import MappingProxyType, TracebackType
from typing import Any, TextIO
from uuid import UUID

from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

Event = MutableMapping[str, Any]

OURS = "contactbot"
SERVER = "_granian"
QUIET = ("apscheduler", "twilio", "urllib3", "alembic", "sqlalchemy")
FIRST_KEYS = ("at", "level", "logger", "event")
# Opaque ids, our own words from closed lists, and figures; nothing a person said or is.
KEYS = frozenset(
    [
        *FIRST_KEYS,
        *("attempt", "referral", "person", "job", "where", "kind", "path"),
        *("state", "disposition", "reasons", "seconds", "moment", "channel", "means"),
        *("invariant", "subject", "detail"),
        *("read", "accepted", "rejected", "held", "updated", "unchanged", "refused"),
        *("files", "events", "faulty_lines", "away", "said", "dropped"),
    ]
)
# What every record has, and what formatters add to it.
RECORD = frozenset({*logging.makeLogRecord({}).__dict__, "message", "asctime"})
LONGEST = 200
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class AllowList:
    """Drops every fact that is not listed, and counts how many it dropped in this process."""

    def __init__(self, keys: Iterable[str] = KEYS) -> None:
        self._keys = frozenset(keys)
        self.dropped = 0

    def __call__(self, logger: Any, method: str, event: Event) -> Event:
        """A processor of structlog: the event with its listed facts, made plain."""
        del logger, method
        kept: Event = {name: plain(event[name]) for name in FIRST_KEYS if name in event}
        listed = {name: value for name, value in event.items() if name in self._keys}
        kept.update({name: plain(v) for name, v in listed.items() if name not in kept})
        dropped = sum(not name.startswith("_") for name in event) - len(listed)
        if dropped:
            self.dropped += dropped
            kept["dropped"] = dropped
        return kept


allow_list = AllowList()


def plain(value: object) -> object:
    """A figure, a short word or a list of them; of anything else only its kind is told."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str | UUID):
        return str(value)[:LONGEST].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    return type(value).__name__


def add_facts(logger: Any, method: str, event: Event) -> Event:
    """What our own code handed over beside the name; a library cannot hand over anything."""
    del logger, method
    record: logging.LogRecord = event["_record"]
    if is_ours(record.name):
        given = record.__dict__.items()
        event.update({k: v for k, v in given if k not in RECORD and k not in event})
    return event


def describe(logger: Any, method: str, event: Event) -> Event:
    """When, how grave, from whom; a library's words are taken away."""
    del logger, method
    record: logging.LogRecord = event["_record"]
    event["at"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    event["level"], event["logger"] = record.levelname.lower(), record.name
    error = event.pop("exc_info", None)
    if error and error[0] is not None:
        event["kind"] = error[0].__name__
    if record.name == SERVER:
        event["said"] = event["event"].partition("\n")[0]
    event["event"] = _name_of(record)
    return event


def _name_of(record: logging.LogRecord) -> str:
    """The name of one of our events; any other words, ours or not, are not repeated."""
    if not is_ours(record.name):
        return "library"
    name = str(record.msg)
    return name if _NAME.fullmatch(name) else "unnamed"


def is_ours(name: str) -> bool:
    """Whether a logger is our own."""
    return name == OURS or name.startswith(OURS + ".")


def as_json_line(logger: Any, method: str, event: Event) -> str:
    """The event as one line of JSON whose letters stay as they are, so that one can search it."""
    del logger, method
    written = json.dumps(dict(event), ensure_ascii=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def as_line(logger: Any, method: str, event: Event) -> str:
    """The event as a line for people: time, level, name, then facts."""
    del logger, method
    facts = (f"{name}={_shown(value)}" for name, value in event.items() if name not in FIRST_KEYS)
    head = f"{event['at']} {event['level']:7} {event['event']}"
    source = () if is_ours(event["logger"]) else (_shown(event["logger"]),)
    return " ".join((head, *source, *facts))


def _shown(value: object) -> str:
    """On one line, whatever it holds; control characters are written out."""
    text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at that moment."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.lost = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A line that cannot be written is lost: telling what was in it would say too much."""
        del record
        self.lost += 1


def heard(record: logging.LogRecord) -> bool:
    """Our own events from INFO on; of libraries only what is grave, and of noisy ones errors."""
    if is_ours(record.name):
        return True
    quiet = record.name.partition(".")[0] in QUIET
    return record.levelno >= (logging.ERROR if quiet else logging.WARNING)


def formatter(*, as_json: bool) -> logging.Formatter:
    """One line for each record: JSON for machines, or words for people."""
    render: Processor = as_json_line if as_json else as_line
    return ProcessorFormatter(
        foreign_pre_chain=[add_facts], processors=[describe, allow_list, render]
    )


def begin_logging(*, as_json: bool) -> None:
    """Log to stderr from now on: servers and workers in JSON, short commands in plain lines."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _StandardError)]:
        root.removeHandler(handler)
    handler = _StandardError()
    handler.setFormatter(formatter(as_json=as_json))
    handler.addFilter(heard)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    if as_json:
        sys.excepthook = _crashed
        threading.excepthook = _thread_crashed


def log_problem(log: logging.Logger, where: str, error: BaseException, **facts: str) -> None:
    """One event, `<where>_failed`: what kind of error (with its SQLSTATE, if any), and its path."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    kind = type(error).__name__ + (f" {code}" if code else "")
    event = f"{where.replace(' ', '_')}_failed"
    log.error(event, extra={"kind": kind, "path": places(error.__traceback__)} | facts)


def places(found: TracebackType | None) -> str:
    """The last places an error passed in our own code, innermost first."""
    frames = [frame for frame in traceback.extract_tb(found) if OURS in frame.filename]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-4:]))


def _crashed(kind: type[BaseException], error: BaseException, found: TracebackType | None) -> None:
    """The end of a process by an error: its kind and place, since its text may hold data."""
    del error
    facts = {"kind": kind.__name__, "path": places(found)}
    logging.getLogger(OURS).critical("crashed", extra=facts)


def _thread_crashed(arguments: threading.ExceptHookArgs) -> None:
    facts = {"kind": arguments.exc_type.__name__, "path": places(arguments.exc_traceback)}
    logging.getLogger(OURS).critical("thread_crashed", extra=facts)


# The web server sets logging up by itself; with this it leaves all records to us.
SERVER_CONFIG: Mapping[str, Any] = MappingProxyType(
    {
        "formatters": {},
        "handlers": {},
        "loggers": {
            SERVER: {"handlers": [], "propagate": True},
            "granian.access": {"handlers": [], "propagate": False},
        },
    }
)
