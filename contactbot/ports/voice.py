"""How a turn of a script becomes words on a telephone line."""

from typing import Protocol

from contactbot.scripting.session import Prompt, Turn


class Voice(Protocol):
    """Words for the provider to speak. Never fails into silence, never falls back to English."""

    def words(self, turn: Turn, token: str, next_turn: int) -> str:
        """The document that speaks this turn and has the next key sent to turn `next_turn`."""
        ...

    def ring_back_words(self, turn: Turn, session: str) -> str:
        """The same for somebody who rang us; `session` carries the script's state, signed."""
        ...

    def heard(self, prompt: Prompt) -> str:
        """The very text of one prompt in its language, as it is spoken."""
        ...

    def goodbye(self) -> str:
        """The neutral bilingual goodbye: what is said whenever nothing else may be."""
        ...
