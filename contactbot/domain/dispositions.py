"""The result of one attempt, in the field’s terms (AAPOR codes stand in the policy’s table)."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from contactbot.domain.attempts import AttemptState


class Disposition(StrEnum):
    """What came of an attempt; each has a row in the policy saying what it counts for."""

    OPTED_IN = "opted_in"
    DECLINED = "declined"
    CALL_BACK = "call_back"
    ASKED_FOR_PERSON = "asked_for_person"
    DO_NOT_RING = "do_not_ring"
    STOPPED = "stopped"
    NOT_ALONE = "not_alone"
    THIRD_PARTY_ANSWERED = "third_party_answered"  # somebody else has the telephone
    WRONG_CODE = "wrong_code"
    NO_CODE_KNOWN = "no_code_known"
    ANSWERED_NO_KEY = "answered_no_key"
    VOICEMAIL_LEFT = "voicemail_left"  # by hand only, where the person said yes to it
    HUNG_UP_BEFORE_IDENTITY = "hung_up_before_identity"
    HUNG_UP_AFTER_IDENTITY = "hung_up_after_identity"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"
    CANCELED = "canceled"
    OUTSIDE_HOURS = "outside_hours"
    WITHDRAWN = "withdrawn"
    ERROR = "error"
    NOT_PLACED = "not_placed"
    UNKNOWN = "unknown"
    LOST_STATUS = "lost_status"
    TEXT_DELIVERED = "text_delivered"
    TEXT_SENT = "text_sent"  # the carrier has it and never said more
    TEXT_UNDELIVERED = "text_undelivered"
    TEXT_FAILED = "text_failed"
    TEXT_NOT_A_MOBILE = "text_not_a_mobile"
    TEXT_OPTED_OUT = "text_opted_out"


_BY_STATE: Final[Mapping[AttemptState, Disposition]] = MappingProxyType(
    {
        AttemptState.COMPLETED: Disposition.ANSWERED_NO_KEY,
        AttemptState.NO_ANSWER: Disposition.NO_ANSWER,
        AttemptState.BUSY: Disposition.BUSY,
        AttemptState.FAILED: Disposition.FAILED,
        AttemptState.CANCELED: Disposition.CANCELED,
        AttemptState.NOT_PLACED: Disposition.NOT_PLACED,
        AttemptState.UNKNOWN: Disposition.UNKNOWN,
        AttemptState.LOST_STATUS: Disposition.LOST_STATUS,
    }
)
# What the person did on the line outlives whatever the provider says of the line afterwards.
_BY_ENDING: Final[Mapping[str, Disposition]] = MappingProxyType(
    {str(disposition): disposition for disposition in Disposition}
    | {
        "no_key": Disposition.ANSWERED_NO_KEY,
        "no_key_twice": Disposition.HUNG_UP_BEFORE_IDENTITY,
        "goodbye": Disposition.ANSWERED_NO_KEY,
    }
)


def disposition_of(state: AttemptState, ending: str | None) -> Disposition:
    """The disposition of an ended attempt: by how the talk ended, else by the call's own state.

    An ending nobody knows is `error`, which a person looks at; a completed call in which nothing
    was recorded is one that was answered without a key, and a call that has not ended is `unknown`.
    """
    if ending is not None:
        return _BY_ENDING.get(ending, Disposition.ERROR)
    return _BY_STATE.get(state, Disposition.UNKNOWN)
