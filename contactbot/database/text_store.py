"""The store of attempts by text: the same protocol and promises as for calls, another pace."""

from uuid import UUID

from sqlalchemy import text

from contactbot.database.outreach_store import DatabaseOutreachStore
from contactbot.ports.outreach import Slots

_HAVE_PACE = text("""
    INSERT INTO pacing (name, next_at_real) VALUES (:pace, clock_timestamp())
    ON CONFLICT DO NOTHING
""")
# Bodies of texts that are over; one the provider could not empty is tried again each time.
_TO_ERASE = text("""
    SELECT a.id, a.provider_id FROM sent_texts s JOIN attempts a ON a.id = s.attempt_id
     WHERE s.body_erased_at_real IS NULL AND a.ended_at IS NOT NULL AND a.provider_id IS NOT NULL
     ORDER BY a.ended_at LIMIT 100
""")
_ERASED = text("""
    UPDATE sent_texts SET body_erased_at_real = clock_timestamp() WHERE attempt_id = :id
""")


class DatabaseTextStore(DatabaseOutreachStore):
    """Keeps the promises of contactbot.ports.texting on PostgreSQL."""

    CHANNEL = "text"
    PACE = "texts"

    def take_slots(self, wanted: int, per_second: float, max_in_flight: int) -> Slots:
        """So many texts at most may be sent now, at the pace of all workers together."""
        self._touch(_HAVE_PACE, pace=self.PACE)
        return super().take_slots(wanted, per_second, max_in_flight)

    def bodies_to_erase(self) -> list[tuple[UUID, str]]:
        """Ended attempts whose body the provider still holds."""
        return [(row["id"], row["provider_id"]) for row in self._read(_TO_ERASE)]

    def body_erased(self, attempt_id: UUID) -> None:
        """The provider holds the body no more."""
        self._touch(_ERASED, id=attempt_id)
