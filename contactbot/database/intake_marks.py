"""What persons are found by in the database: blind indexes, each made once in a transaction."""

from collections.abc import Iterable

from contactbot.database.crypto import Keyring
from contactbot.domain.same_person import Marks


class BlindIndexes:
    """Remembers the indexes it made: the values of a batch are looked for first, then kept."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._made: dict[tuple[str, str], tuple[bytes, ...]] = {}

    def all(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """The index under every key, newest first."""
        asked = purpose, value
        made = self._made.get(asked)
        if made is None:
            made = self._made[asked] = self._keyring.blind_all(purpose, value)
        return made

    def newest(self, purpose: str, value: str | None) -> bytes | None:
        """The index to keep; None for what nobody told."""
        if not value:
            return None
        made = self._made.get((purpose, value))
        return made[0] if made else self.all(purpose, value)[0]

    def wanted(self, numbers: Iterable[str]) -> dict[bytes, str]:
        """Every index that these E.164 numbers may have been kept by."""
        return {index: number for number in numbers for index in self.all("number", number)}

    def pairs(self, marks: Iterable[Marks]) -> list[tuple[bytes | None, ...]]:
        """Names, birth and home of each who told two of these, once for every key in use."""
        return [
            indexes
            for mark in marks
            if (mark.names is not None) + (mark.birth is not None) + (mark.home is not None) > 1
            for indexes in zip(
                self._each_key("names", mark.names),
                self._each_key("birth", mark.birth),
                self._each_key("home", mark.home),
                strict=True,
            )
        ]

    def _each_key(self, purpose: str, mark: str | None) -> tuple[bytes | None, ...]:
        return self.all(purpose, mark) if mark else (None,) * self._keyring.index_key_count
