"""Reads the journal back after a crash: what was said, what is due, and what was ordered."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from contactbot.phonenet.moments import from_iso
from contactbot.phonenet.notices import Notice
from contactbot.phonenet.records import call_from_json, text_from_json
from contactbot.phonenet.world import Unexpected, World

Line = dict[str, Any]


class Recall:
    """Gathers the lines of a journal into a world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._calls: dict[str, Line] = {}
        self._callbacks_told: dict[str, int] = {}
        self._takes: Mapping[str, Callable[[Line], None]] = {
            "call": lambda line: self._calls.update({line["sid"]: line}),
            "heard": lambda line: self._calls[line.pop("sid")]["utterances"].append(line),
            "pressed": lambda line: self._calls[line.pop("sid")]["keys"].append(line),
            "text": lambda line: world.keep_text(text_from_json(line)),
            "opted_out": lambda line: world.set_opted_out(
                (line["person"], line["sender"]), out=line["out"]
            ),
            "callback": lambda line: self._callback(world.notices.recall(line)),
            "called_back": lambda line: world.notices.forget(line["id"]),
            "person": world.people.recall,
            "phone_off": self._phone_off,
            "fault": world.faults.recall,
            "faults_cleared": lambda _line: world.faults.forget(),
            "skipped": self._skipped,
            "detection": lambda line: world.detection.recall(line["errors"]),
            "surprise": lambda line: world.unexpected.append(Unexpected(**line)),
            "forgiven": lambda _line: world.unexpected.clear(),
        }

    def read(self) -> None:
        """Read every line, then go on writing after the last."""
        for kept in self._world.journal.read():
            line = dict(kept)
            kind = line.pop("kind")
            if kind not in self._takes:
                raise ValueError(f"the journal holds a line of kind {kind}")
            self._takes[kind](line)
        for call in self._calls.values():
            self._world.keep_call(call_from_json(call))
        self._number_on()
        self._world.journal.open()

    def _callback(self, notice: Notice) -> None:
        """No two callbacks of a call may have one number, or the application drops the later."""
        number = dict(notice.form).get("SequenceNumber")
        if number is not None:
            told = self._callbacks_told.get(notice.sid, 0)
            self._callbacks_told[notice.sid] = max(told, int(number) + 1)

    def _number_on(self) -> None:
        for sid, told in self._callbacks_told.items():
            call = self._world.call(sid)
            if call is not None:
                call.sequence = max(call.sequence, told)
        self._world.webhook_errors = sum(call.webhook_errors for call in self._world.calls)

    def _phone_off(self, line: Line) -> None:
        until = from_iso(line["until"])
        if until is None:
            self._world.phones_off.pop(line["number"], None)
        else:
            self._world.phones_off[line["number"]] = until

    def _skipped(self, line: Line) -> None:
        self._world.schedule.skipped = timedelta(seconds=line["seconds"])
