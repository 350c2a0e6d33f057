"""What sign-in asks of the world: who is known, what was tried, which sessions are open."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contactbot.domain.staff import Role


class NameTaken(Exception):
    """There is a member of staff of this name already."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff who is signed in."""

    id: UUID
    name: str = field(repr=False)
    role: Role
    welsh: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A member of staff as the door knows them."""

    id: UUID
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tries:
    """Failures since the last success, of an account and of a network, at the moment `now`."""

    by_account: int
    last_by_account: datetime | None
    by_network: int
    last_by_network: datetime | None
    now: datetime


class Passwords(Protocol):
    """Keeps passwords as hashes that are slow to guess."""

    def hashed(self, password: str) -> str:
        """The hash to keep."""
        ...

    def fits(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password; None (nobody) takes as long and never fits."""
        ...


class StaffStore(Protocol):
    """Members of staff; each call is one transaction. Times are real."""

    def add(self, name: str, role: Role, password_hash: str, *, welsh: bool) -> UUID:
        """A new member; raises NameTaken."""
        ...

    def account(self, name: str) -> Account | None:
        """The open account of this name."""
        ...

    def tries(self, name: str, network: str) -> Tries:
        """Failures lately; a network the account came from does not answer for others."""
        ...

    def note_try(self, name: str, network: str) -> int:
        """Keep a try as failed until it has succeeded; its number."""
        ...

    def begin_session(self, member: UUID, session: str, try_number: int) -> None:
        """Open a session, mark the try as succeeded, and keep who signed in."""
        ...

    def member(self, session: str, idle: timedelta, absolute: timedelta) -> Member | None:
        """Who holds this session, which is seen by this; None if it is over."""
        ...

    def end_session(self, session: str) -> None:
        """Close a session for good."""
        ...
