"""Personal data at rest: a key for each person, ciphertexts bound to their place, blind indexes."""

import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from typing import NewType
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 8
INDEX_BYTES = 16
HASH_BLOCK_BYTES = 64  # of SHA-256

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

    def seal_all(self, table: str, row_id: UUID, texts: Mapping[str, str]) -> list[bytes | None]:
        """Encrypt several columns of one row, in order; a blank text is NULL, as blank counts."""
        encrypt, start, end = self._cipher.encrypt, f"{table}|", f"_sealed|{row_id.hex}"
        sealed: list[bytes | None] = []
        for column, text in texts.items():
            if text:
                nonce = os.urandom(NONCE_BYTES)
                place = f"{start}{column}{end}".encode()
                sealed.append(nonce + encrypt(nonce, text.encode(), place))
            else:
                sealed.append(None)
        return sealed

    def open(self, table: str, column: str, row_id: UUID, sealed: bytes) -> str:
        """The text sealed for this place; SealBroken where it was moved, changed or another’s."""
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, rest, _place(table, column, row_id)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken(f"A value in {table}.{column} cannot be opened.") from None


class Keyring:
    """The keys from the settings, newest first: the first of each kind writes, all of them read."""

    __slots__ = ("_indexers", "_newest_id", "_wrapping")

    def __init__(self, encryption_keys: Sequence[bytes], index_keys: Sequence[bytes]) -> None:
        """Take keys of 32 bytes each; ValueError names the first that is not."""
        _check("encryption", encryption_keys)
        _check("index", index_keys)
        self._wrapping = {_key_id(key): AESGCM(key) for key in reversed(encryption_keys)}
        self._newest_id = _key_id(encryption_keys[0])
        self._indexers = tuple(_Indexer(key) for key in index_keys)

    @property
    def index_key_count(self) -> int:
        """How many indexes `blind_all` makes."""
        return len(self._indexers)

    def new_person_key(self) -> WrappedKey:
        """A fresh data key, wrapped; destroying it (and its backups) erases what it sealed."""
        return self._wrap(AESGCM.generate_key(KEY_BYTES * 8))

    def new_box(self) -> tuple[WrappedKey, PersonBox]:
        """A fresh data key, wrapped, with the box it opens."""
        data_key = os.urandom(KEY_BYTES)
        return self._wrap(data_key), PersonBox(data_key)

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
        return self._indexers[0].index(purpose, value)

    def blind_all(self, purpose: str, value: str) -> tuple[bytes, ...]:
        """The index under every key, newest first: what to look for while keys are rotated."""
        return tuple([indexer.index(purpose, value) for indexer in self._indexers])

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


class _Indexer:
    """HMAC-SHA256 (RFC 2104) with a key that was taken in once, which is half of the work."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(HASH_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def index(self, purpose: str, value: str) -> bytes:
        """No purpose holds a zero byte, so purpose and value cannot be shifted into each other."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(f"{purpose}\0{value}".encode())
        outer.update(inner.digest())
        return outer.digest()[:INDEX_BYTES]
