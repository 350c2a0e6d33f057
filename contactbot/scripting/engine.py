"""What a key means at each kind of step, by the reveal ladder and the keypad conventions."""

from collections.abc import Mapping

from contactbot.scripting.errors import CallOver, ScriptChanged
from contactbot.scripting.events import (
    Answered,
    CallBackAsked,
    ConsentAnswered,
    IdentityFailed,
    IdentityProved,
    LanguageChosen,
    NeedTold,
    NotAlone,
    PrivacyConfirmed,
)
from contactbot.scripting.model import (
    QUESTIONS,
    Consent,
    Ending,
    Identity,
    Language,
    Need,
    Opener,
    Privacy,
    Script,
    TimeSlot,
    YesNo,
)
from contactbot.scripting.session import CallFacts, Session, Turn, Waiting
from contactbot.scripting.talk import CODE_DIGITS, FOUR_KEYS, Talk

STAR = "*"
STOP = "0"
PERSON = "#"
WRONG_CODES_ALLOWED = 1
LANGUAGES: Mapping[str, Language] = {"1": Language.WELSH, "2": Language.ENGLISH}
YES_OR_NO: Mapping[str, bool] = {"1": True, "2": False}
# What may follow `*` at a question without leaving it open.
SKIPS: Mapping[str, str] = {"8": "dont_know", "9": "rather_not_say"}
STAR_ENDINGS: Mapping[str, Ending] = {"7": Ending.ASKED_FOR_PERSON, "0": Ending.STOPPED}


def begin(script: Script, facts: CallFacts) -> Turn:
    """The first turn of a call: the script's first step. Pure; the same every time."""
    talk = Talk(script, facts, Session(script_hash=script.hash, step=script.first.id))
    talk.ask()
    return talk.turn()


def advance(script: Script, session: Session, keys: str, facts: CallFacts) -> Turn:
    """The turn after `keys` ("" = nothing was pressed in time). Pure and deterministic.

    Raises CallOver if the session has ended, ScriptChanged if it belongs to another text of the
    script, DisclosureBeforeProof rather than disclose before identity and privacy (I7).
    """
    if session.ending:
        raise CallOver(session.ending.value)
    if session.script_hash != script.hash:
        raise ScriptChanged(script.name)
    talk = Talk(script, facts, session)
    match session.waiting:
        case Waiting.ANSWER:
            _hear(talk, keys)
        case Waiting.STAR:
            _hear_star(talk, keys)
        case Waiting.STOP_CHECK:
            talk.end(Ending.DO_NOT_RING) if keys == STOP else talk.missed()
    return talk.turn()


def _hear(talk: Talk, keys: str) -> None:
    match talk.step:
        case Opener() as opener:
            _hear_opener(talk, opener, keys)
        case Identity() as identity:
            _hear_identity(talk, identity, keys)
        case Privacy() as privacy:
            _hear_privacy(talk, privacy, keys)
        case YesNo() | Need() | TimeSlot() if keys[:1] == STAR:
            _hear_star(talk, keys[1:]) if keys[1:] else talk.offer_star_menu()
        case YesNo() as question:
            _hear_yes_no(talk, question, keys)
        case Need() as need:
            _hear_need(talk, need, keys)
        case TimeSlot() as offer:
            _hear_slot(talk, offer, keys)
        case _:
            talk.ask()  # a step that waits for no key is never waited at


def _hear_opener(talk: Talk, opener: Opener, keys: str) -> None:
    if keys in LANGUAGES:
        language = LANGUAGES[keys]
        talk.change(language=language)
        talk.note(LanguageChosen(language.value))
        talk.go_to(opener.next)
    elif keys == STOP and opener.stop_check:
        talk.ask_stop_back()
    elif not keys and not talk.session.misses:
        talk.end(Ending.NO_KEY)  # a machine, or nobody: the opener is not said twice
    else:
        talk.missed()


