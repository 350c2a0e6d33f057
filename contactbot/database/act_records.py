"""What supervisors did: kept for good, the note sealed under the key of whom it is about."""

from uuid import UUID, uuid4

from sqlalchemy import insert

from contactbot.database.crypto import PersonBox
from contactbot.database.tables import supervisor_acts
from contactbot.database.transaction import Transaction

NOTE = ("supervisor_acts", "note_sealed")


class ActRecords(Transaction):
    """The part of a transaction that keeps acts (promises: contactbot.ports.supervision)."""

    def keep_act(
        self, act: str, subject: UUID, person_id: UUID | None, box: PersonBox | None, **why: str
    ) -> None:
        """Keep one act: `by` who did it, `note` in their words."""
        act_id = uuid4()
        sealed = box.seal(*NOTE, act_id, why["note"]) if box else None
        self.connection.execute(
            insert(supervisor_acts).values(
                id=act_id,
                act=act,
                subject_id=subject,
                person_id=person_id,
                made_by=why["by"],
                note_sealed=sealed,
                at=self.instant.calendar,
            )
        )
