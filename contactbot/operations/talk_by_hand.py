"""The talk of a call by hand: the script is read aloud, and each answer is noted once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contactbot.domain.appointments import slots_for_call_back
from contactbot.domain.by_hand import Stage, stage_of
from contactbot.operations.callers_queue import Calling
from contactbot.operations.hearing import Listener, record_events
from contactbot.ports.callers import CallerTransaction, Claim, Told
from contactbot.ports.outreach import Attempt
from contactbot.ports.staff import Member
from contactbot.ports.talks import KeptSession
from contactbot.scripting.by_hand import answer, answers, ask_once_more, begin_by_hand, speak
from contactbot.scripting.errors import NotOffered
from contactbot.scripting.events import PrivacyConfirmed
from contactbot.scripting.model import Ending, TimeSlot
from contactbot.scripting.session import CallFacts, Prompt, Session, Slot, Turn

GIVEN = "given"
SOURCE = CHANNEL = "caller"


class NotNow(Exception):
    """This step is not possible on this rung, or there is no person; nothing was changed."""


class Stale(NotNow):
    """The page that was sent shows another step than the one the call stands at."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stood when it was sent: the turn of the talk, and the step of the script."""

    turn: int
    step: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller reads aloud at this moment, and what may be noted.

    `answers` are the engine's keys; `slots` the times that keys 1, 2, 3 stand for where a time is
    chosen; `ending` is set once the script has come to its end.
    """

    place: Place
    language: str
    prompts: tuple[Prompt, ...]
    note: Prompt | None
    answers: tuple[str, ...]
    slots: tuple[tuple[datetime, datetime], ...]
    ending: Ending | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """The talk as it was kept: the session, the times to offer, what was last read aloud."""

    turn: int
    session: Session
    slots: tuple[Slot, ...]
    prompts: tuple[Prompt, ...]


def on_rung(transaction: CallerTransaction, member: Member, *stages: Stage) -> Claim:
    """The claim of this caller, if the call stands on one of these rungs; raises NotNow."""
    claim = transaction.claim_of(member.id)
    if claim is None or stage(claim) not in stages:
        raise NotNow
    return claim


def stage(claim: Claim) -> Stage:
    """The rung a call by hand has reached."""
    return stage_of(
        attempted=claim.attempt_id is not None, identity=claim.identity, private=claim.private
    )


def begin_talk(
    calling: Calling, transaction: CallerTransaction, claim: Claim, language: str, how: str
) -> None:
    """The person has shown who they are: the talk begins at the question whether they are alone."""
    attempt = _attempt(transaction, claim)
    times = slots_for_call_back(transaction.instant.calendar, calling.outreach.policy)
    slots = tuple(Slot(start.isoformat(), end.isoformat()) for start, end in times)
    facts = _facts(transaction.told(claim.referral_id), slots)
    spoken = begin_by_hand(calling.outreach.script, language, facts)
    listener = Listener(CHANNEL, SOURCE, CHANNEL, str(claim.user_id), how)
    record_events(calling.outreach, transaction, attempt, 0, spoken, listener)
    _keep(transaction, attempt, _Kept(0, spoken.session, slots, spoken.prompts))


def asked(calling: Calling, transaction: CallerTransaction, claim: Claim) -> Asked | None:
    """What is asked at this moment; None where the talk cannot go on with the script there is."""
    kept = _kept(calling, transaction, claim)
    if kept is None:
        return None
    script, session = calling.outreach.script, kept.session
    step = script.steps[session.step]
    context, language = script.context(step.id, "note"), str(session.language)
    facts = _facts(transaction.told(claim.referral_id), kept.slots)
    times = kept.slots if isinstance(step, TimeSlot) else ()
    return Asked(
        place=Place(kept.turn, step.id),
        language=language,
        prompts=kept.prompts,
        note=Prompt(context, step.note, language) if step.note else None,
        answers=answers(script, session, facts),
        slots=tuple(_interval(slot) for slot in times),
        ending=session.ending,
    )


def note_answer(calling: Calling, member: Member, place: Place, keys: str) -> None:
    """Note what the person answered; raises Stale if the page shows another step."""
    with calling.store.begin() as transaction:
        claim, kept, facts = _at(calling, transaction, member, place)
        spoken = _offered(answer, calling, kept.session, keys, facts)
        if claim.attempt_id and isinstance(_step_of(calling, place), TimeSlot):
            transaction.unbook(claim.attempt_id)
        _go_on(calling, transaction, claim, kept, spoken)
        if any(isinstance(event, PrivacyConfirmed) for event in spoken.events):
            transaction.change_claim(claim.id, private=True)
            transaction.audit(str(member.id), "person_private", claim.person_id)


def change_language(calling: Calling, member: Member, place: Place, language: str) -> None:
    """Go on in the other language: the same words, and every answer from now on."""
    with calling.store.begin() as transaction:
        claim, kept, facts = _at(calling, transaction, member, place)
        if language == kept.session.language:
            return
        spoken = speak(calling.outreach.script, kept.session, language, facts)
        said = tuple(
            Prompt(each.context, each.message, language, each.values, each.discloses)
            for each in kept.prompts
        )
        spoken = Turn(spoken.session, said, spoken.keys, spoken.events, spoken.ending)
        _go_on(calling, transaction, claim, kept, spoken)
        transaction.change_claim(claim.id, language=language)


def ask_again(calling: Calling, member: Member, place: Place, step: str) -> None:
    """Ask a consent, a need or the time once more: somebody has changed their mind."""
    with calling.store.begin() as transaction:
        claim, kept, facts = _at(calling, transaction, member, place)
        if stage(claim) is not Stage.CONTENT:
            raise NotNow
        spoken = _offered(ask_once_more, calling, kept.session, step, facts)
        _go_on(calling, transaction, claim, kept, spoken)


def _offered(ask: Any, calling: Calling, session: Session, wanted: str, facts: CallFacts) -> Turn:
    try:
        turn: Turn = ask(calling.outreach.script, session, wanted, facts)
    except NotOffered:
        raise NotNow from None
    return turn


def _at(
    calling: Calling, transaction: CallerTransaction, member: Member, place: Place
) -> tuple[Claim, _Kept, CallFacts]:
    """The talk, if it stands where the page stood."""
    claim = on_rung(transaction, member, Stage.PRIVACY, Stage.CONTENT)
    kept = _kept(calling, transaction, claim)
    if kept is None:
        raise NotNow
    if Place(kept.turn, kept.session.step) != place:
        raise Stale
    return claim, kept, _facts(transaction.told(claim.referral_id), kept.slots)


def _go_on(
    calling: Calling, transaction: CallerTransaction, claim: Claim, kept: _Kept, spoken: Turn
) -> None:
    """Record what this turn established, and keep where the talk stands now."""
    attempt, turn = _attempt(transaction, claim), kept.turn + 1
    listener = Listener(CHANNEL, SOURCE, CHANNEL, str(claim.user_id), claim.identity or "")
    record_events(calling.outreach, transaction, attempt, turn, spoken, listener)
    _keep(transaction, attempt, _Kept(turn, spoken.session, kept.slots, spoken.prompts))


def _keep(transaction: CallerTransaction, attempt: Attempt, kept: _Kept) -> None:
    state = {
        "script": kept.session.to_json(),
        "slots": [[slot.starts_at, slot.ends_at] for slot in kept.slots],
        "said": [_as_json(prompt) for prompt in kept.prompts],
    }
    words = "\n".join(prompt.context for prompt in kept.prompts)
    session = KeptSession(kept.turn, state, kept.session.script_hash)
    transaction.keep_session(attempt.id, session, words)


def _kept(calling: Calling, transaction: CallerTransaction, claim: Claim) -> _Kept | None:
    """The talk; None if there is none, or if it was begun with another text of the script."""
    found = transaction.session(claim.attempt_id) if claim.attempt_id else None
    if found is None or found.script_hash != calling.outreach.script.hash:
        return None
    session = Session.from_json(found.session["script"])
    return _Kept(
        turn=found.turn,
        session=session,
        slots=tuple(Slot(*times) for times in found.session["slots"]),
        prompts=tuple(_from_json(each, session) for each in found.session["said"]),
    )


def _as_json(prompt: Prompt) -> dict[str, Any]:
    return {
        "context": prompt.context,
        "message": prompt.message,
        "values": dict(prompt.values),
        "discloses": prompt.discloses,
    }


def _from_json(stored: Mapping[str, Any], session: Session) -> Prompt:
    return Prompt(language=str(session.language), **stored)


def _facts(told: Told, slots: tuple[Slot, ...]) -> CallFacts:
    """What need not be asked again. The code has been checked, so the talk does not know it."""
    return CallFacts(
        slots=slots,
        consents=frozenset(
            purpose for purpose, agreed in told.consents.items() if agreed.decision == GIVEN
        ),
        needs_told=frozenset(need.area for need in told.needs),
    )


def _attempt(transaction: CallerTransaction, claim: Claim) -> Attempt:
    attempt = transaction.attempt(claim.attempt_id) if claim.attempt_id else None
    if attempt is None:
        raise NotNow
    return attempt


def _step_of(calling: Calling, place: Place) -> object:
    return calling.outreach.script.steps.get(place.step)


def _interval(slot: Slot) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(slot.starts_at), datetime.fromisoformat(slot.ends_at)
