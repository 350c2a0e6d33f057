"""What the operations on text messages need, handed over once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from contactbot.operations.deps import Outreach
from contactbot.ports.texting import Texting, TextStore


@dataclass(frozen=True, slots=True)
class Texts:
    """The world as texts see it: `outreach` for all that a text shares with a call.

    `bodies`: message id → form (`cy`, `en`, `both`) → body; there are no others. `messages_hash`
    names the file they came from.
    """

    outreach: Outreach
    store: TextStore
    provider: Texting
    bodies: Mapping[str, Mapping[str, str]]
    messages_hash: str
    per_second: float
