"""Somebody rings our number: neutral words, and the only effect there can be is more safety."""

import re

from contactbot.operations.deps import Outreach
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.events import DoNotRingAgain
from contactbot.scripting.model import Script
from contactbot.scripting.session import CallFacts, Session, Turn

# A ring-back proves nobody's identity and confirms nothing, so the script knows nobody's code.
NOBODY = CallFacts()
DIALLABLE = re.compile(r"\+[1-9][0-9]{6,14}")


def ring_back_begins(script: Script) -> Turn:
    """The neutral opener; nothing about the caller is looked up."""
    return begin(script, NOBODY)


def ring_back_goes_on(
    world: Outreach, script: Script, session: Session, keys: str, number: str
) -> Turn:
    """The next words; `number` (E.164, as the provider shows it) is only ever suppressed."""
    turn = advance(script, session, keys, NOBODY)
    if any(isinstance(event, DoNotRingAgain) for event in turn.events):
        _never_ring(world, number)
    return turn


def _never_ring(world: Outreach, number: str) -> None:
    """Suppress the number, and stop what is planned or ringing for the persons it belongs to.

    A caller's number can be forged and a phone can be in the wrong hands, so the persons
    themselves are held for a supervisor, not written off. A withheld number is nobody's.
    """
    with world.store.begin() as transaction:
        if not DIALLABLE.fullmatch(number):
            transaction.count("ring_back_without_number")
            return
        indexes, persons = transaction.persons_with_number(number)
        for index in indexes:
            transaction.suppress(
                person_id=None, number_index=index, reason="opted_out", by="ring_back"
            )
        for person_id in persons:
            transaction.hold(person_id, None, "opted_out_by_ring_back", "ring_back")
            transaction.ask_cancel(person_id, "opted_out_by_ring_back")
            transaction.audit("ring_back", "person_number_suppressed", person_id)
