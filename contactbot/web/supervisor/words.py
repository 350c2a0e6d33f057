"""The words of supervisors’ pages: why a case is held, what lifting means, what a text says."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from babel.dates import format_timedelta

from contactbot.domain.dispositions import Disposition
from contactbot.domain.holds import Choice
from contactbot.domain.intake import HoldReason
from contactbot.domain.reply_words import Meaning
from contactbot.domain.text_tasks import Done, Urgency
from contactbot.domain.wording import translatable
from contactbot.ports.supervision import Release
from contactbot.web.language import _, current_language

HOUR = timedelta(hours=1)
ANOTHER = translatable("Another reason")
HELD: Mapping[str, str] = MappingProxyType(
    {
        HoldReason.SHARED_NUMBER: translatable("Two people have this number"),
        HoldReason.SUSPECT_NUMBER: translatable("The number is, or nearly is, a suspect’s"),
        HoldReason.ALSO_SUSPECT: translatable("The person is also a suspect"),
        HoldReason.BUSINESS_WITHOUT_CONTACT: translatable("A business without a named contact"),
        HoldReason.IN_CUSTODY: translatable("The person is in custody"),
        HoldReason.CONTRADICTING_ROWS: translatable("The sources contradict each other"),
        "contacted_by_other_team": translatable("Another team has been in touch"),
        "not_alone_by_hand": translatable(
            "On a call by hand: not alone, or somebody else answered"
        ),
        Disposition.THIRD_PARTY_ANSWERED: translatable("On a call by hand: somebody else answered"),
        "second_call_seen": translatable("The provider reported a call that is not ours"),
        "case_unreadable": translatable("The case cannot be read"),
        "opted_out_by_ring_back": translatable("Somebody rang back and asked not to be rung"),
        Disposition.WRONG_CODE: translatable("Nobody could show who they are"),
        Disposition.ERROR: translatable("A call ended by a fault of ours"),
        Disposition.UNKNOWN: translatable("Nobody knows whether a call was made"),
        "second_text_seen": translatable("The provider reported a text that is not ours"),
        "text_emergency": translatable("A text says that there is danger now"),
        "text_distress": translatable("A text says that somebody needs a person soon"),
        "text_not_safe": translatable("A text says that it is not safe to talk"),
        "text_third_party": translatable("A text came from somebody else"),
        "text_wrong_number": translatable("A text says that the number is wrong"),
        "text_optout": translatable("A text from a protected person says stop"),
        "text_unclear": translatable("A text may say stop, or may not"),
    }
)
# What must be known before each kind may be lifted.
ASKS: Mapping[str, str] = MappingProxyType(
    {
        HoldReason.SHARED_NUMBER: translatable(
            "Decide it for this person alone: may they be rung at the number the two share? The"
            " other person’s hold is decided by itself."
        ),
        HoldReason.SUSPECT_NUMBER: translatable(
            "Ask the officer whose number it is. If the suspect could pick it up or read its"
            " texts, it is wrong."
        ),
        HoldReason.ALSO_SUSPECT: translatable(
            "The number stands as a suspect’s in another case. Ask the officers of both cases"
            " whether this person may be rung as a victim."
        ),
        HoldReason.BUSINESS_WITHOUT_CONTACT: translatable(
            "Lifting it means: whoever answers for the business may be spoken to."
        ),
        HoldReason.IN_CUSTODY: translatable(
            "Lifting it means: you know that the person is free, and may be rung."
        ),
        HoldReason.CONTRADICTING_ROWS: translatable(
            "One file told two different things about this case. Lifting it means: what is kept"
            " here has been checked with the source."
        ),
        "contacted_by_other_team": translatable(
            "Lifting it means: the other team knows, and a call from us is not one too many."
        ),
        "not_alone_by_hand": translatable(
            "The number was suspended in that call. Lifting it means: you know how the person can"
            " be reached safely, and at which number."
        ),
        Disposition.THIRD_PARTY_ANSWERED: translatable(
            "Somebody else has this telephone, and the number was suspended. Lifting it means: you"
            " know from the officer or the person how they can be reached safely."
        ),
        "second_call_seen": translatable(
            "The provider reported a second call for an order of ours. Lifting it means: somebody"
            " has found out where it came from."
        ),
        "second_text_seen": translatable(
            "The provider reported a second text for an order of ours. Lifting it means: somebody"
            " has found out where it came from."
        ),
        "case_unreadable": translatable(
            "Something kept about this case could not be read. It can be lifted once it can be"
            " read again."
        ),
        "opted_out_by_ring_back": translatable(
            "The number it came from is never rung or texted again, whatever you decide. Only the"
            " person can take a stop back."
        ),
        "text_optout": translatable(
            "The number it came from is never rung or texted again, whatever you decide. It may"
            " have been written under pressure; only the person can take a stop back."
        ),
        Disposition.WRONG_CODE: translatable(
            "Somebody keyed a wrong code twice, or could not show who they are. Lifting it means:"
            " you know from the officer or the source whose number it is."
        ),
        Disposition.ERROR: translatable(
            "Lifting it means: the fault has been looked at, and another call may be made."
        ),
        Disposition.UNKNOWN: translatable(
            "The person may have been rung without our knowing. Lifting it means: another call is"
            " acceptable even so."
        ),
        "text_wrong_number": translatable("Ask the officer or the source for the right number."),
        "text_unclear": translatable(
            "Read the text. If it means stop, it is the person’s wish, and the number is wrong."
        ),
    }
)
ASKS_SAFETY = translatable(
    "Read the text. Lifting it means: you know from the person, or from the police, that they are"
    " safe and how they can be reached."
)
CHOICES: Mapping[str, str] = MappingProxyType(
    {
        Choice.GO_ON: translatable("Nothing stands in the way any more"),
        Choice.NUMBER_RIGHT: translatable(
            "The number is right: the person’s own, and safe to reach them at"
        ),
        Choice.NUMBER_WRONG: translatable("The number is wrong or not safe: never ring it again"),
        Choice.STOP_STANDS: translatable(
            "It was the person’s own wish: nobody contacts them again"
        ),
        Choice.STOP_NOT_THEIRS: translatable(
            "Somebody else stopped us: another of their numbers may be used, never that one"
        ),
    }
)
CAREFUL = translatable(
    "After it the machine does not ring this person by itself, and a caller only once a supervisor"
    " has released them, until their contact details have been confirmed anew."
)
AS_ANY = translatable(
    "After it the case is planned like any other, and the rules decide again before each call."
    " Nobody is rung by what you save here."
)
UNREADABLE = translatable(
    "This hold must not be lifted by hand: something kept about the case cannot be read. It needs"
    " whoever looks after the machines."
)
NOT_BY_HAND = translatable("This hold must not be lifted by hand.")
MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        Meaning.EMERGENCY: translatable("Danger now"),
        Meaning.NOT_SAFE: translatable("Not safe to talk"),
        Meaning.DISTRESS: translatable("Somebody needs a person soon"),
        Meaning.THIRD_PARTY: translatable("From somebody else"),
        Meaning.OPTOUT: translatable("Stop, from a protected person"),
        Meaning.WRONG_NUMBER: translatable("The number is wrong"),
        Meaning.CALLBACK: translatable("Asks for another time"),
        Meaning.COMPLAINT: translatable("A complaint"),
        Meaning.UNCLEAR: translatable("Not clear"),
        Meaning.HELP: translatable("Asks what this is"),
        Meaning.WHO_IS_THIS: translatable("Asks who we are"),
        Meaning.OPTIN: translatable("Yes, or start"),
    }
)
URGENT: Mapping[Urgency, str] = MappingProxyType(
    {
        Urgency.NOW: translatable("Now"),
        Urgency.SOON: translatable("Soon"),
        Urgency.LATER: translatable("When there is time"),
    }
)
DONE: Mapping[Done, str] = MappingProxyType(
    {
        Done.NUMBER_STOPPED: translatable("The number is never rung or texted again."),
        Done.ALL_HELD: translatable("Everything planned was stopped, and is held."),
        Done.NOBODY_KNOWN: translatable("Nobody here has the number, so nobody could be held."),
        Done.NOTHING: translatable("Nothing was changed."),
    }
)
RECORD_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "attempt": translatable("Attempt"),
        "consent": translatable("Consent"),
        "contact_profile": translatable("Contact profile"),
        "needs_assessment": translatable("Needs"),
        "referral_opt_in": translatable("Wants support"),
        "survey_marker": translatable("Survey"),
        "risk_concern": translatable("Concern about risk"),
        "status": translatable("State of the case"),
    }
)
NOT_AN_HOUR = translatable("less than an hour")
USED_UP = translatable("Used up by a call that was answered, {at}")
ENDED = translatable("Ended {at}")
HOLDS_UNTIL = translatable("Holds until {at}")


def asks_of(reason: str) -> str:
    """What must be known before this kind is lifted."""
    return ASKS.get(reason, ASKS_SAFETY)


def state_of(release: Release, now: datetime) -> tuple[str, datetime]:
    """What became of a release, in words, and when."""
    if release.used_up_at is not None:
        return USED_UP, release.used_up_at
    return (ENDED if release.until <= now else HOLDS_UNTIL), release.until


def age(since: datetime, now: datetime) -> str:
    """How long ago, in the language of the page, to the hour."""
    if now - since < HOUR:
        return _(NOT_AN_HOUR)
    return format_timedelta(now - since, granularity="hour", locale=current_language())
