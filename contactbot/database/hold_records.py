"""Holds for supervisors: counted by kind, looked at one by one, lifted once."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, TextClause, text

from contactbot.database.act_records import ActRecords
from contactbot.database.crypto import PersonBox, SealBroken
from contactbot.database.event_records import STILL_TO_CONTACT
from contactbot.database.figures import SHOWN_DIGITS
from contactbot.ports.supervision import Act, Hold, HoldKind, NumberSeen

_KINDS = text("""
    SELECT reason, count(*) AS holds, min(placed_at) AS oldest_at
      FROM holds WHERE released_at IS NULL GROUP BY reason
""")
_HOLDS = """
    SELECT h.id, h.person_id, h.referral_id, h.reason, h.placed_at, h.placed_by, h.released_at,
           ARRAY(SELECT r.reference FROM referrals r
                  WHERE r.person_id = h.person_id
                    AND (h.referral_id IS NULL OR h.referral_id = r.id)
                  ORDER BY r.referred_at DESC, r.reference LIMIT 5) AS refs
      FROM holds h
"""
_OF_KIND = text(f"""
    {_HOLDS} WHERE h.reason = :reason AND h.released_at IS NULL
     ORDER BY h.placed_at, h.id LIMIT :most
""")
_OF_PERSONS = text(f"""
    {_HOLDS} WHERE h.person_id = ANY(:persons) AND h.released_at IS NULL
     ORDER BY h.placed_at, h.id LIMIT 50
""")
_ONE = text(f"{_HOLDS} WHERE h.id = :id")
_LIFT = text("""
    UPDATE holds SET released_at = :now, released_by = :by
     WHERE id = :id AND released_at IS NULL
""")
_NUMBERS = text("""
    SELECT n.id, n.number_sealed, n.number_index, n.usable, n.suspended_because,
           EXISTS (SELECT FROM suppressions s
                    WHERE s.number_index = n.number_index AND s.lifted_at IS NULL) AS stopped,
           ARRAY(SELECT r.reference FROM numbers o JOIN referrals r ON r.person_id = o.person_id
                  WHERE o.number_index = n.number_index AND o.person_id <> n.person_id AND o.usable
                  ORDER BY r.reference LIMIT 5) AS shared_with
      FROM numbers n WHERE n.person_id = :person ORDER BY n.position
""")
_SUSPEND = text("""
    UPDATE numbers SET suspended_because = coalesce(suspended_because, :why) WHERE id = ANY(:ids)
""")
_FREE = text("""
    UPDATE numbers SET suspended_because = NULL
     WHERE id = ANY(:ids) AND suspended_because = ANY(:reasons)
""")
_VOID = text("""
    UPDATE contact_profiles SET voided_at = :now, voided_because = :why
     WHERE person_id = :person AND voided_at IS NULL
       AND version = (SELECT max(version) FROM contact_profiles WHERE person_id = :person)
""")
# Whatever is due by itself already keeps its moment.
_STOPPED = text("""
    SELECT id FROM referrals
     WHERE person_id = :person
       AND (CAST(:referral AS uuid) IS NULL OR id = CAST(:referral AS uuid))
       AND state = ANY(:states) AND (state = 'held' OR due_at IS NULL)
     ORDER BY id
""")


class HoldRecords(ActRecords):
    """The part of a transaction that keeps holds (promises: contactbot.ports.supervision)."""

    def hold_kinds(self) -> Sequence[HoldKind]:
        """Open holds counted by kind."""
        return [HoldKind(row.reason, row.holds, row.oldest_at) for row in self._all(_KINDS)]

    def holds_of_kind(self, reason: str, most: int) -> Sequence[Hold]:
        """So many open holds of a kind, the oldest first."""
        return [_hold(row) for row in self._all(_OF_KIND, reason=reason, most=most)]

    def open_holds_of(self, persons: Sequence[UUID]) -> Sequence[Hold]:
        """All open holds of these persons."""
        return [_hold(row) for row in self._all(_OF_PERSONS, persons=list(persons))]

    def find_hold(self, hold_id: UUID) -> Hold | None:
        """One hold, open or lifted."""
        found = self._all(_ONE, id=hold_id)
        return _hold(found[0]) if found else None

    def lift(self, hold: Hold, note: str, by: str) -> bool:
        """End the hold; False if it was lifted before."""
        about = {"id": hold.id, "by": by, "now": self.instant.calendar}
        if self.connection.execute(_LIFT, about).rowcount != 1:
            return False
        box = self.box(hold.person_id)
        self.keep_act(Act.HOLD_LIFTED, hold.id, hold.person_id, box, note=note, by=by)
        return True

    def numbers_of(self, person_id: UUID) -> Sequence[NumberSeen]:
        """The person's numbers, in order."""
        rows = self._all(_NUMBERS, person=person_id)
        box = self.box(person_id) if rows else None
        return [
            NumberSeen(
                id=row.id,
                ends=_ends(box, row.id, row.number_sealed),
                usable=row.usable,
                suspended_because=row.suspended_because,
                stopped=row.stopped,
                shared_with=tuple(row.shared_with),
            )
            for row in rows
        ]

    def suspend_numbers(self, numbers: Sequence[UUID], because: str) -> None:
        """Ring these no more until a person has decided."""
        self.connection.execute(_SUSPEND, {"ids": list(numbers), "why": because})

    def free_numbers(self, numbers: Sequence[UUID], suspended_because: Sequence[str]) -> None:
        """Those suspended for these reasons may be rung again."""
        freed = {"ids": list(numbers), "reasons": list(suspended_because)}
        self.connection.execute(_FREE, freed)

    def void_profile(self, person_id: UUID, because: str) -> None:
        """What was confirmed as safe is so no more."""
        about = {"person": person_id, "why": because, "now": self.instant.calendar}
        self.connection.execute(_VOID, about)

    def stopped_referrals(self, hold: Hold) -> Sequence[UUID]:
        """Referrals that stand still because of this hold, or may."""
        about = {"person": hold.person_id, "referral": hold.referral_id}
        return [row.id for row in self._all(_STOPPED, states=STILL_TO_CONTACT, **about)]

    def _all(self, statement: TextClause, **values: object) -> Sequence[Row[tuple[object, ...]]]:
        return self.connection.execute(statement, values).all()


def _ends(box: PersonBox | None, number_id: UUID, sealed: bytes | None) -> str:
    """The last digits; blank where the number cannot be read."""
    if box is None or sealed is None:
        return ""
    try:
        return box.open("numbers", "number_sealed", number_id, sealed)[-SHOWN_DIGITS:]
    except SealBroken:
        return ""


def _hold(row: Row[tuple[object, ...]]) -> Hold:
    return Hold(
        id=row.id,
        person_id=row.person_id,
        referral_id=row.referral_id,
        reason=row.reason,
        placed_at=row.placed_at,
        placed_by=row.placed_by,
        lifted_at=row.released_at,
        references=tuple(row.refs),
    )