def _hear_identity(talk: Talk, identity: Identity, keys: str) -> None:
    if keys.startswith(PERSON):
        talk.end(Ending.ASKED_FOR_PERSON)
    elif 0 < len(keys) < CODE_DIGITS and set(keys) == {STOP}:
        talk.ask_stop_back()
    elif len(keys) == CODE_DIGITS and keys.isascii() and keys.isdigit():
        _hear_code(talk, identity, keys)
    else:
        talk.missed()


def _hear_code(talk: Talk, identity: Identity, code: str) -> None:
    if not talk.facts.contact_codes:
        talk.end(Ending.NO_CODE_KNOWN)
    elif code in talk.facts.contact_codes:
        talk.change(identity_proved=True)
        talk.note(IdentityProved())
        talk.go_to(identity.next)
    elif talk.session.wrong_codes >= WRONG_CODES_ALLOWED:
        talk.note(IdentityFailed(final=True))
        talk.end(Ending.WRONG_CODE)
    else:
        talk.note(IdentityFailed(final=False))
        talk.change(wrong_codes=talk.session.wrong_codes + 1)
        talk.say_and_wait("wrong", FOUR_KEYS)


def _hear_privacy(talk: Talk, privacy: Privacy, keys: str) -> None:
    match YES_OR_NO.get(keys):
        case True:
            talk.change(privacy_confirmed=True)
            talk.note(PrivacyConfirmed())
            talk.go_to(privacy.next)
        case False:
            talk.note(NotAlone())
            talk.end(Ending.NOT_ALONE)
        case None:
            talk.missed()


def _hear_yes_no(talk: Talk, question: YesNo, keys: str) -> None:
    yes = YES_OR_NO.get(keys)
    if yes is None:
        talk.missed()
        return
    _note_answer(talk, "yes" if yes else "no")
    if isinstance(question, Consent):
        talk.note(
            ConsentAnswered(
                purpose=question.purpose,
                recipient=question.recipient,
                given=yes,
                message=question.read if talk.session.by_hand else question.say,
                context=talk.script.context(question.id, "read" if talk.session.by_hand else "say"),
                language=_language_of(talk),
            )
        )
    talk.go_to(question.yes if yes else question.no)


def _hear_need(talk: Talk, need: Need, keys: str) -> None:
    yes = YES_OR_NO.get(keys)
    if yes is None:
        talk.missed()
    else:
        _note_need(talk, need, "yes" if yes else "no")


def _note_need(talk: Talk, need: Need, answer: str) -> None:
    _note_answer(talk, answer)
    talk.note(NeedTold(need.area, answer, _language_of(talk)))
    talk.change(telling_needs=True)
    talk.go_to(need.next)


def _hear_slot(talk: Talk, offer: TimeSlot, keys: str) -> None:
    choices = {str(key): slot for key, slot in enumerate(talk.slots(), start=1)}
    if slot := choices.get(keys):
        _note_answer(talk, f"slot:{keys}")
        talk.note(CallBackAsked(slot.starts_at, slot.ends_at))
        talk.go_to(offer.chosen)
    elif keys == str(len(choices) + 1):
        _note_answer(talk, "none")
        talk.go_to(offer.otherwise)
    else:
        talk.missed()


def _hear_star(talk: Talk, keys: str) -> None:
    if keys == "1":
        talk.ask_again()
    elif keys in STAR_ENDINGS:
        talk.end(STAR_ENDINGS[keys])
    elif keys in SKIPS and isinstance(talk.step, QUESTIONS):
        _skip(talk, talk.step, SKIPS[keys])
    else:
        talk.missed()


def _skip(talk: Talk, question: YesNo | Need | TimeSlot, answer: str) -> None:
    if isinstance(question, Need):
        _note_need(talk, question, answer)
    else:
        _note_answer(talk, answer)
        talk.go_to(question.otherwise)


def _note_answer(talk: Talk, value: str) -> None:
    talk.note(Answered(talk.session.step, value, _language_of(talk)))


def _language_of(talk: Talk) -> str:
    # A question before the opener is refused by the check, so the language is known here.
    return talk.session.language.value if talk.session.language else ""
