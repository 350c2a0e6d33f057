"""Text messages in the database: plans, what was ordered, what came in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contactbot.database.tables import (
    inbound_text_bodies,
    inbound_texts,
    numbers,
    referrals,
    sent_texts,
    text_plans,
)
from contactbot.database.transaction import Transaction
from contactbot.domain.phone import PhoneKind
from contactbot.domain.planning import Route
from contactbot.domain.reply_words import Reading
from contactbot.domain.safety import Tier
from contactbot.ports.texting import InboundText, SentText

_DUE = text("""
    SELECT r.id FROM text_plans t
      JOIN referrals r ON r.id = t.referral_id JOIN persons p ON p.id = r.person_id
     WHERE t.due_at <= :now AND r.route = 'automatic'
     ORDER BY t.due_at
     LIMIT 1 FOR UPDATE OF p, r, t SKIP LOCKED
""")


class TextRecords(Transaction):
    """The part of a transaction that keeps texts (promises: contactbot.ports.texting)."""

    def plan_text(self, referral_id: UUID, message: str, due_at: datetime) -> None:
        """One plan a referral, ever."""
        row = {
            "referral_id": referral_id,
            "message": message,
            "due_at": due_at,
            "planned_at": self.instant.calendar,
        }
        self.connection.execute(upsert(text_plans).values(row).on_conflict_do_nothing())

    def claim_text(self) -> UUID | None:
        """The longest due text whose person nobody else holds."""
        found = self.connection.execute(_DUE, {"now": self.instant.calendar})
        claimed: UUID | None = found.scalar_one_or_none()
        return claimed

    def defer_text(self, referral_id: UUID, due_at: datetime | None) -> None:
        """Look at the plan again at `due_at`; None = not by itself."""
        this = text_plans.c.referral_id == referral_id
        self.connection.execute(update(text_plans).where(this).values(due_at=due_at))

    def order_text(self, referral_id: UUID, attempt_id: UUID, sent: SentText) -> None:
        """Keep what the attempt says, and count the order."""
        self.connection.execute(
            insert(sent_texts).values(
                attempt_id=attempt_id,
                message=sent.message,
                form=sent.form,
                segments=sent.segments,
                life_seconds=sent.life_seconds,
            )
        )
        this = text_plans.c.referral_id == referral_id
        counted = {"due_at": None, "orders": text_plans.c.orders + 1}
        self.connection.execute(update(text_plans).where(this).values(**counted))

    def text_orders(self, referral_id: UUID) -> int:
        """How many times the plan of this referral was ordered."""
        orders = select(text_plans.c.orders).where(text_plans.c.referral_id == referral_id)
        return self.connection.execute(orders).scalar_one_or_none() or 0

    def note_text_error(self, attempt_id: UUID, code: int) -> None:
        """Keep the provider's code."""
        this = sent_texts.c.attempt_id == attempt_id
        self.connection.execute(update(sent_texts).where(this).values(error_code=code))

    def no_more_texts(self, number_id: UUID) -> None:
        """The number is no mobile; calls may go on."""
        this = numbers.c.id == number_id
        self.connection.execute(update(numbers).where(this).values(kind=str(PhoneKind.LANDLINE)))

    def keep_inbound(
        self, inbound: InboundText, indexes: Sequence[bytes], persons: Sequence[UUID], read: Reading
    ) -> UUID | None:
        """Keep an uninvited text once, sealed for each person, or under a key of its own."""
        fresh = uuid4()
        row = {
            "id": fresh,
            "provider_id": inbound.provider_id,
            "number_index": indexes[0] if indexes else None,
            "meaning": str(read.meaning),
            "effect": str(read.effect),
            "at": self.instant.calendar,
        } | ({} if persons else self._sealed_alone(fresh, inbound))
        once = upsert(inbound_texts).values(row).on_conflict_do_nothing()
        kept = self.connection.execute(once.returning(inbound_texts.c.id))
        text_id: UUID | None = kept.scalar_one_or_none()
        for person_id in persons if text_id else ():
            self._keep_body(text_id, person_id, inbound.body)
        return text_id

    def text_needs_nobody(self, text_id: UUID) -> None:
        """What it asked for is done, whole: no person need look at it."""
        this = inbound_texts.c.id == text_id
        settled = {"settled_at": self.instant.calendar}
        self.connection.execute(update(inbound_texts).where(this).values(**settled))

    def _sealed_alone(self, text_id: UUID, inbound: InboundText) -> dict[str, bytes]:
        """Nobody here has the number: a person must see it to know what to make of it."""
        wrapped = self.keyring.new_person_key()
        box, table = self.keyring.open_box(wrapped), inbound_texts.name
        return {
            "key_wrapped": wrapped,
            "sender_sealed": box.seal(table, "sender_sealed", text_id, inbound.sender),
            "body_sealed": box.seal(table, "body_sealed", text_id, inbound.body),
        }

    def _keep_body(self, text_id: UUID | None, person_id: UUID, body: str) -> None:
        body_id, table = uuid4(), inbound_text_bodies
        sealed = self.box(person_id).seal(table.name, "body_sealed", body_id, body)
        self.connection.execute(
            insert(table).values(
                id=body_id, inbound_text_id=text_id, person_id=person_id, body_sealed=sealed
            )
        )

    def is_protected(self, person_id: UUID) -> bool:
        """Whether any referral of the person is not of the standard tier."""
        other = referrals.c.tier != str(Tier.STANDARD)
        found = select(func.count()).where(referrals.c.person_id == person_id, other)
        return bool(self.connection.execute(found).scalar_one())

    def planned_referrals(self, person_id: UUID) -> list[UUID]:
        """The person's referrals for which something is still to come."""
        coming = referrals.c.route != str(Route.NONE)
        found = select(referrals.c.id).where(referrals.c.person_id == person_id, coming)
        return list(self.connection.execute(found.order_by(referrals.c.id)).scalars())
