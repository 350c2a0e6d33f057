"""Events of the case store in the database: each takes effect once, under its person's lock."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Engine, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.case_records import CaseRecords
from contactbot.database.crypto import Keyring
from contactbot.database.tables import (
    contact_profiles,
    inbox_events,
    numbers,
    persons,
    referrals,
    suppressions,
)
from contactbot.domain.intake import HoldReason, is_near_any
from contactbot.domain.phone import PhoneNumber
from contactbot.domain.referral import STATE_GROUPS, CaseState, StateGroup
from contactbot.domain.safety import Tier
from contactbot.ports.casestore import InboundEvent
from contactbot.ports.event_records import Classification, EventFailed, Subject
from contactbot.ports.intake_records import Stop

_log = logging.getLogger("contactbot.casestore")

# An event without effect when it came is received again: its case may be known by now.
WITHOUT_EFFECT = ("unknown_case", "unknown_type")
STILL_TO_CONTACT = [
    str(state)
    for state, group in STATE_GROUPS.items()
    if group in {StateGroup.WAITING, StateGroup.HELD}
]
_ORPHANS = text("""
    SELECT e.id, e.type, e.source_system, e.case_reference, e.occurred_at
      FROM inbox_events e
      JOIN referrals r ON r.source_system = e.source_system AND r.reference = e.case_reference
     WHERE e.result = 'unknown_case'
     ORDER BY e.received_at, e.id
