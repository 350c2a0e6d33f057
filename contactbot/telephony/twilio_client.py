"""The telephone provider through the twilio library: each order given once, each fault judged."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeVar

from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.rest import Client

from contactbot.ports.telephony import CallOrder, OutcomeUnknown, ProviderCall
from contactbot.telephony.http_client import TIMEOUT_SECONDS, OneHostClient
from contactbot.telephony.refusals import ALREADY_OVER, classify, code_of

T = TypeVar("T")

PROVIDER_URL: Final = "https://api.twilio.com"
EVENTS: Final = ["initiated", "ringing", "answered", "completed"]
LIST_LIMIT: Final = 50
NOT_FOUND: Final = 404
PROVIDER_ID: Final = re.compile(r"CA[0-9a-fA-F]{32}")
"""A call's id as the provider makes them; nothing else may stand in an address."""

ENDING: Final = MappingProxyType(
    {
        "queued": "canceled",
        "initiated": "canceled",
        "ringing": "canceled",
        "in-progress": "completed",
    }
)
"""The order that ends a call, by its state; a call in any other state is over."""

ENDING_TRIES: Final = 3
"""A call may be answered between the look and the order, so both are done again."""


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """Whose account calls are placed from; `username` and `password` may be an API key's."""

    account_sid: str
    username: str
    password: str = field(repr=False)
    sender: str
    api_url: str = PROVIDER_URL
    live: bool = False


class TwilioTelephony:
    """The `Telephony` port. One instance serves all threads of a process.

    `public_url` is the address the provider reaches us by. Nothing but loopback is ever contacted
    unless the account is live; `ValueError` otherwise.
    """

    def __init__(
        self, account: ProviderAccount, public_url: str, timeout: float = TIMEOUT_SECONDS
    ) -> None:
        silence_libraries()
        self._sender = account.sender
        self._webhooks = f"{public_url.rstrip('/')}/webhooks/twilio"
        http = OneHostClient(account.api_url, live=account.live, timeout=timeout)
        client = Client(account.username, account.password, account.account_sid, http_client=http)
        self._calls: Any = client.calls

    def place_call(self, order: CallOrder) -> ProviderCall:
        """One request. Recording and machine detection are never asked for."""
        return asking(
            lambda: known(
                self._calls.create(
                    to=order.number,
                    from_=self._sender,
                    url=f"{self._webhooks}/call/{order.token}/0",
                    fallback_url=f"{self._webhooks}/goodbye",
                    status_callback=f"{self._webhooks}/status/{order.token}",
                    status_callback_event=EVENTS,
                    timeout=order.ring_seconds,
                    time_limit=order.limit_seconds,
                )
            )
        )

    def calls_to(self, number: str) -> list[ProviderCall]:
        """The newest 50. No filter by time: a queued call has no start time yet."""
        return asking(
            lambda: [known(call) for call in self._calls.list(to=number, limit=LIST_LIMIT)]
        )

    def call(self, provider_id: str) -> ProviderCall | None:
        if not PROVIDER_ID.fullmatch(provider_id):
            return None
        return asking(lambda: self._fetch(provider_id))

    def end_call(self, provider_id: str) -> None:
        for _ in range(ENDING_TRIES):
            call = self.call(provider_id)
            ending = ENDING.get(call.status) if call else None
            if ending is None or asking(partial(self._ended, provider_id, ending)):
                return
        raise OutcomeUnknown("the call could not be ended")

    def _fetch(self, provider_id: str) -> ProviderCall | None:
        try:
            return known(self._calls(provider_id).fetch())
        except (TwilioRestException, TwilioServiceException) as fault:
            if fault.status == NOT_FOUND:
                return None
            raise

    def _ended(self, provider_id: str, ending: str) -> bool:
        """Give the order; False if the call has moved on meanwhile, so that it was not heard."""
        try:
            call = self._calls(provider_id).update(status=ending)
        except (TwilioRestException, TwilioServiceException) as fault:
            if fault.status == NOT_FOUND or code_of(fault) == ALREADY_OVER:
                return False
            raise
        return ending == ENDING.get(str(call.status), ending)


def asking(question: Callable[[], T]) -> T:
    """The answer, or the port's error. The library's own text may name a number: it is dropped."""
    try:
        return question()
    except Exception as fault:  # noqa: BLE001 - what is not understood is an unknown outcome
        error = classify(fault)
    raise error


def known(call: Any) -> ProviderCall:
    """The library's call in the port's words; `ValueError` if it names none."""
    if not isinstance(call.sid, str) or not PROVIDER_ID.fullmatch(call.sid):
        raise ValueError("the reply names no call")
    outbound = str(call.direction or "").startswith("outbound")
    created = call.date_created if isinstance(call.date_created, datetime) else None
    return ProviderCall(call.sid, str(call.status or ""), outbound, created)


def silence_libraries() -> None:
    """Their logs hold addresses with numbers in them."""
    logging.getLogger("twilio").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
