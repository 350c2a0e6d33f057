"""What the network remembers of calls and texts: the ground truth of what really happened."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Any

from contactbot.phonenet.moments import as_iso, from_iso


class CallStatus(StrEnum):
    """The states of a call; `initiated` appears in callbacks only."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


ENDED = frozenset(
    {
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.NO_ANSWER,
        CallStatus.FAILED,
        CallStatus.CANCELED,
    }
)


# Later than any moment in the form of the ground truth.
LATER = "9"


class Direction(StrEnum):
    """Which way a call or a text goes, in Twilio's words."""

    OUTBOUND = "outbound-api"
    DIALLED = "outbound-dial"  # by a Dial in another call
    INBOUND = "inbound"


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something the handset heard."""

    at: str
    text: str
    language: str
    voice: str


@dataclass(frozen=True, slots=True)
class KeyPress:
    """Keys the owner of the handset pressed at one menu."""

    at: str
    digits: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the application asked for when it placed the call (times in seconds)."""

    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str = ""
    status_method: str = "POST"
    events: tuple[str, ...] = ("completed",)
    ring_timeout: int = 60
    time_limit: int = 14400
    detection: str = ""
    detection_timeout: int = 30
    async_detection: bool = False
    detection_url: str = ""
    detection_method: str = "POST"


@dataclass(slots=True)
class Call:
    """One call from creation to its end, and everything its handset heard."""

    sid: str
    index: int
    account: str
    direction: Direction
    to: str = field(repr=False)
    from_: str = field(repr=False)
    created_at: datetime
    wishes: Wishes = field(repr=False)
    status: CallStatus = CallStatus.QUEUED
    dialled_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    canceled_before_dial: bool = False
    sip: int | None = None
    answered_by: str | None = None
    detection_ms: int | None = None
    beep_at: datetime | None = None
    voicemail: bool = False
    webhook_errors: int = 0
    sequence: int = 0
    deleted: bool = False
    parent: str | None = None
    queued_until: datetime | None = None
    utterances: list[Utterance] = field(default_factory=list, repr=False)
    keys: list[KeyPress] = field(default_factory=list, repr=False)

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.status in ENDED

    @property
    def seconds(self) -> int | None:
        """How long the call lasted, in real seconds rounded up; None if nobody answered."""
        if self.answered_at is None or self.ended_at is None:
            return None
        return max(1, ceil((self.ended_at - self.answered_at).total_seconds()))

    @property
    def tape(self) -> list[str]:
        """What a machine recorded: all that was not over when its own greeting was."""
        if self.beep_at is None:
            return []
        ends = [heard.at for heard in self.utterances[1:]] + [as_iso(self.ended_at) or LATER]
        beep = str(as_iso(self.beep_at))
        return (
            [heard.text for heard, end in zip(self.utterances, ends, strict=True) if end >= beep]
            if self.utterances
            else []
        )

    @property
    def queue_milliseconds(self) -> int:
        """How long the call waited for its turn."""
        if self.dialled_at is None:
            return 0
        return int((self.dialled_at - self.created_at).total_seconds() * 1000)

    def as_json(self) -> dict[str, Any]:
        """The call as ground truth, which is also how it is kept in the journal."""
        return {
            "sid": self.sid,
            "index": self.index,
            "account": self.account,
            "direction": self.direction,
            "to": self.to,
            "from": self.from_,
            "url": self.wishes.url,
            "created_at": as_iso(self.created_at),
            "dialled_at": as_iso(self.dialled_at),
            "answered_at": as_iso(self.answered_at),
            "ended_at": as_iso(self.ended_at),
            "status": self.status,
            "canceled_before_dial": self.canceled_before_dial,
            "sip": self.sip,
            "answered_by": self.answered_by,
            "detection_ms": self.detection_ms,
            "beep_at": as_iso(self.beep_at),
            "tape": self.tape,
            "utterances": [asdict(heard) for heard in self.utterances],
            "keys": [asdict(press) for press in self.keys],
            "webhook_errors": self.webhook_errors,
            "voicemail": self.voicemail,
            "sequence": self.sequence,
            "deleted": self.deleted,
            "parent": self.parent,
            "queued_until": as_iso(self.queued_until),
            "wishes": asdict(self.wishes),
        }


TIMES = ("created_at", "dialled_at", "answered_at", "ended_at", "queued_until", "beep_at")
SHOWN_ONLY = frozenset({"from", "to", "url", "tape"})


def call_from_json(kept: Mapping[str, Any]) -> Call:
    """The reverse of `Call.as_json`."""
    values = {name: value for name, value in kept.items() if name not in SHOWN_ONLY}
    values |= {name: from_iso(kept[name]) for name in TIMES}
    values["wishes"] = Wishes(**{**kept["wishes"], "events": tuple(kept["wishes"]["events"])})
    values["status"] = CallStatus(kept["status"])
    values["direction"] = Direction(kept["direction"])
    values["utterances"] = [Utterance(**heard) for heard in kept["utterances"]]
    values["keys"] = [KeyPress(**press) for press in kept["keys"]]
    return Call(to=kept["to"], from_=kept["from"], **values)


@dataclass(slots=True)
class Text:
    """One text message; `body` is what the handset showed, on its lock screen too.

    `stored_body` is what the provider still holds: empty once the application has deleted it.
    """

    sid: str
    index: int
    account: str
    direction: Direction
    to: str = field(repr=False)
    from_: str = field(repr=False)
    created_at: datetime
    body: str = field(repr=False)
    stored_body: str = field(repr=False)
    status: str = "accepted"
    status_url: str = field(default="", repr=False)
    service: str | None = None
    validity_seconds: int = 36000
    leaves_at: datetime | None = None
    expires_at: datetime | None = None
    kept_until: datetime | None = None
    segments: int = 1
    encoding: str = "GSM-7"
    updated_at: datetime | None = None
    delivered_at: datetime | None = None
    error_code: int | None = None
    deleted: bool = False

    @property
    def over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in TEXT_OVER

    def as_json(self) -> dict[str, Any]:
        """The text as ground truth, which is also how it is kept in the journal."""
        names = [name for name in self.__slots__ if name not in {"from_", *TEXT_TIMES}]
        return (
            {name: getattr(self, name) for name in names}
            | {name: as_iso(getattr(self, name)) for name in TEXT_TIMES}
            | {"from": self.from_}
        )


TEXT_TIMES = ("created_at", "updated_at", "delivered_at", "leaves_at", "expires_at", "kept_until")
TEXT_OVER = frozenset({"delivered", "undelivered", "failed", "canceled", "read", "received"})


def text_from_json(kept: Mapping[str, Any]) -> Text:
    """The reverse of `Text.as_json`."""
    values = {name: value for name, value in kept.items() if name != "from"}
    values |= {name: from_iso(kept[name]) for name in TEXT_TIMES}
    values["direction"] = Direction(kept["direction"])
    return Text(from_=kept["from"], **values)
