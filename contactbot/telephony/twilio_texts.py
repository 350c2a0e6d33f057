"""Text messages through the twilio library: each order given once, bounded in time."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from contactbot.ports.texting import InboundText, ProviderText, TextOrder
from contactbot.telephony.http_client import TIMEOUT_SECONDS, OneHostClient
from contactbot.telephony.twilio_client import (
    LIST_LIMIT,
    NOT_FOUND,
    ProviderAccount,
    asking,
    silence_libraries,
)

TEXT_ID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
"""A text's id as the provider makes them; nothing else may stand in an address."""

WAITING: Final = frozenset({"accepted", "scheduled", "queued"})
TOO_LATE: Final = frozenset({400, 404, 409})
"""The statuses with which the provider says that a text is past changing, or gone."""


class TwilioTexts:
    """The `Texting` port. One instance serves all threads of a process.

    Every order carries a ValidityPeriod. Nothing but loopback is ever contacted unless the account
    is live; `ValueError` otherwise.
    """

    def __init__(
        self, account: ProviderAccount, public_url: str, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        silence_libraries()
        self._sender = account.sender
        self._statuses = f"{public_url.rstrip('/')}/webhooks/twilio/text-status"
        http = OneHostClient(account.api_url, live=account.live, timeout=timeout)
        client = Client(account.username, account.password, account.account_sid, http_client=http)
        self._messages: Any = client.messages

    def send_text(self, order: TextOrder) -> ProviderText:
        """One request."""
        return asking(
            lambda: known_text(
                self._messages.create(
                    to=order.number,
                    from_=self._sender,
                    body=order.body,
                    status_callback=f"{self._statuses}/{order.token}",
                    validity_period=order.life_seconds,
                )
            )
        )

    def texts_to(self, number: str) -> list[ProviderText]:
        """The newest 50."""
        return asking(
            lambda: [known_text(text) for text in self._messages.list(to=number, limit=LIST_LIMIT)]
        )

    def texts_to_us(self) -> list[InboundText]:
        """The newest 50; those whose words were erased are left out."""
        return asking(
            lambda: [
                InboundText(text.sid, str(text.from_ or ""), text.body)
                for text in self._messages.list(to=self._sender, limit=LIST_LIMIT)
                if text.direction == "inbound" and text.body
            ]
        )

    def text(self, provider_id: str) -> ProviderText | None:
        """The text as it is now."""
        if not TEXT_ID.fullmatch(provider_id):
            return None
        return asking(lambda: self._fetch(provider_id))

    def cancel_text(self, provider_id: str) -> None:
        """Take it back if it still waits."""
        text = self.text(provider_id)
        if text is not None and text.status in WAITING:
            asking(lambda: self._changed(provider_id, status="canceled"))

    def erase_body(self, provider_id: str) -> None:
        """Empty the body that the provider keeps."""
        if TEXT_ID.fullmatch(provider_id):
            asking(lambda: self._changed(provider_id, body=""))

    def _fetch(self, provider_id: str) -> ProviderText | None:
        return _unless(NOT_FOUND, lambda: known_text(self._messages(provider_id).fetch()))

    def _changed(self, provider_id: str, **change: str) -> bool:
        """Whether the change was made; False if the provider says it is too late for it."""
        try:
            self._messages(provider_id).update(**change)
        except (TwilioRestException, TwilioServiceException) as fault:
            if fault.status in TOO_LATE:
                return False
            raise
        return True


def _unless(status: int, ask: Callable[[], ProviderText]) -> ProviderText | None:
    try:
        return ask()
    except (TwilioRestException, TwilioServiceException) as fault:
        if fault.status == status:
            return None
        raise


def known_text(text: Any) -> ProviderText:
    """The library's message in the port's words; `ValueError` if it names none."""
    if not isinstance(text.sid, str) or not TEXT_ID.fullmatch(text.sid):
        raise ValueError("the reply names no text")
    outbound = str(text.direction or "").startswith("outbound")
    created = text.date_created if isinstance(text.date_created, datetime) else None
    code = text.error_code if isinstance(text.error_code, int) else None
    return ProviderText(text.sid, str(text.status or ""), outbound, code, created)
