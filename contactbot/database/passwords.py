"""Passwords as argon2id hashes; a name nobody has takes as long as any other."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MEMORY_KIB, ROUNDS, LANES = 64 * 1024, 3, 4


class Argon2Passwords:
    """Hashes with 64 MiB and three rounds."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._nobody = self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """The hash to keep."""
        return self._hasher.hash(password)

    def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; None (nobody) takes as long and never fits."""
        try:
            self._hasher.verify(password_hash or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None
