"""The promise that every word is said in the language asked for, or not said at all."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

NO_VALUES: Mapping[str, str] = MappingProxyType({})


class MissingTranslation(LookupError):
    """There is no Welsh for a text: the case goes to a person who speaks Welsh."""


class Translator(Protocol):
    """Puts an English message id into words in `cy` or `en`.

    `context` is the text's address (`script.step.key`). `values` fill the placeholders: `slot`
    is an ISO 8601 interval in UTC and comes out as a local day and 24-hour times; `key` comes
    out as it is; names such as `service` are the translator's own and need not be given.
    Raises MissingTranslation rather than fall back to English for Welsh; KeyError if a
    placeholder has no value. Pure after construction, and safe to share between threads.
    """

    def text(
        self,
        context: str,
        message: str,
        language: str,
        values: Mapping[str, str] = NO_VALUES,
    ) -> str:
        """The words to say."""
        ...
