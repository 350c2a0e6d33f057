"""What can be wrong with a script, and what the engine refuses to do.

ScriptingError
├── ScriptFaults            the script cannot be used: every fault at once
├── DisclosureBeforeProof   words that disclose, before identity and privacy on this call
├── CallOver                a key after the end of the call
├── NotOffered              a caller notes what cannot be answered at this step
└── ScriptChanged           the session belongs to another version of the script
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a script or a text: where, which rule, and what to do about it."""

    file: str
    line: int
    step: str
    rule: str
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        step = f" step {self.step}:" if self.step else ""
        return f"{place}:{step} {self.message} {self.remedy} [{self.rule}]"


class ScriptingError(Exception):
    """The root of what scripting raises."""


class ScriptFaults(ScriptingError):
    """A script that may not be used, with all its faults in order of their place."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class DisclosureBeforeProof(ScriptingError):
    """The engine was led to words that disclose before identity and privacy (I7)."""


class CallOver(ScriptingError):
    """Keys came for a session that has ended."""


class NotOffered(ScriptingError):
    """What a caller wants to note cannot be answered at this step."""


class ScriptChanged(ScriptingError):
    """The session was begun with another text of the script."""
