"""What the operations on text messages need, handed over once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass

from contactbot.operations.deps import Outreach
from contactbot.ports.texting import Texting, TextStore
from contactbot.scripting.reply_tables import ReplyTables


@dataclass(frozen=True, slots=True)
class Texts:
    """The world as texts see it: `outreach` for all that a text shares with a call.

    `bodies`: message id → form (`cy`, `en`, `both`) → body; there are no others. `messages_hash`
    names the file they came from. `replies`: the tables by which texts that come in are read.
    """

    outreach: Outreach
    store: TextStore
    provider: Texting
    bodies: Mapping[str, Mapping[str, str]]
    messages_hash: str
    per_second: float
    replies: ReplyTables
