"""The words of states, routes, outcomes and channels for people; codes are never shown."""

from collections.abc import Mapping
from types import MappingProxyType

from contactbot.domain.attempts import AttemptState
from contactbot.domain.dispositions import Disposition
from contactbot.domain.gate import Channel
from contactbot.domain.planning import Route
from contactbot.domain.reasons import Reason, describe
from contactbot.domain.referral import Language, ReferralState
from contactbot.domain.safety import Tier
from contactbot.domain.wording import translatable

STATES: Mapping[str, str] = MappingProxyType(
    {
        ReferralState.NEW: translatable("New"),
        ReferralState.AWAITING_CONTACT: translatable("Waiting for a first call"),
        ReferralState.ATTEMPTED: translatable("Tried, not reached yet"),
        ReferralState.CONTACTED: translatable("Contacted"),
        ReferralState.DECLINED: translatable("Declined support"),
        ReferralState.ONE_OFF: translatable("Helped once"),
        ReferralState.ONGOING: translatable("Being supported"),
        ReferralState.REFERRED_ON: translatable("Passed to another service"),
        ReferralState.NO_CONTACT: translatable("Could not be reached"),
        ReferralState.DISENGAGED: translatable("No longer in touch"),
        ReferralState.INELIGIBLE: translatable("Not for this service"),
        ReferralState.DUPLICATE: translatable("Already known"),
        ReferralState.HELD: translatable("Held until a person decides"),
        ReferralState.SUPPRESSED: translatable("Never to be contacted"),
        ReferralState.CLOSED: translatable("Closed"),
    }
)
ROUTES: Mapping[str, str] = MappingProxyType(
    {
        Route.AUTOMATIC: translatable("Machine"),
        Route.CALLER: translatable("Caller"),
        Route.NONE: translatable("Nobody"),
    }
)
TIERS: Mapping[str, str] = MappingProxyType(
    {
        Tier.STANDARD: translatable("Standard"),
        Tier.PROTECTED: translatable("Protected"),
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        Channel.CALL: translatable("Call"),
        Channel.TEXT: translatable("Text"),
        Channel.VOICEMAIL: translatable("Voicemail"),
    }
)
SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        Language.CY: translatable("Welsh"),
        Language.EN: translatable("English"),
    }
)
ATTEMPT_STATES: Mapping[str, str] = MappingProxyType(
    {
        AttemptState.PLACING: translatable("About to dial"),
        AttemptState.POSTING: translatable("Asking the network"),
        AttemptState.QUEUED: translatable("Waiting for a line"),
        AttemptState.INITIATED: translatable("Dialling"),
        AttemptState.RINGING: translatable("Ringing"),
        AttemptState.IN_PROGRESS: translatable("On the line"),
        AttemptState.COMPLETED: translatable("Ended"),
        AttemptState.NO_ANSWER: translatable("Not answered"),
        AttemptState.BUSY: translatable("Engaged"),
        AttemptState.FAILED: translatable("Failed"),
        AttemptState.CANCELED: translatable("Called off"),
        AttemptState.NOT_PLACED: translatable("Not made"),
        AttemptState.UNKNOWN: translatable("Not known"),
        AttemptState.LOST_STATUS: translatable("Ended, details lost"),
    }
)
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        Disposition.OPTED_IN: translatable("wants support"),
        Disposition.DECLINED: translatable("declined support"),
        Disposition.CALL_BACK: translatable("chose a time for a call"),
        Disposition.ASKED_FOR_PERSON: translatable("asked for a person to ring"),
        Disposition.DO_NOT_RING: translatable("asked never to be rung again"),
        Disposition.STOPPED: translatable("stopped the call"),
        Disposition.NOT_ALONE: translatable("was not alone"),
        Disposition.THIRD_PARTY_ANSWERED: translatable("somebody else answered"),
        Disposition.WRONG_CODE: translatable("keyed a wrong code"),
        Disposition.NO_CODE_KNOWN: translatable("could not prove who they are"),
        Disposition.ANSWERED_NO_KEY: translatable("answered, pressed nothing"),
        Disposition.VOICEMAIL_LEFT: translatable("neutral words left on a machine"),
        Disposition.HUNG_UP_BEFORE_IDENTITY: translatable("hung up before the code"),
        Disposition.HUNG_UP_AFTER_IDENTITY: translatable("hung up after the code"),
        Disposition.NO_ANSWER: translatable("nobody answered"),
        Disposition.BUSY: translatable("the line was engaged"),
        Disposition.FAILED: translatable("the number did not connect"),
        Disposition.CANCELED: translatable("taken back before an answer"),
        Disposition.OUTSIDE_HOURS: translatable("answered outside the safe hours"),
        Disposition.WITHDRAWN: translatable("no longer allowed; ended neutrally"),
        Disposition.ERROR: translatable("ended by a fault of ours"),
        Disposition.NOT_PLACED: translatable("never dialled"),
        Disposition.UNKNOWN: translatable("nobody knows; not tried again"),
        Disposition.LOST_STATUS: translatable("how it ended is not known"),
        Disposition.TEXT_DELIVERED: translatable("text delivered"),
        Disposition.TEXT_SENT: translatable("text sent, nothing more known"),
        Disposition.TEXT_UNDELIVERED: translatable("text not delivered"),
        Disposition.TEXT_FAILED: translatable("text failed"),
        Disposition.TEXT_NOT_A_MOBILE: translatable("not a mobile telephone"),
        Disposition.TEXT_OPTED_OUT: translatable("has stopped all texts"),
    }
)
OUTBOX: Mapping[str, str] = MappingProxyType(
    {
        "delivered": translatable("Delivered"),
        "pending": translatable("Waiting to be delivered"),
        "dead": translatable("Refused by the case store"),
    }
)
REASONS: Mapping[str, str] = MappingProxyType({reason: describe(reason) for reason in Reason})
