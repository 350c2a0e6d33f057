"""Texts out of the blue: whoever writes, the only effect there can be is more safety.

A sender can be forged and a telephone can be in the wrong hands, so nothing is ever sent back.
"""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from contactbot.domain.reply_words import Effect, Reading, reading
from contactbot.operations.ring_backs import DIALLABLE
from contactbot.operations.text_aftermath import replan
from contactbot.operations.text_deps import Texts
from contactbot.ports.telephony import TelephonyError
from contactbot.ports.texting import InboundText, TextTransaction
from contactbot.scripting.reply_tables import ReplyTables
from contactbot.scripting.understanding import ABOUT_STOPPING, Question, understand

BY = "inbound_text"


def take_inbound_text(world: Texts, inbound: InboundText) -> None:
    """Keep the text, sealed, for a person to read, and do at once what makes contact safer.

    The same text delivered twice changes nothing.
    """
    read = read_uninvited(inbound.body, world.replies)
    with world.store.begin() as transaction:
        known = DIALLABLE.fullmatch(inbound.sender) is not None
        indexes, persons = transaction.persons_with_number(inbound.sender) if known else ((), ())
        text_id = transaction.keep_inbound(inbound, indexes, persons, read)
        if text_id is None:
            return
        transaction.audit(BY, "text_received", text_id, effect=str(read.effect))
        if read.effect is Effect.STOP:
            for index in indexes:
                transaction.suppress(person_id=None, number_index=index, reason="opted_out", by=BY)
        if read.effect is Effect.FLAG:
            return
        left = _make_safe(world, transaction, persons, read)
        if read.effect is Effect.STOP and not left:
            transaction.text_needs_nobody(text_id)


def read_uninvited(body: str, tables: ReplyTables) -> Reading:
    """What a text says to which no question was open, and what follows from it; total."""
    found = understand(body, Question.NONE_OPEN, "", tables)
    return reading(found.meaning, about_stopping=found.rule == ABOUT_STOPPING)


def collect_inbound_texts(world: Texts) -> int:
    """Take in what came while nobody could be told, and have the provider forget the words.

    A stop must not be lost because our door was shut when it came; how many were looked at.
    """
    try:
        waiting = world.provider.texts_to_us()
    except TelephonyError:
        return 0
    for inbound in waiting:
        take_inbound_text(world, inbound)
        with suppress(TelephonyError):
            world.provider.erase_body(inbound.provider_id)
    return len(waiting)


def _make_safe(
    world: Texts, transaction: TextTransaction, persons: Sequence[UUID], read: Reading
) -> int:
    """Stop what is planned, waiting and ringing for everybody with that number.

    How many of them are left to a supervisor.
    """
    left = 0
    for person_id in persons:
        # A stop from somebody in danger may be somebody else's: a supervisor decides.
        stopped = read.effect is Effect.STOP and not transaction.is_protected(person_id)
        if stopped:
            transaction.suppress(person_id=person_id, number_index=None, reason="opted_out", by=BY)
        else:
            transaction.hold(person_id, None, f"text_{read.meaning}", BY)
        transaction.ask_cancel(person_id, f"text_{read.meaning}")
        transaction.audit(BY, "person_made_safe", person_id, meaning=str(read.meaning))
        replan(world, transaction, person_id, held=not stopped)
        left += not stopped
    return left
