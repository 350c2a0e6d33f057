"""Turns words and keys into TwiML; a pure function, and the only place that writes TwiML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from xml.sax.saxutils import escape

from contactbot.scripting.session import Keys

# Polly.Gwyneth is the one Welsh voice there is; Polly.Geraint speaks English with a Welsh accent
# (en-GB-WLS) and may never be given Welsh. A wrong pair of voice and language may fail the Say.
VOICES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cy": MappingProxyType({"voice": "Polly.Gwyneth", "language": "cy-GB"}),
        "en": MappingProxyType({"voice": "Polly.Amy", "language": "en-GB"}),
    }
)
LONGEST_SAY = 4096  # characters; more is Twilio's error 13521

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
IN_QUOTES = {'"': "&quot;", "\t": "&#09;", "\n": "&#10;", "\r": "&#13;"}

# Whatever goes wrong, this is what is heard: static, so that it can be given when all else fails.
NEUTRAL_GOODBYE = (
    b'<?xml version="1.0" encoding="UTF-8"?><Response>'
    b'<Say language="cy-GB" voice="Polly.Gwyneth">Diolch. Hwyl fawr.</Say>'
    b'<Say language="en-GB" voice="Polly.Amy">Thank you. Goodbye.</Say>'
    b"<Hangup /></Response>"
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words in their language (`cy` or `en`), as they are to be heard."""

    text: str
    language: str


def render(spoken: Sequence[Spoken], keys: Keys | None, action_url: str | None) -> str:
    """The document that says these words, then waits for keys or hangs up.

    Only Say, Gather and Hangup are ever written: no Record, nothing that dials. With `keys`, the
    absolute `action_url` is asked for the next document, whether or not a key was pressed.
    Raises ValueError for an address that is not absolute or words too long to be spoken, and
    KeyError for a language without a voice: nothing is said in a wrong voice.
    """
    said = "".join(map(_say, spoken))
    if keys is None:
        return f"{HEAD}<Response>{said}<Hangup /></Response>"
    return f"{HEAD}<Response>{_gather(said, keys, action_url)}</Response>"


def _gather(said: str, keys: Keys, action_url: str | None) -> str:
    if not action_url or not action_url.startswith(("https://", "http://")):
        raise ValueError("the address that takes the keys must be absolute")
    digits = "" if keys.digits is None else f' numDigits="{keys.digits}"'
    return (
        f'<Gather action="{_quoted(action_url)}" actionOnEmptyResult="true"'
        f' finishOnKey="{_quoted(keys.finish_on_key)}" input="dtmf" method="POST"{digits}'
        f' timeout="{keys.timeout_seconds}">{said}</Gather>'
    )


def _say(words: Spoken) -> str:
    if len(words.text) > LONGEST_SAY:
        raise ValueError("the words are too long to be spoken at once")
    voice = VOICES[words.language]
    return (
        f'<Say language="{voice["language"]}" voice="{voice["voice"]}">{escape(words.text)}</Say>'
    )


def _quoted(value: str) -> str:
    return escape(value, IN_QUOTES)
