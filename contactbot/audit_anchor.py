"""Signed heads of the audit trail in a file away from the database."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contactbot.ports.audit import AnchorAway, AnchorBroken, Head


class FileAnchor:
    """The `AuditAnchor` port: a line of JSON a head, each signed (Ed25519).

    The file belongs on another machine or a medium that can only be added to; whoever can rewrite
    the database should not be able to rewrite it.
    """

    def __init__(self, path: Path, secret_key: str) -> None:
        seed = hmac.digest(secret_key.encode(), b"contactbot audit anchor", hashlib.sha256)
        self._path = path
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    def tell(self, head: Head) -> None:
        """Add a line."""
        said = [head.sequence, head.seal.hex(), head.at_real.isoformat()]
        signature = base64.b64encode(self._key.sign(_signed(said))).decode()
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([*said, signature]) + "\n")
        except OSError as error:
            raise AnchorAway(_away(error)) from error

    def told(self) -> Sequence[Head]:
        """Every head in the file, each with our signature."""
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise AnchorAway(_away(error)) from error
        return tuple(self._heads(lines))

    def _heads(self, lines: Sequence[str]) -> Iterator[Head]:
        public = self._key.public_key()
        for number, line in enumerate(lines, 1):
            try:
                *said, signature = json.loads(line)
                public.verify(base64.b64decode(signature), _signed(said))
                sequence, seal, at_real = said
            except (ValueError, TypeError, InvalidSignature):
                fault = f"Line {number} of the audit anchor was not written by us."
                raise AnchorBroken(fault) from None
            yield Head(sequence, bytes.fromhex(seal), datetime.fromisoformat(at_real))


def _signed(said: Sequence[object]) -> bytes:
    return json.dumps(list(said), separators=(",", ":")).encode()


def _away(error: OSError) -> str:
    return f"The audit anchor (CONTACTBOT_AUDIT_ANCHOR) is out of reach: {error.strerror}."
