"""Personal data at rest: a key for each person, ciphertexts bound to their place, blind indexes."""

import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import NewType
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 8
INDEX_BYTES = 16

# What `persons.key_wrapped` holds: id of the wrapping key, nonce, the sealed data key.
WrappedKey = NewType("WrappedKey", bytes)


class SealBroken(Exception):
    """A ciphertext is not what was sealed for this place, or no key opens it."""


class PersonBox:
    """Seals and opens one person's fields under that person's own key."""

    __slots__ = ("_cipher",)

    def __init__(self, data_key: bytes) -> None:
        self._cipher = AESGCM(data_key)

    def seal(self, table: str, column: str, row_id: UUID, text: str) -> bytes:
        """Encrypt (AES-256-GCM, random nonce first) for exactly this place."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _place(table, column, row_id))

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        """The text sealed for this place; SealBroken where it was moved, changed or another’s."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, _place(table, column, row_id)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(f"A value in {table}.{column} cannot be opened.") from None


class Keyring:
    """The keys from the settings, newest first: the first of each kind writes, all of them read."""

    __slots__ = ("_index_keys", "_newest_id", "_wrapping")

    def __init__(self, encryption_keys: Sequence[bytes], index_keys: Sequence[bytes]) -> None:
        """Take keys of 32 bytes each; ValueError names the first that is not."""
        _check("encryption", encryption_keys)
        _check("index", index_keys)
        self._wrapping = {_key_id(key): AESGCM(key) for key in reversed(encryption_keys)}
        self._newest_id = _key_id(encryption_keys[0])
        self._index_keys = tuple(index_keys)

    def new_person_key(self) -> WrappedKey:
        """A fresh data key, wrapped; destroying it (and its backups) erases what it sealed."""
        return self._wrap(AESGCM.generate_key(KEY_BYTES * 8))

    def open_box(self, wrapped: bytes) -> PersonBox:
        """The box of the person whose wrapped key this is; SealBroken where no key opens it."""
        return PersonBox(self._unwrap(wrapped))

    def rewrap(self, wrapped: bytes) -> WrappedKey:
        """The same data key under the newest wrapping key; unchanged where it already is."""
        if wrapped[:KEY_ID_BYTES] == self._newest_id:
            return WrappedKey(bytes(wrapped))
        return self._wrap(self._unwrap(wrapped))

    def blind(self, purpose: str, value: str) -> bytes:
        """A 16-byte keyed index of a value: equal for equal values of one purpose, else unrelated.

        HMAC-SHA256 with a key kept outside the database: there are so few phone numbers that a
        plain hash of them is a dictionary.
        """
        return _index(self._index_keys[0], purpose, value)

    def blind_all(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """The index under every key, newest first: what to look for while keys are rotated."""
        return tuple(_index(key, purpose, value) for key in self._index_keys)

    def _wrap(self, data_key: bytes) -> WrappedKey:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._wrapping[self._newest_id].encrypt(nonce, data_key, self._newest_id)
        return WrappedKey(self._newest_id + nonce + sealed)

    def _unwrap(self, wrapped: bytes) -> bytes:
        key_id, rest = bytes(wrapped[:KEY_ID_BYTES]), wrapped[KEY_ID_BYTES:]
        cipher = self._wrapping.get(key_id)
        if cipher is None:
            raise SealBroken("A person’s key was wrapped by a key that is not in the settings.")
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], key_id)
        except (InvalidTag, ValueError):
            raise SealBroken("A person’s key cannot be opened.") from None


def _check(kind: str, keys: Sequence[bytes]) -> None:
    if not keys:
        raise ValueError(f"There is no {kind} key.")
    for number, key in enumerate(keys, 1):
        if len(key) != KEY_BYTES:
            raise ValueError(f"The {kind} key number {number} is not {KEY_BYTES} bytes long.")


def _key_id(key: bytes) -> bytes:
    """Names a wrapping key without telling anything about it."""
    return hmac.digest(key, b"contactbot key id", hashlib.sha256)[:KEY_ID_BYTES]


def _place(table: str, column: str, row_id: UUID) -> bytes:
    return f"{table}|{column}|{row_id.hex}".encode()


def _index(key: bytes, purpose: str, value: str) -> bytes:
    # No purpose holds a zero byte, so purpose and value cannot be shifted into each other.
    return hmac.digest(key, f"{purpose}\0{value}".encode(), hashlib.sha256)[:INDEX_BYTES]
