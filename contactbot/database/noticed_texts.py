"""Texts that wait for a person: the list without words, one opened, one taken care of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, text

from contactbot.database.act_records import ActRecords
from contactbot.database.crypto import PersonBox, SealBroken
from contactbot.ports.supervision import Act, TextTask, TextWords

_TASKS = """
    SELECT t.id, t.meaning, t.effect, t.at, t.read_at, t.settled_at,
           ARRAY(SELECT b.person_id FROM inbound_text_bodies b
                  WHERE b.inbound_text_id = t.id ORDER BY b.person_id) AS persons,
           ARRAY(SELECT r.reference FROM inbound_text_bodies b
                   JOIN referrals r ON r.person_id = b.person_id
                  WHERE b.inbound_text_id = t.id
                  ORDER BY r.referred_at DESC, r.reference LIMIT 5) AS refs
      FROM inbound_texts t
"""
_OPEN = text(f"{_TASKS} WHERE t.settled_at IS NULL ORDER BY t.at, t.id LIMIT 500")
_ONE = text(f"{_TASKS} WHERE t.id = :id")
_OF_PERSON = text(f"""
    {_TASKS} JOIN inbound_text_bodies mine ON mine.inbound_text_id = t.id
     WHERE mine.person_id = :person ORDER BY t.at DESC, t.id LIMIT 5
""")
_READ = text("""
    UPDATE inbound_texts SET read_at = :now, read_by = :by WHERE id = :id AND read_at IS NULL
""")
_SETTLE = text("UPDATE inbound_texts SET settled_at = :now WHERE id = :id AND settled_at IS NULL")
_BODIES = text("""
    SELECT b.id, b.person_id, b.body_sealed, p.key_wrapped
      FROM inbound_text_bodies b JOIN persons p ON p.id = b.person_id
     WHERE b.inbound_text_id = :id AND p.key_wrapped IS NOT NULL AND b.body_sealed IS NOT NULL
     ORDER BY b.person_id LIMIT 1
""")
_OWN = text("SELECT key_wrapped, sender_sealed, body_sealed FROM inbound_texts WHERE id = :id")


class NoticedTexts(ActRecords):
    """The part of a transaction that shows texts (promises: contactbot.ports.supervision)."""

    def open_texts(self) -> Sequence[TextTask]:
        """Texts that wait for a person, the oldest first."""
        return [_task(row) for row in self.connection.execute(_OPEN)]

    def text_task(self, text_id: UUID) -> TextTask | None:
        """One text, waiting or not."""
        row = self.connection.execute(_ONE, {"id": text_id}).one_or_none()
        return _task(row) if row else None

    def texts_of(self, person_id: UUID) -> Sequence[TextTask]:
        """The newest texts from the person's numbers."""
        return [_task(row) for row in self.connection.execute(_OF_PERSON, {"person": person_id})]

    def text_words(self, text_id: UUID, by: str) -> TextWords:
        """What it says; the first who reads it is kept as its reader."""
        self.connection.execute(_READ, {"id": text_id, "by": by, "now": self.instant.calendar})
        about = {"id": text_id}
        body = self.connection.execute(_BODIES, about).one_or_none()
        if body is not None:
            place = ("inbound_text_bodies", "body_sealed", body.id)
            return TextWords(_opened(self._box(body.key_wrapped), *place, body.body_sealed), None)
        own = self.connection.execute(_OWN, about).one()
        box = self._box(own.key_wrapped)
        return TextWords(
            _opened(box, "inbound_texts", "body_sealed", text_id, own.body_sealed),
            _opened(box, "inbound_texts", "sender_sealed", text_id, own.sender_sealed),
        )

    def settle_text(self, task: TextTask, note: str, by: str) -> bool:
        """A person has taken care of it; False if somebody had before."""
        about = {"id": task.id, "now": self.instant.calendar}
        if self.connection.execute(_SETTLE, about).rowcount != 1:
            return False
        body = self.connection.execute(_BODIES, {"id": task.id}).one_or_none()
        person = body.person_id if body else None
        wrapped = body or self.connection.execute(_OWN, {"id": task.id}).one()
        box = self._box(wrapped.key_wrapped)
        self.keep_act(Act.TEXT_SETTLED, task.id, person, box, note=note, by=by)
        return True

    def _box(self, wrapped: bytes | None) -> PersonBox | None:
        """The key, unless it has been destroyed."""
        return self.keyring.open_box(wrapped) if wrapped else None


def _opened(
    box: PersonBox | None, table: str, column: str, row_id: UUID, sealed: bytes | None
) -> str | None:
    if box is None or sealed is None:
        return None
    try:
        return box.open(table, column, row_id, sealed)
    except SealBroken:
        return None


def _task(row: Row[tuple[object, ...]]) -> TextTask:
    return TextTask(
        id=row.id,
        meaning=row.meaning,
        effect=row.effect,
        at=row.at,
        read_at=row.read_at,
        settled_at=row.settled_at,
        persons=tuple(row.persons),
        references=tuple(row.refs),
    )
