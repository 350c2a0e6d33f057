"""Every reason for which a contact can be withheld, with its sentence for people."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contactbot.domain.wording import translatable


class Reason(StrEnum):
    """Why the gate said no; kept with each Deny."""

    GATE_ERROR = "gate_error"
    UNKNOWN_VALUE = "unknown_value"
    TIME_WITHOUT_ZONE = "time_without_zone"
    CLOCK_SKEW = "clock_skew"
    NOT_OPEN = "not_open"
    SUPPRESSED = "suppressed"
    HELD = "held"
    NO_PROFILE = "no_profile"
    NO_NUMBER = "no_number"
    NUMBER_UNUSABLE = "number_unusable"
    NUMBER_SUSPENDED = "number_suspended"
    NOT_A_MOBILE = "not_a_mobile"
    PROTECTED = "protected"
    SAID_NO = "said_no"
    NOT_PERMITTED = "not_permitted"
    NEEDS_RELEASE = "needs_release"
    PROFILE_UNCONFIRMED = "profile_unconfirmed"
    PROFILE_STALE = "profile_stale"
    PROFILE_VOIDED = "profile_voided"
    LANGUAGE = "language"
    NO_HOURS = "no_hours"
    OUTSIDE_HOURS = "outside_hours"
    WINDOW_CLOSING = "window_closing"
    LIVE_ATTEMPT = "live_attempt"
    SPACING = "spacing"
    CAP_DAY = "cap_day"
    CAP_7_DAYS = "cap_7_days"
    CAP_30_DAYS = "cap_30_days"


# Reasons that pass by themselves; every other one needs a person or an event.
PASSING: Final = frozenset(
    {
        Reason.CLOCK_SKEW,
        Reason.OUTSIDE_HOURS,
        Reason.WINDOW_CLOSING,
        Reason.LIVE_ATTEMPT,
        Reason.SPACING,
        Reason.CAP_DAY,
        Reason.CAP_7_DAYS,
        Reason.CAP_30_DAYS,
    }
)

_SENTENCES: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.GATE_ERROR: translatable(
            "The rules could not be applied to this case; someone must look at it."
        ),
        Reason.UNKNOWN_VALUE: translatable("The case holds a value nobody has a rule for."),
        Reason.TIME_WITHOUT_ZONE: translatable("The time of the decision has no time zone."),
        Reason.CLOCK_SKEW: translatable("This machine’s clock and the database’s disagree."),
        Reason.NOT_OPEN: translatable("The referral is not waiting for contact."),
        Reason.SUPPRESSED: translatable("This person or number must never be contacted."),
        Reason.HELD: translatable("The case is held until a person decides."),
        Reason.NO_PROFILE: translatable("There is no contact profile."),
        Reason.NO_NUMBER: translatable("There is no telephone number."),
        Reason.NUMBER_UNUSABLE: translatable("The number does not work."),
        Reason.NUMBER_SUSPENDED: translatable("The number is suspended for safety."),
        Reason.NOT_A_MOBILE: translatable("The number is not a mobile number."),
        Reason.PROTECTED: translatable("A protected person is contacted by a person only."),
        Reason.SAID_NO: translatable("The person said no to this way of contact."),
        Reason.NOT_PERMITTED: translatable("Nobody has permitted this way of contact."),
        Reason.NEEDS_RELEASE: translatable("A supervisor must release the case first."),
        Reason.PROFILE_UNCONFIRMED: translatable(
            "The contact details were never confirmed with the person."
        ),
        Reason.PROFILE_STALE: translatable("The contact details were confirmed too long ago."),
        Reason.PROFILE_VOIDED: translatable(
            "Something happened that makes the contact details unsafe."
        ),
        Reason.LANGUAGE: translatable("Nobody who speaks the person’s language is on shift."),
        Reason.NO_HOURS: translatable(
            "The hours that are safe for this person lie outside the service’s hours."
        ),
        Reason.OUTSIDE_HOURS: translatable("It is outside the hours for this person."),
        Reason.WINDOW_CLOSING: translatable("The hours for this person are about to end."),
        Reason.LIVE_ATTEMPT: translatable("There is a call to this person or number already."),
        Reason.SPACING: translatable("The last attempt is too recent."),
        Reason.CAP_DAY: translatable("There have been enough attempts today."),
        Reason.CAP_7_DAYS: translatable("There have been enough attempts in the last seven days."),
        Reason.CAP_30_DAYS: translatable(
            "There have been enough attempts in the last thirty days."
        ),
    }
)


def describe(reason: Reason) -> str:
    """The reason as a sentence for people (an English message id)."""
    return _SENTENCES[reason]
