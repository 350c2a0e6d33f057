"""What the operations of supervisors need, handed over once by the composition root."""

from dataclasses import dataclass

from contactbot.operations.deps import Outreach
from contactbot.ports.supervision import SupervisionStore


@dataclass(frozen=True, slots=True)
class Supervision:
    """The world as supervisors see it."""

    outreach: Outreach
    store: SupervisionStore