""")


class EventChanges(CaseRecords):
    """One event's transaction (promises: contactbot.ports.event_records)."""

    def receive(self, event: InboundEvent) -> bool:
        """Note that it arrived; False if it had its effect before."""
        row = {
            "id": key_of(event),
            "type": event.type,
            "source_system": event.source_system,
            "case_reference": event.case_reference,
            "result": "received",
            "occurred_at": event.occurred_at,
            "received_at": self.instant.calendar,
        }
        received = self.connection.execute(
            upsert(inbox_events)
            .values(row)
            .on_conflict_do_update(
                index_elements=["id"],
                set_={"result": "received"},
                where=inbox_events.c.result.in_(WITHOUT_EFFECT),
            )
            .returning(inbox_events.c.id)
        )
        return received.one_or_none() is not None

    def finish(self, event: InboundEvent, result: str) -> None:
        """Keep what came of it."""
        this = inbox_events.c.id == key_of(event)
        self.connection.execute(update(inbox_events).where(this).values(result=result))

    def find(self, event: InboundEvent) -> Subject | None:
        """The case and its person, locked; a case that moves to another person is found there."""
        case = select(referrals.c.id, referrals.c.person_id).where(
            referrals.c.source_system == event.source_system,
            referrals.c.reference == event.case_reference,
        )
        row = self.connection.execute(case).one_or_none()
        while row is not None:
            self.lock_person(row.person_id)
            again = self.connection.execute(case).one_or_none()
            if again == row:
                return Subject(row.id, row.person_id)
            row = again
        return None

    def referrals_of(self, person_id: UUID) -> Sequence[UUID]:
        """The person's cases in which contact is still to come."""
        mine = select(referrals.c.id).where(
            referrals.c.person_id == person_id, referrals.c.state.in_(STILL_TO_CONTACT)
        )
        return self.connection.execute(mine.order_by(referrals.c.id)).scalars().all()

    def classification(self, referral_id: UUID) -> Classification:
        """How the case is classified now."""
        row = self.connection.execute(
            select(referrals, persons.c.date_of_birth_sealed)
            .join(persons, persons.c.id == referrals.c.person_id)
            .where(referrals.c.id == referral_id)
        ).one()
        return Classification(
            flags=frozenset(row.flags),
            flags_assessed=row.flags_assessed,
            unknown_flags=tuple(row.unknown_flags),
            crime_group=row.crime_group,
            risk=row.risk,
            offender_known=row.offender_known,
            birth_date=self._birth_date(row.person_id, row.date_of_birth_sealed),
        )

    def reclassify(self, referral_id: UUID, now: Classification) -> None:
        """Replace the classification; the tier stays."""
        self._set(
            referral_id,
            flags=sorted(now.flags),
            flags_assessed=now.flags_assessed,
            unknown_flags=list(now.unknown_flags),
            crime_group=now.crime_group,
            risk=now.risk,
            offender_known=now.offender_known,
        )

    def protect(self, person_id: UUID, because: Sequence[str]) -> None:
        """Make every referral of the person a protected one; those that were keep their reasons."""
        self.connection.execute(
            update(referrals)
            .where(referrals.c.person_id == person_id, referrals.c.tier != Tier.PROTECTED)
            .values(
                tier=Tier.PROTECTED,
                tier_because=list(because),
                enhanced=True,
                updated_at=self.instant.calendar,
            )
        )

    def void_confirmation(self, person_id: UUID, because: str) -> None:
        """The newest contact profile no longer holds."""
        newest = (
            select(func.max(contact_profiles.c.version))
            .where(contact_profiles.c.person_id == person_id)
            .scalar_subquery()
        )
        self.connection.execute(
            update(contact_profiles)
            .where(
                contact_profiles.c.person_id == person_id,
                contact_profiles.c.version == newest,
                contact_profiles.c.voided_at.is_(None),
            )
            .values(voided_at=self.instant.calendar, voided_because=because)
        )

    def withhold(self, referral_id: UUID, reasons: Sequence[str]) -> None:
        """Nothing automatic any more."""
        route = func.replace(referrals.c.route, "automatic", "caller")
        self._set(referral_id, route=route, due_at=None, withheld_because=list(reasons))

    def close(self, referral_id: UUID, state: str, because: str) -> None:
        """The referral stands at `state` now."""
        self._set(referral_id, state=state, state_because=because, route="none", due_at=None)

    def note_case_state(self, referral_id: UUID, state: CaseState) -> None:
        """How far the case has come."""
        self._set(referral_id, case_state=state)

    def mark_deceased(self, person_id: UUID) -> None:
        """The person has died."""
        this = persons.c.id == person_id
        self.connection.execute(update(persons).where(this).values(deceased=True))

    def replace_numbers(self, person_id: UUID, number: PhoneNumber | None, as_given: str) -> None:
        """Suspend every number of the person, and add the new one."""
        theirs = numbers.c.person_id == person_id
        self.connection.execute(
            update(numbers).where(theirs).values(suspended_because="number_changed")
        )
        if number is not None:
            self._add_number(person_id, number, as_given)

    def stops_at(self, person_id: UUID, number: PhoneNumber) -> Sequence[Stop]:
        """Who must be held because the number may reach somebody else."""
        indexes = self.keyring.blind_all("number", number.e164)
        sharing = self.connection.execute(
            select(numbers.c.person_id)
            .where(numbers.c.number_index.in_(indexes), numbers.c.person_id != person_id)
            .distinct()
        ).scalars()
        others = [Stop(other, HoldReason.SHARED_NUMBER) for other in sharing]
        stops = [*others, *([Stop(person_id, HoldReason.SHARED_NUMBER)] if others else [])]
        suspect = select(referrals.c.id).where(referrals.c.suspect_index.in_(indexes)).limit(1)
        near = is_near_any([number.e164], self._suspects_of(person_id))
        if near or self.connection.execute(suspect).one_or_none():
            stops.append(Stop(person_id, HoldReason.SUSPECT_NUMBER))
        return stops

    def suppress_for(self, person_id: UUID, reason: str, programme: str | None) -> None:
        """Never contact for this programme, or for any."""
        row = {
            "id": uuid4(),
            "person_id": person_id,
            "reason": reason,
            "programme": programme,
            "since": self.instant.calendar,
            "set_by": "case_store",
        }
        self.connection.execute(upsert(suppressions).values(row).on_conflict_do_nothing())

    def _set(self, referral_id: UUID, **values: object) -> None:
        this = referrals.c.id == referral_id
        at = self.instant.calendar
        self.connection.execute(update(referrals).where(this).values(updated_at=at, **values))

    def _birth_date(self, person_id: UUID, sealed: bytes | None) -> date | None:
        if sealed is None:
            return None
        box = self.box(person_id)
        return date.fromisoformat(box.open("persons", "date_of_birth_sealed", person_id, sealed))

    def _suspects_of(self, person_id: UUID) -> list[str]:
        sealed = self.connection.execute(
            select(referrals.c.id, referrals.c.suspect_number_sealed).where(
                referrals.c.person_id == person_id, referrals.c.suspect_number_sealed.is_not(None)
            )
        ).all()
        box = self.box(person_id)
        return [box.open("referrals", "suspect_number_sealed", *row) for row in sealed]

    def _add_number(self, person_id: UUID, number: PhoneNumber, as_given: str) -> None:
        box, number_id = self.box(person_id), uuid4()
        last = select(func.coalesce(func.max(numbers.c.position), 0)).where(
            numbers.c.person_id == person_id
        )
        self.connection.execute(
            upsert(numbers)
            .values(
                id=number_id,
                person_id=person_id,
                position=last.scalar_subquery() + 1,
                number_sealed=box.seal("numbers", "number_sealed", number_id, number.e164),
                as_given_sealed=box.seal("numbers", "as_given_sealed", number_id, as_given),
                number_index=self.keyring.blind("number", number.e164),
                kind=number.kind,
                added_at=self.instant.calendar,
            )
            .on_conflict_do_update(
                index_elements=["person_id", "number_index"],
                set_={"usable": True, "suspended_because": None},
            )
        )


class DatabaseEvents:
    """The `EventRecords` port."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def begin(self) -> Iterator[EventChanges]:
        """Committed at the end of the block; `EventFailed`, and no effect, on any error in it."""
        try:
            with self._engine.begin() as connection:
                yield EventChanges(connection, self._keyring)
        except Exception as fault:  # noqa: BLE001 - one event must not keep the others from us
            _log.warning("event_without_effect", extra={"kind": type(fault).__name__})
            raise EventFailed(type(fault).__name__) from None

    def orphans(self) -> Sequence[InboundEvent]:
        """Events whose case is known now and was not when they came."""
        with self._engine.connect() as connection:
            rows = connection.execute(_ORPHANS).all()
        return [
            InboundEvent(
                id=row.id.removeprefix(f"{row.source_system}/"),
                type=row.type,
                source_system=row.source_system,
                case_reference=row.case_reference,
                occurred_at=row.occurred_at,
                body={},
            )
            for row in rows
        ]


def key_of(event: InboundEvent) -> str:
    """What an event is remembered by: two source systems may give the same id."""
    return f"{event.source_system}/{event.id}"
