"""The Voice port in TwiML: a turn’s prompts in their languages, and where the next key goes."""

from contactbot.ports.translator import Translator
from contactbot.scripting.session import Prompt, Turn
from contactbot.telephony.twiml import NEUTRAL_GOODBYE, Spoken, render


class TwimlVoice:
    """Speaks turns; the addresses it gives carry an opaque token and a turn number only."""

    def __init__(self, translator: Translator, public_url: str) -> None:
        self._translator = translator
        self._webhooks = f"{public_url.rstrip('/')}/webhooks/twilio"

    def words(self, turn: Turn, token: str, next_turn: int) -> str:
        """The document that speaks this turn of a call we placed."""
        return self._render(turn, f"{self._webhooks}/call/{token}/{next_turn}")

    def ring_back_words(self, turn: Turn, session: str) -> str:
        """The same for somebody who rang us."""
        return self._render(turn, f"{self._webhooks}/voice/{session}")

    def heard(self, prompt: Prompt) -> str:
        """The very text of one prompt in its language."""
        return self._translator.text(prompt.context, prompt.message, prompt.language, prompt.values)

    def goodbye(self) -> str:
        """The neutral bilingual goodbye."""
        return NEUTRAL_GOODBYE.decode()

    def _render(self, turn: Turn, action_url: str) -> str:
        spoken = [Spoken(self.heard(prompt), prompt.language) for prompt in turn.prompts]
        return render(spoken, turn.keys, action_url)
