"""Turn what a call established into records: consents, answers, needs, appointments, refusals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import UUID

from contactbot.domain.attempts import TERMINAL
from contactbot.operations.deps import Outreach
from contactbot.operations.needs import tell_needs
from contactbot.ports.outreach import Attempt, ConsentRecord, OutreachTransaction
from contactbot.scripting.events import (
    Answered,
    CallBackAsked,
    ConsentAnswered,
    DoNotRingAgain,
    Finished,
    IdentityProved,
    LanguageChosen,
    NeedsEnded,
    NeedTold,
)
from contactbot.scripting.session import Prompt, Turn

# Endings that finish the interview; any other leaves it broken off, kept for another time.
COMPLETED_ENDINGS = frozenset({"opted_in", "declined", "call_back"})
# The consent that the first call asks for, and what a yes or a no to it settles by itself.
SUPPORT = "support_referral"
SETTLED = frozenset({"opted_in", "declined"})
# Endings that say only that the talk went no further.
LEFT_OFF = frozenset({"no_key_twice", "stopped"})


@dataclass(frozen=True, slots=True)
class Listener:
    """Who took the answers down: the telephone’s keys, or a caller.

    `channel` names it in our records and `source` where a wish was expressed; `told` is the word
    for it in the case store, `by` the one who acted, `identity` how it was proved who is there.
    """

    channel: str
    source: str
    told: str
    by: str
    identity: str


KEYPAD = Listener("voice", "keypad", "call", "keypad", "contact_code")


@dataclass(frozen=True, slots=True)
class _Hearing:
    world: Outreach
    transaction: OutreachTransaction
    attempt: Attempt
    turn: int
    spoken: Turn
    interview: UUID
    listener: Listener


def record_events(
    world: Outreach,
    transaction: OutreachTransaction,
    attempt: Attempt,
    turn: int,
    spoken: Turn,
    listener: Listener = KEYPAD,
) -> None:
    """Keep every event of one turn, in the transaction that keeps the turn."""
    if not spoken.events:
        return
    channel = listener.channel
    interview = transaction.begin_interview(attempt, world.script.hash, channel=channel)
    hearing = _Hearing(world, transaction, attempt, turn, spoken, interview, listener)
    for event in spoken.events:
        record = _RECORDERS.get(type(event))
        if record is not None:
            record(hearing, event)


def _language_chosen(hearing: _Hearing, event: LanguageChosen) -> None:
    hearing.transaction.note(hearing.attempt.id, language=event.language)
    if hearing.spoken.session.identity_proved:
        _wish_language(hearing, event.language)


def _identity_proved(hearing: _Hearing, event: IdentityProved) -> None:
    """Only now is the language pressed the victim's own wish, and not some other listener's."""
    del event
    _wish_language(hearing, _language(hearing))


def _wish_language(hearing: _Hearing, language: str | None) -> None:
    person, source = hearing.attempt.person_id, hearing.listener.source
    hearing.transaction.prefer_language(person, language, source)


def _answered(hearing: _Hearing, event: Answered) -> None:
    hearing.transaction.answer(
        hearing.interview,
        hearing.attempt.person_id,
        hearing.turn,
        event.step,
        event.value,
        event.language,
    )


def _need_told(hearing: _Hearing, event: NeedTold) -> None:
    listener = hearing.listener
    hearing.transaction.need(
        hearing.attempt, event.area, event.answer, event.language, listener.channel, listener.by
    )
    if hearing.attempt.state in TERMINAL and hearing.spoken.session.telling_needs:
        tell_needs(hearing.transaction, hearing.attempt)  # this key came late; no end may follow


def _needs_ended(hearing: _Hearing, event: NeedsEnded) -> None:
    """Tell the needs, unless the end of the call told them and this late key adds none."""
    del event
    news = any(isinstance(other, NeedTold) for other in hearing.spoken.events)
    if news or hearing.attempt.state not in TERMINAL:
        tell_needs(hearing.transaction, hearing.attempt)


def _consent_answered(hearing: _Hearing, event: ConsentAnswered) -> None:
    prompt = Prompt(event.context, event.message, event.language)
    wording = hearing.world.voice.heard(prompt)
    record = ConsentRecord(
        purpose=event.purpose,
        recipient=event.recipient,
        decision="given" if event.given else "refused",
        wording=wording,
        wording_hash=sha256(wording.encode()).hexdigest(),
        language=event.language,
        script_hash=hearing.spoken.session.script_hash,
        channel=hearing.listener.channel,
        identity=hearing.listener.identity,
        captured_by=hearing.listener.by,
    )
    transaction = hearing.transaction
    transaction.consent(hearing.attempt, record)
    if event.purpose == SUPPORT:
        # It stands, however the rest of the call goes.
        transaction.note(hearing.attempt.id, ending="opted_in" if event.given else "declined")
    body = _consent_body(record, hearing.listener)
    transaction.tell_of(hearing.attempt, "consent", body)
    if event.given:
        transaction.tell_of(hearing.attempt, "referral_opt_in", body)


def _consent_body(record: ConsentRecord, listener: Listener) -> Mapping[str, Any]:
    return {
        "purpose": record.purpose,
        "recipient": record.recipient,
        "decision": record.decision,
        "wording_hash": record.wording_hash,
        "language": record.language,
        "channel": listener.told,
        "identity": record.identity,
    }


def _call_back_asked(hearing: _Hearing, event: CallBackAsked) -> None:
    hearing.transaction.appoint(
        hearing.attempt,
        datetime.fromisoformat(event.starts_at),
        datetime.fromisoformat(event.ends_at),
        _language(hearing),
    )


def _do_not_ring_again(hearing: _Hearing, event: DoNotRingAgain) -> None:
    """Stops every channel at once, for this person and this number, whatever else is planned.

    Nobody has proved who they are at this rung, so the number itself is left in peace too.
    """
    del event
    never_again(hearing.transaction, hearing.attempt, hearing.listener.by)


def never_again(transaction: OutreachTransaction, attempt: Attempt, by: str) -> None:
    """Nobody may ever contact this person or this number again; what is under way is stopped."""
    person, number = attempt.person_id, attempt.number_index
    transaction.suppress(person_id=person, number_index=None, reason="opted_out", by=by)
    transaction.suppress(person_id=None, number_index=number, reason="opted_out", by=by)
    transaction.ask_cancel(person, "opted_out", but=attempt.id)
    transaction.audit(by, "person_opted_out", person)


def _finished(hearing: _Hearing, event: Finished) -> None:
    ending = str(event.ending)
    state = "completed" if ending in COMPLETED_ENDINGS else "broken_off"
    hearing.transaction.note(hearing.attempt.id, ending=_meaning(hearing, ending))
    hearing.transaction.end_interview(hearing.interview, state, ending, _language(hearing))


def _meaning(hearing: _Hearing, ending: str) -> str:
    """What the end of the talk means for the attempt.

    Whoever has said yes or no has said it. Whoever proved to be the victim and then fell silent may
    no longer be alone: a person goes on, not the machine.
    """
    settled = hearing.attempt.ending
    if ending in LEFT_OFF and settled in SETTLED:
        return str(settled)
    silent = ending == "no_key_twice" and hearing.spoken.session.identity_proved
    return "hung_up_after_identity" if silent else ending


def _language(hearing: _Hearing) -> str | None:
    chosen = hearing.spoken.session.language
    return None if chosen is None else str(chosen)


_RECORDERS: Mapping[type, Callable[[_Hearing, Any], None]] = MappingProxyType(
    {
        LanguageChosen: _language_chosen,
        IdentityProved: _identity_proved,
        Answered: _answered,
        NeedTold: _need_told,
        NeedsEnded: _needs_ended,
        ConsentAnswered: _consent_answered,
        CallBackAsked: _call_back_asked,
        DoNotRingAgain: _do_not_ring_again,
        Finished: _finished,
    }
)
