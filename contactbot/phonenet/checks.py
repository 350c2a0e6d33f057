"""What the API checks before it does anything, with Twilio's codes for each refusal."""

import re
from collections.abc import Mapping
from typing import Any

from contactbot.phonenet.people import Behaviour
from contactbot.phonenet.places import on_this_machine
from contactbot.phonenet.records import Wishes
from contactbot.phonenet.refusals import Refusal
from contactbot.phonenet.world import World

E164 = re.compile(r"\+[1-9]\d{6,14}")
EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
CALL_FIELDS = frozenset(
    {
        *("To", "From", "Url", "Method", "Twiml", "FallbackUrl", "FallbackMethod"),
        *("StatusCallback", "StatusCallbackEvent", "StatusCallbackMethod"),
        *("Timeout", "TimeLimit", "Record", "MachineDetection", "MachineDetectionTimeout"),
        *("MachineDetectionSpeechThreshold", "MachineDetectionSpeechEndThreshold"),
        *("MachineDetectionSilenceTimeout", "AsyncAmd", "AsyncAmdStatusCallback"),
        "AsyncAmdStatusCallbackMethod",
    }
)
DETECTIONS = frozenset({"", "Enable", "DetectMessageEnd"})
LONGEST_RING = 600
MAY_RING = "+44"

Fields = Mapping[str, str]


def check_number(world: World, number: str) -> None:
    """Refuse a number that cannot be rung, or may not be."""
    if not number:
        raise Refusal(21201)
    if not E164.fullmatch(number):
        raise Refusal(21211, number)
    behaviour = world.people.at(number).behaviour
    if behaviour is Behaviour.UNREACHABLE:
        raise Refusal(21214, number)
    if behaviour is Behaviour.BARRED or not number.startswith(MAY_RING):
        raise Refusal(21215, number)


def check_sender(number: str) -> None:
    """Refuse a caller’s number that is missing or malformed."""
    if not number:
        raise Refusal(21213)
    if not E164.fullmatch(number):
        raise Refusal(21212, number)


def check_url(world: World, url: str) -> str:
    """`url` if this network may fetch it: the pretended network never leaves the machine."""
    public = world.options.reach and url.startswith(world.options.reach[0] + "/")
    if not public and not on_this_machine(url):
        raise Refusal(21205, url)
    return url


def read_wishes(world: World, fields: Fields, events: list[str]) -> Wishes:
    """What the application wants of a call; `events`: its repeated StatusCallbackEvent fields."""
    if fields.get("Record", "false").lower() != "false":
        world.surprised(20001, "Record is forbidden: no call is ever recorded")
        raise Refusal(20001, "Record is forbidden on this network")
    if not fields.get("Url") and not fields.get("Twiml"):
        raise Refusal(21205, "missing")
    # Some clients send the events as one field with spaces between.
    asked = tuple(word for event in events for word in event.split()) or ("completed",)
    if not set(asked) <= EVENTS:
        raise Refusal(20001, "StatusCallbackEvent")
    return Wishes(
        url=check_url(world, fields["Url"]) if fields.get("Url") else "",
        method=fields.get("Method", "POST"),
        twiml=fields.get("Twiml", ""),
        fallback_url=_optional_url(world, fields, "FallbackUrl"),
        fallback_method=fields.get("FallbackMethod", "POST"),
        status_url=_optional_url(world, fields, "StatusCallback"),
        status_method=fields.get("StatusCallbackMethod", "POST"),
        events=asked,
        ring_timeout=min(_whole(fields, "Timeout", 60), LONGEST_RING),
        time_limit=_whole(fields, "TimeLimit", 14400),
        **_detection(world, fields),
    )


def _detection(world: World, fields: Fields) -> dict[str, Any]:
    """Which machine detection is wanted; one that Twilio does not know is refused."""
    kind = fields.get("MachineDetection", "")
    if kind not in DETECTIONS:
        raise Refusal(20001, "MachineDetection")
    return {
        "detection": kind,
        "detection_timeout": _whole(fields, "MachineDetectionTimeout", 30),
        "async_detection": fields.get("AsyncAmd", "false").lower() == "true",
        "detection_url": _optional_url(world, fields, "AsyncAmdStatusCallback"),
        "detection_method": fields.get("AsyncAmdStatusCallbackMethod", "POST"),
    }


def _optional_url(world: World, fields: Fields, name: str) -> str:
    return check_url(world, fields[name]) if fields.get(name) else ""


def _whole(fields: Fields, name: str, default: int) -> int:
    try:
        return int(fields.get(name, default))
    except ValueError as wrong:
        raise Refusal(20001, name) from wrong
