"""Status callbacks that are still to be made, kept until the application has had them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from contactbot.phonenet.journal import Journal
from contactbot.phonenet.moments import as_iso, from_iso
from contactbot.phonenet.signature import Form


@dataclass(slots=True)
class Notice:
    """One callback about the call or text `sid`.

    `due_at` is a moment of the schedule; None means held back until its call ends (`burst`: until
    a test lets all go). `in_turn`: not before the earlier ones about the same call. `copies` is
    how often it is made.
    """

    id: int
    sid: str
    method: str
    url: str = field(repr=False)
    form: Form = field(repr=False)
    due_at: datetime | None
    copies: int = 1
    in_turn: bool = True
    burst: bool = False

    def as_json(self) -> dict[str, Any]:
        """The callback as the journal and the control API show it."""
        return asdict(self) | {"due_at": as_iso(self.due_at), "form": list(self.form)}


def notice_from_json(kept: Mapping[str, Any]) -> Notice:
    """The reverse of `Notice.as_json`."""
    form = [(str(name), str(value)) for name, value in kept["form"]]
    return Notice(**{**kept, "due_at": from_iso(kept["due_at"]), "form": form})


class Notices:
    """Every callback not yet made, in order; a crash of the network forgets none."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: dict[int, Notice] = {}
        self._given = 0

    def add(self, notice: Notice) -> Notice:
        """Keep a callback; it gets its number here."""
        self._given += 1
        notice.id = self._given
        self._waiting[notice.id] = notice
        if self._journal.kept:
            self._journal.write("callback", notice.as_json())
        return notice

    def change(self, notice: Notice, due_at: datetime) -> None:
        """What was held back, or far away, is due at another moment."""
        notice.due_at = due_at
        if self._journal.kept:
            self._journal.write("callback", notice.as_json())

    def made(self, notice: Notice) -> None:
        """The application has had it."""
        self._waiting.pop(notice.id, None)
        if self._journal.kept:
            self._journal.write("called_back", {"id": notice.id})

    def recall(self, line: Mapping[str, Any]) -> Notice:
        """Take up a callback from the journal."""
        notice = notice_from_json(line)
        self._given = max(self._given, notice.id)
        self._waiting[notice.id] = notice
        return notice

    def forget(self, number: int) -> None:
        """One that the journal says was made."""
        self._waiting.pop(number, None)

    def waiting(self) -> list[Notice]:
        """All of them, in the order in which they were put in."""
        return list(self._waiting.values())

    def held_about(self, sid: str) -> list[Notice]:
        """Those held back until this call ends."""
        return [
            notice
            for notice in self._waiting.values()
            if notice.sid == sid and notice.due_at is None and not notice.burst
        ]

    def later(self, at: datetime) -> int:
        """How many are not due at that moment."""
        return sum(_not_due(self._waiting.values(), at))

    def __len__(self) -> int:
        return len(self._waiting)


def _not_due(notices: Iterable[Notice], at: datetime) -> Iterable[bool]:
    return (notice.due_at is None or notice.due_at > at for notice in notices)
