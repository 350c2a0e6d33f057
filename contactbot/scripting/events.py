"""What a turn of a call establishes, for its host to record; past tense, no codes in it."""

from dataclasses import dataclass

from contactbot.scripting.model import Ending


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """The person chose the language (`cy` or `en`) by key, explicitly."""

    language: str


@dataclass(frozen=True, slots=True)
class IdentityProved:
    """The code keyed is one the person holds."""


@dataclass(frozen=True, slots=True)
class IdentityFailed:
    """Four digits were keyed that are not the person's code; `final` at the second time."""

    final: bool


@dataclass(frozen=True, slots=True)
class PrivacyConfirmed:
    """The person said, on this call, that they are alone and able to listen."""


@dataclass(frozen=True, slots=True)
class NotAlone:
    """The person said, on this call, that they are not alone or cannot listen."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question was answered: `yes`, `no`, `dont_know`, `rather_not_say`, `slot:N`, `none`."""

    step: str
    value: str
    language: str


@dataclass(frozen=True, slots=True)
class ConsentAnswered:
    """Consent to one purpose by one recipient was given or refused, to these very words.

    `context` and `message` address the text; what was heard is its text in `language`.
    """

    purpose: str
    recipient: str
    given: bool
    message: str
    context: str
    language: str


@dataclass(frozen=True, slots=True)
class NeedTold:
    """Whether help is wanted in one area: `yes`, `no`, `dont_know`, `rather_not_say`."""

    area: str
    answer: str
    language: str


@dataclass(frozen=True, slots=True)
class NeedsEnded:
    """The questions about needs are over, at their end or before it; at least one was answered."""


@dataclass(frozen=True, slots=True)
class CallBackAsked:
    """One of the times offered was chosen; ISO 8601 instants in UTC."""

    starts_at: str
    ends_at: str


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """A person must ring: asked for by `#` or `*7`, or the answer was "I don't know"."""


@dataclass(frozen=True, slots=True)
class DoNotRingAgain:
    """Nobody may ring this person again; asked for, and asked back."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The call is over as far as the script goes."""

    ending: Ending


Event = (
    LanguageChosen
    | IdentityProved
    | IdentityFailed
    | PrivacyConfirmed
    | NotAlone
    | Answered
    | ConsentAnswered
    | NeedTold
    | NeedsEnded
    | CallBackAsked
    | PersonAsked
    | DoNotRingAgain
    | Finished
)
