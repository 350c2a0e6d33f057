"""The audit trail as a chain: each row's seal covers the row and the seal before it."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

KEY_ID_BYTES = 8
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A row of the audit trail, as it is sealed; ids only, so that erasure does not break it."""

    id: int
    actor: str
    action: str
    subject_type: str
    subject_id: str | None
    detail: Mapping[str, Any]
    at: datetime
    at_real: datetime

    def canonical(self) -> bytes:
        """The one way to write this row down."""
        moments = [when.astimezone(UTC).isoformat() for when in (self.at, self.at_real)]
        said = [self.actor, self.action, self.subject_type, self.subject_id, self.detail]
        written = json.dumps(
            [self.id, *said, *moments], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        return written.encode()


class ChainKeys:
    """The keys of the chain, made from the encryption keys: the newest seals, all of them check."""

    __slots__ = ("_keys", "newest_id")

    def __init__(self, encryption_keys: Sequence[bytes]) -> None:
        made = [hmac.digest(key, b"contactbot audit chain", "sha256") for key in encryption_keys]
        self._keys = {_key_id(key): key for key in reversed(made)}
        self.newest_id = _key_id(made[0])

    def knows(self, key_id: bytes) -> bool:
        """Whether seals made with that key can be checked."""
        return key_id in self._keys

    def seal(self, key_id: bytes, before: bytes, row: AuditRow) -> bytes:
        """HMAC-SHA256 over the seal before and the row; KeyError for a key that is not here."""
        return hmac.digest(self._keys[key_id], before + row.canonical(), hashlib.sha256)


def _key_id(key: bytes) -> bytes:
    return hmac.digest(key, b"contactbot key id", hashlib.sha256)[:KEY_ID_BYTES]
