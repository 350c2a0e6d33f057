"""What a status callback of the telephone provider says about a call."""

from collections.abc import Sequence

from contactbot.ports.telephony import CallProgress

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


def counted(text: str | None) -> int | None:
    """A count, or None for anything that is not one."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER:
        return None
    return int(text)
