"""Texts out of the blue, opened and taken care of by a supervisor; nothing is ever sent back."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contactbot.domain.text_tasks import Done, done_about
from contactbot.operations.supervision import DecidedAlready, Refused, Supervision, noted
from contactbot.ports.staff import Member
from contactbot.ports.supervision import Hold, TextTask, TextWords


@dataclass(frozen=True, slots=True)
class OpenedText:
    """A text with its words, what was done by itself, and the holds on those with the number."""

    task: TextTask
    words: TextWords
    done: tuple[Done, ...]
    holds: Sequence[Hold]


def open_text(supervision: Supervision, member: Member, text_id: UUID) -> OpenedText | None:
    """Show the words; that they were read, and of whom, is kept in the same transaction."""
    by = str(member.id)
    with supervision.store.begin() as transaction:
        task = transaction.text_task(text_id)
        if task is None:
            return None
        transaction.audit(by, "text_read", text_id)
        for person_id in task.persons:
            transaction.audit(by, "person_text_read", person_id, text=str(text_id))
        return OpenedText(
            task=task,
            words=transaction.text_words(text_id, by),
            done=done_about(task.effect, known=bool(task.persons)),
            holds=transaction.open_holds_of(task.persons),
        )


def settle_text(supervision: Supervision, member: Member, text_id: UUID, note: str) -> None:
    """The text has been taken care of, in whatever way the note says; holds stay as they are.

    Raises `Refused` without a note, `DecidedAlready` where somebody had done so before.
    """
    note, by = noted(note), str(member.id)
    with supervision.store.begin() as transaction:
        task = transaction.text_task(text_id)
        if task is None:
            raise Refused
        if not transaction.settle_text(task, note, by):
            raise DecidedAlready
        transaction.audit(by, "text_settled", text_id)
