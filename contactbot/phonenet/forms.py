"""The fields Twilio posts to an application about a call or a text, blank ones included."""

from contactbot.phonenet.moments import as_rfc2822, now
from contactbot.phonenet.records import ENDED, Call, CallStatus, Text

API_VERSION = "2010-04-01"
PLACES = ("City", "State", "Zip")


def _party(role: str, number: str) -> list[tuple[str, str]]:
    """A number and where it is; Twilio knows the country and leaves the rest blank, but signed."""
    blanks = [(role + place, "") for place in PLACES]
    return [(role, number), *blanks, (f"{role}Country", "GB" if number.startswith("+44") else "")]


def call_form(call: Call, status: CallStatus | None = None) -> list[tuple[str, str]]:
    """The fields of every request about a call; `status` is given where the resource's differs."""
    return [
        ("CallSid", call.sid),
        ("AccountSid", call.account),
        ("CallStatus", status or call.status),
        ("ApiVersion", API_VERSION),
        ("Direction", call.direction),
        *_party("From", call.from_),
        *_party("To", call.to),
        *_party("Caller", call.from_),
        *_party("Called", call.to),
        *_detected(call),
    ]


def _detected(call: Call) -> list[tuple[str, str]]:
    if call.answered_by is None:
        return []
    return [
        ("AnsweredBy", call.answered_by),
        ("MachineDetectionDuration", str(call.detection_ms or 0)),
    ]


def detection_form(call: Call) -> list[tuple[str, str]]:
    """The fields of the callback that says who answered, while the call goes on."""
    return [("CallSid", call.sid), ("AccountSid", call.account), *_detected(call)]


def status_form(call: Call, status: CallStatus) -> list[tuple[str, str]]:
    """The fields of a status callback; durations come with the end of a call only."""
    form = call_form(call, status)
    form += [
        ("Timestamp", str(as_rfc2822(now()))),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(call.sequence)),
    ]
    if status in ENDED:
        seconds = call.seconds or 0
        form += [("CallDuration", str(seconds)), ("Duration", str(-(-seconds // 60)))]
    if call.sip is not None:
        form.append(("SipResponseCode", str(call.sip)))
    return form


def gather_form(digits: str, finished_on: str) -> list[tuple[str, str]]:
    """The fields that a Gather adds: no `Digits` if no key came, a blank one if only the last."""
    form = [("msg", "Gather End")]
    if digits or finished_on:
        form.append(("Digits", digits))
    if finished_on:
        form.append(("FinishedOnKey", finished_on))
    return form


def dial_form(child: Call) -> list[tuple[str, str]]:
    """The fields that a Dial adds when it is over."""
    answered = child.answered_at is not None
    return [
        ("DialCallSid", child.sid),
        ("DialCallStatus", child.status),
        ("DialBridged", "true" if answered else "false"),
        *([("DialCallDuration", str(child.seconds))] if answered else []),
    ]


def text_form(text: Text) -> list[tuple[str, str]]:
    """The fields of a request about a text message."""
    form = [
        ("MessageSid", text.sid),
        ("SmsSid", text.sid),
        ("AccountSid", text.account),
        ("ApiVersion", API_VERSION),
        *_party("From", text.from_),
        *_party("To", text.to),
    ]
    if text.service:
        form.append(("MessagingServiceSid", text.service))
    return form


def text_status_form(text: Text) -> list[tuple[str, str]]:
    """The fields of a text's status callback."""
    form = [*text_form(text), ("MessageStatus", text.status), ("SmsStatus", text.status)]
    if text.error_code is not None:
        form.append(("ErrorCode", str(text.error_code)))
    return form
