"""Needs in the database: every answer is kept, the newest of an area counts."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from contactbot.database.transaction import Transaction
from contactbot.domain.needs import NeedArea
from contactbot.ports.outreach import Attempt, ToldNeed

_NEED = """
    INSERT INTO needs (id, person_id, referral_id, attempt_id, area, answer_sealed, language,
                       channel, asked_by, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_NEWEST = """
    SELECT DISTINCT ON (area) area, id, person_id, answer_sealed, language, channel, asked_at
      FROM needs WHERE referral_id = $1 ORDER BY area, position DESC
"""
AREAS = list(NeedArea)


class NeedRecords(Transaction):
    """The part of a transaction that keeps needs (promises: contactbot.ports.outreach)."""

    def need(
        self, attempt: Attempt, area: str, answer: str, language: str, channel: str, by: str
    ) -> None:
        """Append an answer about one area, sealed."""
        row_id = uuid4()
        sealed = self.box(attempt.person_id).seal("needs", "answer_sealed", row_id, answer)
        about = (row_id, attempt.person_id, attempt.referral_id, attempt.id, area, sealed)
        self.write(_NEED, *about, language, channel, by, self.instant.calendar)

    def needs(self, referral_id: UUID) -> Sequence[ToldNeed]:
        """The newest answer about each area that was asked about, in the order of the areas."""
        found = self.ask(_NEWEST, referral_id)
        found.sort(key=lambda row: AREAS.index(NeedArea(row[0])))
        return [
            ToldNeed(
                area=area,
                answer=self.box(person_id).open("needs", "answer_sealed", row_id, sealed),
                language=language,
                channel=channel,
                asked_at=asked_at,
            )
            for area, row_id, person_id, sealed, language, channel, asked_at in found
        ]
