"""What a status callback of the telephone provider says about a call."""

from collections.abc import Sequence

from contactbot.ports.telephony import CallProgress
from contactbot.ports.texting import InboundText, TextProgress

LONGEST_NUMBER = 9
"""Digits; no count in a callback is longer."""


def read_progress(params: Sequence[tuple[str, str]]) -> CallProgress:
    """The form of a status callback, its fields in any order; unknown fields are passed over."""
    form = dict(params)
    return CallProgress(
        provider_id=form.get("CallSid", ""),
        status=form.get("CallStatus", ""),
        sequence=counted(form.get("SequenceNumber")),
        seconds=counted(form.get("CallDuration")),
        sip_code=counted(form.get("SipResponseCode")),
    )


def read_text_progress(params: Sequence[tuple[str, str]]) -> TextProgress:
    """The form of a text's status callback."""
    form = dict(params)
    return TextProgress(
        provider_id=form.get("MessageSid", ""),
        status=form.get("MessageStatus", ""),
        error_code=counted(form.get("ErrorCode")),
    )


def read_inbound_text(params: Sequence[tuple[str, str]]) -> InboundText:
    """The form with which a text comes in."""
    form = dict(params)
    return InboundText(form.get("MessageSid", ""), form.get("From", ""), form.get("Body", ""))


def counted(text: str | None) -> int | None:
    """A count, or None for anything that is not one."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        return None
    return int(text)
