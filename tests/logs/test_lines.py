"""A log line names an event and listed facts; whatever else was handed over is not in it."""

import io
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from contactbot.logs import AllowList, allow_list, begin_logging, formatter, heard, log_problem

CANARY = "Llywelyn 07700 900123"
ATTEMPT = UUID(int=7)
Said = Callable[[], str]
Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def logs() -> Iterator[tuple[Said, Said]]:
    """All that is logged in the test, as machines and as people read it."""
    handlers = []
    for as_json in (True, False):
        handler = logging.StreamHandler(io.StringIO())
        handler.setFormatter(formatter(as_json=as_json))
        handler.addFilter(heard)
        handlers.append(handler)
        logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.INFO)
    yield handlers[0].stream.getvalue, handlers[1].stream.getvalue
    for handler in handlers:
        logging.getLogger().removeHandler(handler)
    logging.getLogger().setLevel(logging.WARNING)


@pytest.fixture
def read(logs: tuple[Said, Said]) -> Lines:
    return lambda: [json.loads(line) for line in logs[0]().splitlines()]


@pytest.fixture
def for_people(logs: tuple[Said, Said]) -> Said:
    return logs[1]


ours = logging.getLogger("contactbot.test")


def test_an_event_has_a_name_a_moment_and_its_facts(read: Lines, for_people: Said) -> None:
    ours.info("attempt_ended", extra={"attempt": ATTEMPT, "seconds": 31, "disposition": "busy"})
    (line,) = read()
    at = datetime.fromisoformat(str(line.pop("at")))
    assert at.utcoffset() == timedelta()
    assert line == {
        "level": "info", "logger": "contactbot.test", "event": "attempt_ended",
        "attempt": str(ATTEMPT), "seconds": 31, "disposition": "busy",
    }  # fmt: skip
    assert f"attempt_ended attempt={ATTEMPT} seconds=31 disposition=busy\n" in for_people()
    assert "+00:00 info" in for_people()


def test_a_fact_that_is_not_listed_is_dropped_and_counted(read: Lines, for_people: Said) -> None:
    before = allow_list.dropped
    ours.info("attempt_placed", extra={"attempt": ATTEMPT, "number": CANARY, "surname": CANARY})
    (line,) = read()
    assert line["dropped"] == 2
    assert allow_list.dropped >= before + 4  # by each of the two formats
    assert CANARY not in json.dumps(line) + for_people()


def test_words_that_are_no_name_of_an_event_are_not_repeated(read: Lines, for_people: Said) -> None:
    ours.info("the call to %s failed", CANARY)
    ours.info(f"the call to {CANARY} failed")
    assert [line["event"] for line in read()] == ["unnamed", "unnamed"]
    assert CANARY not in for_people()


def test_an_object_shows_its_kind_alone(read: Lines) -> None:
    ours.info(
        "attempt_placed", extra={"detail": LookupError(CANARY), "reasons": ["held", {CANARY}]}
    )
    (line,) = read()
    assert (line["detail"], line["reasons"]) == ("LookupError", ["held", [CANARY]])


@pytest.mark.parametrize("name", ["werkzeug", "apscheduler.scheduler", "twilio.http_client", "x"])
def test_what_a_library_says_is_not_repeated(read: Lines, for_people: Said, name: str) -> None:
    logging.getLogger(name).error("could not reach %s", CANARY, extra={"attempt": CANARY})
    (line,) = read()
    assert (line["event"], line["logger"], line["level"]) == ("library", name, "error")
    assert name in for_people()


def test_a_library_cannot_hand_over_facts(read: Lines, for_people: Said) -> None:
    logging.getLogger("werkzeug").error("x", extra={"attempt": CANARY, "detail": CANARY})
    assert CANARY not in json.dumps(read()) + for_people()


def test_only_what_is_grave_is_heard_of_libraries(read: Lines) -> None:
    logging.getLogger("werkzeug").info("GET /case/7")
    logging.getLogger("apscheduler.scheduler").warning("skipped")
    assert read() == []


def test_what_the_web_server_says_of_itself_is_kept_to_its_first_line(read: Lines) -> None:
    logging.getLogger("_granian").warning("worker %s ended\n%s", 1, CANARY)
    (line,) = read()
    assert line["said"] == "worker 1 ended"


def test_the_text_of_an_error_is_never_there(read: Lines, for_people: Said) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError as error:
        log_problem(ours, "job", error, job="deliver")
        ours.exception("crashed")
    first, second = read()
    assert (first["event"], first["kind"], first["job"]) == ("job_failed", "ValueError", "deliver")
    assert (second["event"], second["kind"]) == ("crashed", "ValueError")
    assert CANARY not in for_people()


@pytest.mark.parametrize("evil", ["a\nb", "a\r\nb", "\x1b[31mred", "\x9b31m", "a\u2028b"])
def test_nobody_can_forge_a_line(logs: tuple[Said, Said], evil: str) -> None:
    ours.info("problem", extra={"detail": evil})
    for said in logs:
        (line,) = said().splitlines()
        assert line.isprintable()


def test_letters_stay_as_they_are(logs: tuple[Said, Said]) -> None:
    ours.info("problem", extra={"detail": "Llŷr \udc80"})
    assert [said().count("Llŷr") for said in logs] == [1, 1]


def test_a_long_fact_is_cut(read: Lines) -> None:
    ours.info("problem", extra={"detail": "x" * 5000})
    assert len(str(read()[0]["detail"])) == 200


def test_a_moment_cannot_be_overwritten_by_a_fact(read: Lines) -> None:
    ours.info("problem", extra={"at": "never", "event": "other", "level": "x", "logger": "y"})
    (line,) = read()
    assert (line["event"], line["level"], line["logger"]) == ("problem", "info", "contactbot.test")
    assert datetime.fromisoformat(str(line["at"])).year > 2020


def test_the_list_is_what_is_kept() -> None:
    kept = AllowList(["a"])(None, "info", {"a": 1, "b": 2, "_record": None})
    assert kept == {"a": 1, "dropped": 1}


CRASHES = f"""
import logging, threading
from contactbot.logs import begin_logging
begin_logging(as_json=True)
logging.getLogger("library").error("%d", {CANARY!r})  # a mistake, about which logging would tell
def break_down(): raise ValueError({CANARY!r})
thread = threading.Thread(target=break_down); thread.start(); thread.join()
break_down()
"""


def test_a_process_that_breaks_down_leaves_the_kind_of_error_alone() -> None:
    command = [sys.executable, "-c", CRASHES]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    lines = [json.loads(line) for line in ended.stderr.splitlines()]
    assert ended.returncode == 1
    assert [(line["event"], line["kind"]) for line in lines] == [
        ("thread_crashed", "ValueError"),
        ("crashed", "ValueError"),
    ]


def test_logging_begun_again_says_things_once(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.level, sys.excepthook)
    begin_logging(as_json=False)
    begin_logging(as_json=False)
    try:
        ours.info("attempt_placed")
    finally:
        (own,) = [h for h in root.handlers if type(h).__module__ == "contactbot.logs"]
        root.removeHandler(own)
        root.setLevel(before[0])
        logging.captureWarnings(capture=False)
    assert capsys.readouterr().err.count("attempt_placed") == 1
    assert sys.excepthook is before[1]
