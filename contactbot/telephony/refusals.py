"""What each answer of the telephone provider proves, by its error code.

Source of the codes: twilio.com/docs/api/errors. The rule behind the table: only what certainly had
no effect may be asked again; whatever is not understood is never asked again.
"""

from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from requests import ConnectionError as RequestsConnectionError
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from contactbot.ports.telephony import (
    AccountRefused,
    NumberRefused,
    OutcomeUnknown,
    RefusedBeforeEffect,
    TelephonyError,
)

ALREADY_OVER: Final = 21220
RETRY_AFTER: Final = 1.0
RETRY_AFTER_LIMIT: Final = 60.0
NETWORK_AWAY_WAIT: Final = 5.0


class Proof(Enum):
    """What a refusal proves; a code not in the table is an account's matter."""

    WAIT = auto()
    NUMBER = auto()
    ACCOUNT = auto()


REFUSALS: Final = MappingProxyType(
    {
        10004: Proof.WAIT,  # too many calls at once for this account
        21611: Proof.WAIT,  # too many texts of ours wait already
        20429: Proof.WAIT,  # too many requests; never processed
        13223: Proof.NUMBER,  # not in a form that can be dialled
        13224: Proof.NUMBER,  # not E.164, or not supported
        13225: Proof.NUMBER,  # on the provider's block list
        21211: Proof.NUMBER,  # not a valid number to call
        21214: Proof.NUMBER,  # cannot be reached
        21216: Proof.NUMBER,  # on the provider's block list
        21217: Proof.NUMBER,  # does not look like a number
        21401: Proof.NUMBER,  # not a valid number
        21610: Proof.NUMBER,  # the recipient sent STOP
        21614: Proof.NUMBER,  # not a mobile
        21635: Proof.NUMBER,  # a landline
        30004: Proof.NUMBER,  # the recipient blocks us
        30005: Proof.NUMBER,  # a number nobody has
        30006: Proof.NUMBER,  # a landline, or a carrier that takes no texts
        10001: Proof.ACCOUNT,  # account not active
        13214: Proof.ACCOUNT,  # our number may not be shown
        13227: Proof.ACCOUNT,  # the country is not permitted
        20003: Proof.ACCOUNT,  # credentials refused
        20404: Proof.ACCOUNT,  # account or address unknown
        21205: Proof.ACCOUNT,  # our webhook address is not valid
        21210: Proof.ACCOUNT,  # our number is not verified
        21212: Proof.ACCOUNT,  # our number is not valid
        21213: Proof.ACCOUNT,  # our number is missing
        21215: Proof.ACCOUNT,  # the country is not permitted
        21219: Proof.ACCOUNT,  # trial account, number not verified
        21608: Proof.ACCOUNT,  # trial account, number not verified
        30002: Proof.ACCOUNT,  # account suspended
        32017: Proof.ACCOUNT,  # a carrier blocks our number
    }
)


def classify(fault: Exception) -> TelephonyError:
    """The port's error for whatever went wrong while asking; its text holds no personal data."""
    if isinstance(fault, TelephonyError):
        return fault
    if isinstance(fault, TwilioRestException | TwilioServiceException):
        return refused(code_of(fault))
    if never_connected(fault):
        return RefusedBeforeEffect("no connection could be made", NETWORK_AWAY_WAIT)
    return OutcomeUnknown(type(fault).__name__)


def refused(code: int) -> TelephonyError:
    match REFUSALS.get(code, Proof.ACCOUNT):
        case Proof.WAIT:
            return RefusedBeforeEffect(f"the provider asks to wait with code {code}")
        case Proof.NUMBER:
            return NumberRefused(code)
        case Proof.ACCOUNT:
            return AccountRefused(code)


def code_of(fault: TwilioRestException | TwilioServiceException) -> int:
    """The provider's code, or the HTTP status where it gave none, or 0."""
    for value in (fault.code, fault.status):
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return 0


def never_connected(fault: Exception) -> bool:
    """Whether no connection came about, so that nothing can have been sent.

    Read from the fault's own parts, never from `__context__`: that may hold an older fault, and a
    call that was placed would then be placed again.
    """
    if not isinstance(fault, RequestsConnectionError) or not fault.args:
        return False
    gave_up = fault.args[0]
    if not isinstance(gave_up, MaxRetryError):
        return False
    return isinstance(gave_up.reason, NewConnectionError | ConnectTimeoutError)


def retry_after_seconds(header: str | None) -> float:
    """Seconds of a Retry-After header, between the shortest and the longest wait."""
    text = (header or "").strip()
    if not (text.isascii() and text.isdigit()):
        return RETRY_AFTER
    return min(max(float(text), RETRY_AFTER), RETRY_AFTER_LIMIT)
