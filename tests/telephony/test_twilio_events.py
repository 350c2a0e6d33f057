"""Status callbacks are read whatever is missing, blank or new in them."""

import pytest

from contactbot.telephony.twilio_events import CallProgress, read_progress


def test_a_completed_call_is_read_whole():
    form = [
        ("CallSid", "CA1"),
        ("CallStatus", "completed"),
        ("SequenceNumber", "3"),
        ("CallDuration", "41"),
        ("SipResponseCode", "200"),
        ("Novelty", "x"),
    ]
    assert read_progress(form) == CallProgress("CA1", "completed", 3, 41, 200)


def test_what_is_missing_is_not_guessed():
    assert read_progress([]) == CallProgress("", "", None, None, None)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "1" * 10, "x"])
def test_a_count_that_is_none_is_left_out(text):
    assert read_progress([("SequenceNumber", text)]).sequence is None
