"""The same script with a caller in between, who reads the words aloud and notes the answers."""

from dataclasses import replace
from typing import TypeVar

from contactbot.scripting.engine import SKIPS, STAR, YES_OR_NO, advance
from contactbot.scripting.errors import NotOffered
from contactbot.scripting.events import IdentityProved, LanguageChosen
from contactbot.scripting.model import (
    Consent,
    Identity,
    Language,
    Need,
    Opener,
    Privacy,
    Script,
    Step,
    TimeSlot,
    YesNo,
)
from contactbot.scripting.session import CallFacts, Session, Turn, Waiting
from contactbot.scripting.talk import ONE_KEY, Talk

Kind = TypeVar("Kind", bound=Step)
YES, NO = YES_OR_NO
DONT_KNOW, RATHER_NOT_SAY = (STAR + key for key in SKIPS)
ANSWERS = (YES, NO, DONT_KNOW, RATHER_NOT_SAY)


def begin_by_hand(script: Script, language: str, facts: CallFacts) -> Turn:
    """Rung 3, once a caller has shown who is there: `language` (`cy`, `en`) is what they chose.

    Raises NotOffered if the script has no rung 3.
    """
    privacy = _first(script, Privacy)
    if privacy is None:
        raise NotOffered(script.name)
    session = Session(
        script_hash=script.hash,
        step=privacy.id,
        language=Language(language),
        identity_proved=True,
        by_hand=True,
    )
    talk = Talk(script, facts, session)
    talk.note(LanguageChosen(language))
    talk.note(IdentityProved())
    talk.ask()
    return talk.turn()


def answers(script: Script, session: Session, facts: CallFacts) -> tuple[str, ...]:
    """The answers a caller may note at this step, as keys; () where there is nothing to answer."""
    match script.steps.get(session.step):
        case _ if session.ending:
            return ()
        case Privacy():
            return (YES,)  # whoever is not alone ends the call
        case YesNo() | Need():
            return ANSWERS
        case TimeSlot():
            times = len(Talk(script, facts, session).slots())
            return tuple(str(key) for key in range(1, times + 2))
        case _:
            return ()


def answer(script: Script, session: Session, keys: str, facts: CallFacts) -> Turn:
    """The turn after one of `answers`; any other raises NotOffered and counts as no miss."""
    if keys not in answers(script, session, facts):
        raise NotOffered(session.step)
    return advance(script, session, keys, facts)


def speak(script: Script, session: Session, language: str, facts: CallFacts) -> Turn:
    """Go on in another language from this very step; nothing else changes."""
    talk = Talk(script, facts, replace(session, language=Language(language)))
    talk.note(LanguageChosen(language))
    return talk.turn()


def ask_once_more(script: Script, session: Session, step: str, facts: CallFacts) -> Turn:
    """Stand at a consent, a need or the time again: somebody has changed their mind.

    The newest answer counts. Raises NotOffered for any other step.
    """
    if not isinstance(script.steps.get(step), (Consent, Need, TimeSlot)):
        raise NotOffered(step)
    waiting = replace(session, step=step, waiting=Waiting.ANSWER, ending=None)
    talk = Talk(script, facts, waiting)
    talk.say_and_wait("say", ONE_KEY)
    return talk.turn()


def greeting(script: Script) -> tuple[str, str]:
    """Context and words with which a caller opens, in both languages; ("", "") if none."""
    opener = _first(script, Opener)
    return (script.context(opener.id, "read"), opener.read) if opener else ("", "")


def for_somebody_else(script: Script) -> tuple[str, str]:
    """Context and words for whoever else answers; ("", "") if there are none."""
    return _of_identity(script, "somebody_else")


def for_a_machine(script: Script) -> tuple[str, str]:
    """Context and words to leave on an answering machine; ("", "") if there are none."""
    return _of_identity(script, "machine")


def _of_identity(script: Script, key: str) -> tuple[str, str]:
    identity = _first(script, Identity)
    return (script.context(identity.id, key), getattr(identity, key)) if identity else ("", "")


def _first(script: Script, kind: type[Kind]) -> Kind | None:
    return next((step for step in script.steps.values() if isinstance(step, kind)), None)
