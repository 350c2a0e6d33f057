"""What the operations of outreach need, handed over once by the composition root."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from contactbot.domain.policy import Policy
from contactbot.ports.clock import Clock
from contactbot.ports.outreach import OutreachStore
from contactbot.ports.telephony import Telephony
from contactbot.ports.voice import Voice
from contactbot.scripting.model import Script


def _token() -> str:
    return secrets.token_urlsafe(16)


def nothing_happens(name: str) -> None:
    """What a named moment does where nobody stops or kills the process there."""
    del name


@dataclass(frozen=True, slots=True)
class Outreach:
    """The world as outreach sees it. `at_fault_point` is called at named moments of the protocol.

    Tests stop or delay a process at those moments; otherwise it does nothing. `real_calendar`: the
    calendar of the rules must show real time, as it must wherever real people are called.
    """

    store: OutreachStore
    telephony: Telephony
    clock: Clock
    policy: Policy
    calls_per_second: float
    script: Script
    voice: Voice
    real_calendar: bool = False
    new_id: Callable[[], UUID] = uuid4
    new_token: Callable[[], str] = _token
    at_fault_point: Callable[[str], None] = field(default=nothing_happens, repr=False)
