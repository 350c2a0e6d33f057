"""Text messages as the core sees them: who carries them, and what they are kept in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contactbot.domain.reply_words import Reading
from contactbot.ports.outreach import OutreachStore, OutreachTransaction


@dataclass(frozen=True, slots=True)
class TextOrder:
    """One text to send: `token` names the attempt in the webhook URL, and nothing else is in it.

    `life_seconds` is how long the provider may keep it waiting.
    """

    token: str = field(repr=False)
    number: str = field(repr=False)
    body: str = field(repr=False)
    life_seconds: int


@dataclass(frozen=True, slots=True)
class ProviderText:
    """A text the provider knows of; `status` is the provider's own word for its state."""

    provider_id: str
    status: str
    outbound: bool
    error_code: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TextProgress:
    """A step of a text as reported; steps may arrive late, twice and in any order."""

    provider_id: str
    status: str
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that came in: `sender` as the provider shows it, E.164 or not."""

    provider_id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)


class Texting(Protocol):
    """What the provider is asked to do; errors are those of `contactbot.ports.telephony`."""

    def send_text(self, order: TextOrder) -> ProviderText:
        """Send one text, asking once; raises as `Telephony.place_call` does."""
        ...

    def texts_to(self, number: str) -> list[ProviderText]:
        """The newest texts to `number`, those still waiting included."""
        ...

    def text(self, provider_id: str) -> ProviderText | None:
        """The text as the provider knows it now, or None if it never heard of it."""
        ...

    def texts_to_us(self) -> list[InboundText]:
        """The newest texts that came in and whose words the provider still holds."""
        ...

    def cancel_text(self, provider_id: str) -> None:
        """Take back a text that waits at the provider; quiet if it is too late."""
        ...

    def erase_body(self, provider_id: str) -> None:
        """Empty the body that the provider keeps; quiet if it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class SentText:
    """What an attempt by text said: a message of the closed set, in one of its forms."""

    message: str
    form: str
    segments: int
    life_seconds: int


class TextTransaction(OutreachTransaction, Protocol):
    """One transaction about texts; the promises of `OutreachTransaction` hold."""

    def claim_text(self) -> UUID | None:
        """Lock the person of a due text plan nobody else holds; its referral id.

        Only referrals that the machine goes on trying have texts due.
        """
        ...

    def defer_text(self, referral_id: UUID, due_at: datetime | None) -> None:
        """Look at the text plan again at `due_at`; None = not by itself."""
        ...

    def order_text(self, referral_id: UUID, attempt_id: UUID, sent: SentText) -> None:
        """Keep what the attempt says; the plan is taken off the queue and counts one order."""
        ...

    def text_orders(self, referral_id: UUID) -> int:
        """How many times the plan of this referral was ordered."""
        ...

    def note_text_error(self, attempt_id: UUID, code: int) -> None:
        """Keep the provider's code for what went wrong."""
        ...

    def no_more_texts(self, number_id: UUID) -> None:
        """The number is no mobile: calls may go on, texts may not."""
        ...

    def keep_inbound(
        self, inbound: InboundText, indexes: Sequence[bytes], persons: Sequence[UUID], read: Reading
    ) -> UUID | None:
        """Keep an uninvited text, its words sealed for each person; None if it is there already.

        Where nobody has the number, words and sender are sealed under a key of the text's own.
        """
        ...

    def text_needs_nobody(self, text_id: UUID) -> None:
        """What it asked for is done, whole: no person need look at it."""
        ...

    def is_protected(self, person_id: UUID) -> bool:
        """Whether any referral of the person is not of the standard tier."""
        ...

    def planned_referrals(self, person_id: UUID) -> list[UUID]:
        """The person's referrals that are still to be tried or wait for somebody."""
        ...


class TextStore(OutreachStore, Protocol):
    """The attempts by text: an `OutreachStore` that sees no calls, and has a pace of its own."""

    def begin(self) -> AbstractContextManager[TextTransaction]:
        """A transaction: committed at the end of the block, rolled back on any error."""
        ...

    def bodies_to_erase(self) -> list[tuple[UUID, str]]:
        """Ended attempts whose body the provider still holds, with its ids."""
        ...

    def body_erased(self, attempt_id: UUID) -> None:
        """The provider holds the body no more."""
        ...
