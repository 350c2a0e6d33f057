"""The words of the caller’s page: endings with their effect, crimes, permissions, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contactbot.domain.by_hand import is_unsafe
from contactbot.domain.dispositions import Disposition
from contactbot.domain.needs import NeedAnswer
from contactbot.domain.policy_tables import DispositionRow
from contactbot.domain.referral import CrimeGroup
from contactbot.domain.wording import translatable
from contactbot.operations.callers_queue import Nobody
from contactbot.scripting.by_hand import DONT_KNOW, NO, RATHER_NOT_SAY, YES

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        Disposition.OPTED_IN: translatable("Wants support"),
        Disposition.CALL_BACK: translatable("Wants to be rung at the time that was booked"),
        Disposition.DECLINED: translatable("Does not want support"),
        Disposition.STOPPED: translatable("Wanted to stop"),
        Disposition.HUNG_UP_AFTER_IDENTITY: translatable("Hung up, or the line was lost"),
        Disposition.DO_NOT_RING: translatable("Asked not to be rung again"),
        Disposition.ASKED_FOR_PERSON: translatable("Not sure yet, or would like another call"),
        Disposition.NOT_ALONE: translatable("Not alone, or it is not safe to talk"),
        Disposition.THIRD_PARTY_ANSWERED: translatable("Somebody else answered"),
        Disposition.WRONG_CODE: translatable("Could not show who they are"),
        Disposition.ANSWERED_NO_KEY: translatable("A machine answered; no message was left"),
        Disposition.VOICEMAIL_LEFT: translatable("A machine answered; these words were left"),
        Disposition.HUNG_UP_BEFORE_IDENTITY: translatable("Hung up before saying who they are"),
        Disposition.NO_ANSWER: translatable("Nobody answered"),
        Disposition.BUSY: translatable("The line was engaged"),
        Disposition.FAILED: translatable("The number did not connect"),
    }
)
EFFECTS: Mapping[str, str] = MappingProxyType(
    {
        "retry": translatable("They will be tried again later."),
        "retry_other_day_part": translatable("They will be tried again at another time of day."),
        "retry_next_day": translatable("They will not be tried again today."),
        "caller": translatable("A caller will ring them again."),
        "hold": translatable("Nobody rings until a supervisor has decided."),
        "final": translatable("Nobody will ring about this again."),
    }
)
UNSAFE = translatable("The number is suspended at once, and a supervisor is told.")
PASSED_ON = translatable("The support team is told that they want support.")
NEVER = translatable("Nobody will ring, text or write to them or this number again.")
_OWN_EFFECT: Mapping[str, str] = MappingProxyType(
    {Disposition.OPTED_IN: PASSED_ON, Disposition.DO_NOT_RING: NEVER}
)
# The keys of the script’s engine, as a caller notes them.
ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        YES: translatable("They said yes"),
        NO: translatable("They said no"),
        DONT_KNOW: translatable("They do not know"),
        RATHER_NOT_SAY: translatable("They would rather not say"),
    }
)
ALONE = translatable("Yes, alone and able to listen")
NO_TIME = translatable("None of these times")
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        NeedAnswer.YES: translatable("Would like help"),
        NeedAnswer.NO: translatable("No help wanted"),
        NeedAnswer.DONT_KNOW: translatable("Did not know"),
        NeedAnswer.RATHER_NOT_SAY: translatable("Would rather not say"),
    }
)
AGREED: Mapping[str, str] = MappingProxyType(
    {
        "given": translatable("Would like support"),
        "refused": translatable("Does not want support"),
        "withdrawn": translatable("No longer wants support"),
    }
)
CHANNELS: Mapping[str, str] = MappingProxyType(
    {
        "voice": translatable("by keypad"),
        "caller": translatable("to a caller"),
    }
)
PERMISSIONS: Mapping[str, str] = MappingProxyType(
    {
        "yes": translatable("Yes"),
        "no": translatable("No"),
        "blank": translatable("Nobody has asked"),
    }
)
LANGUAGES: Mapping[str | None, str] = MappingProxyType(
    {
        "cy": translatable("Welsh"),
        "en": translatable("English"),
        None: translatable("Not known: ask"),
    }
)
NOBODY: Mapping[str, str] = MappingProxyType(
    {
        Nobody.OUTSIDE_HOURS: translatable("It is outside the hours in which people may be rung."),
        Nobody.NEEDS_WELSH: translatable(
            "The people who are due prefer Welsh, and nobody on this sign-in speaks it."
        ),
        Nobody.NOBODY_DUE: translatable("There is nobody left to ring at this moment."),
    }
)
TOLD: Mapping[str, str] = MappingProxyType(
    {
        **NOBODY,
        "put_back": translatable("The person was put back."),
        "saved": translatable("The call was saved."),
        "not_proved": translatable(
            "That did not show who they are. Ask once more, and offer no facts."
        ),
        "stale": translatable(
            "That was saved before, or the page was an old one. Nothing was changed."
        ),
        "not_now": translatable("That was not possible at this point. Nothing was changed."),
        "ended": translatable("The call has ended: it was not clear who was there."),
    }
)
CRIMES: Mapping[str, str] = MappingProxyType(
    {
        CrimeGroup.VIOLENCE: translatable("Violence"),
        CrimeGroup.CRIMINAL_DAMAGE_ARSON: translatable("Criminal damage or arson"),
        CrimeGroup.BURGLARY: translatable("Burglary"),
        CrimeGroup.DRUGS: translatable("Drugs"),
        CrimeGroup.MISC_SOCIETY: translatable("Other crimes against society"),
        CrimeGroup.WEAPONS: translatable("Weapons"),
        CrimeGroup.PUBLIC_ORDER: translatable("Public order"),
        CrimeGroup.ROBBERY: translatable("Robbery"),
        CrimeGroup.SEXUAL: translatable("Sexual crime"),
        CrimeGroup.THEFT: translatable("Theft"),
        CrimeGroup.ASB: translatable("Anti-social behaviour"),
        CrimeGroup.FRAUD: translatable("Fraud"),
        CrimeGroup.OTHER: translatable("Another crime"),
        CrimeGroup.UNKNOWN: translatable("Not known"),
    }
)


@dataclass(frozen=True, slots=True)
class Ending:
    """One ending to choose, and what will happen then, in English."""

    name: str
    words: str
    effects: tuple[str, ...]


def ending(row: DispositionRow) -> Ending:
    """The ending of one row of the policy."""
    unsafe = is_unsafe(Disposition(row.name))
    after = _OWN_EFFECT.get(row.name, EFFECTS["hold" if unsafe else row.next])
    return Ending(row.name, ENDINGS[row.name], (UNSAFE, after) if unsafe else (after,))
