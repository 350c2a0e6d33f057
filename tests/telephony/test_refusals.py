"""Only what certainly had no effect may be asked again."""

import pytest
from requests import ConnectionError as RequestsConnectionError
from requests import ConnectTimeout, ReadTimeout
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
)

from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
)
from contactbot.telephony.refusals import classify, retry_after_seconds

NUMBER = "+447700900123"


def gave_up(reason):
    return MaxRetryError(None, f"/Calls.json?To={NUMBER}", reason)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (20429, RefusedBeforeEffect),
        (10004, RefusedBeforeEffect),
        (21211, NumberRefused),
        (21217, NumberRefused),
        (13224, NumberRefused),
        (20003, AccountRefused),
        (21210, AccountRefused),
        (21215, AccountRefused),
        (99999, AccountRefused),
        (None, AccountRefused),
        ("text", AccountRefused),
    ],
)
def test_refusals_are_told_apart_by_code(code, expected):
    rest = TwilioRestException(400, "/", f"bad {NUMBER}", code)
    problem = TwilioServiceException("about:blank", f"bad {NUMBER}", 400, code)
    for error in (classify(rest), classify(problem)):
        assert type(error) is expected
        assert NUMBER not in str(error)


@pytest.mark.parametrize(
    "fault",
    [
        RequestsConnectionError(gave_up(NewConnectionError(None, "refused"))),
        RequestsConnectionError(gave_up(NameResolutionError("h", None, OSError()))),
        ConnectTimeout(gave_up(ConnectTimeoutError("slow"))),
    ],
)
def test_a_connection_never_made_had_no_effect(fault):
    assert type(classify(fault)) is RefusedBeforeEffect


@pytest.mark.parametrize(
    "fault",
    [
        ReadTimeout("slow"),
        RequestsConnectionError(ProtocolError("cut")),
        RequestsConnectionError(gave_up(ProtocolError("cut"))),
        RequestsConnectionError(),
        TwilioException("Unable to fetch page"),
        ValueError(NUMBER),
        RecursionError(),
    ],
)
def test_anything_else_is_unknown_and_says_nothing_personal(fault):
    error = classify(fault)
    assert type(error) is OutcomeUnknown
    assert NUMBER not in str(error)


def test_an_older_fault_in_the_context_proves_nothing():
    fault = RequestsConnectionError(ProtocolError("cut"))
    fault.__context__ = RequestsConnectionError(gave_up(NewConnectionError(None, "refused")))
    assert type(classify(fault)) is OutcomeUnknown


@pytest.mark.parametrize(
    ("header", "seconds"),
    [(None, 1), ("0", 1), ("7", 7), ("9999", 60), ("soon", 1), ("-3", 1), ("²", 1)],
)
def test_the_wait_asked_for_is_kept_within_limits(header, seconds):
    assert retry_after_seconds(header) == seconds
