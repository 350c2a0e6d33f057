"""Let staff in: a growing delay after wrong guesses, and the same answer for unknown names."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contactbot.domain.sign_in import (
    ABSOLUTE,
    FREE_BY_ACCOUNT,
    FREE_BY_NETWORK,
    IDLE,
    LONGEST_BY_ACCOUNT,
    LONGEST_BY_NETWORK,
    open_again_at,
    password_fault,
)
from contactbot.domain.staff import Role
from contactbot.ports.staff import Member, Passwords, StaffStore, Tries


class PasswordRefused(Exception):
    """A new password is too easy; the text says what is wanted."""


@dataclass(frozen=True, slots=True)
class Door:
    """The world as sign-in sees it."""

    store: StaffStore
    passwords: Passwords


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of knocking: a session, or nothing and how many seconds to wait at least."""

    session: str = ""
    wait_seconds: int = 0


def add_member(
    door: Door, name: str, role: Role, password: str | None = None, *, welsh: bool = False
) -> str:
    """A new member of staff; the password given or made, which is kept nowhere.

    Raises PasswordRefused and NameTaken.
    """
    password = secrets.token_urlsafe(18) if password is None else password
    fault = password_fault(password)
    if fault:
        raise PasswordRefused(fault)
    door.store.add(folded(name), role, door.passwords.hashed(password), welsh=welsh)
    return password


def sign_in(door: Door, name: str, password: str, network: str) -> Answer:
    """A session for whoever knows the password; to everybody else the same answer."""
    name = folded(name)
    tries = door.store.tries(name, network)
    wait = _wait(tries)
    if wait:
        return Answer(wait_seconds=wait)
    # Kept as failed before the slow hash runs, so that guesses side by side are counted too.
    number = door.store.note_try(name, network)
    account = door.store.account(name)
    if not door.passwords.fits(password, account.password_hash if account else None):
        return Answer()
    member: UUID = account.id if account else UUID(int=0)
    session = secrets.token_urlsafe(32)
    door.store.begin_session(member, session, number)
    return Answer(session=session)


def member_of(door: Door, session: str) -> Member | None:
    """Who holds this session, if it is still open."""
    return door.store.member(session, IDLE, ABSOLUTE) if session else None


def sign_out(door: Door, session: str) -> None:
    """End the session for good."""
    door.store.end_session(session)


def folded(name: str) -> str:
    """A name as it is kept: without outer spaces and capitals."""
    return name.strip().casefold()[:100]


def _wait(tries: Tries) -> int:
    """Whole seconds until the next guess is heard."""
    account = open_again_at(
        tries.by_account, tries.last_by_account, FREE_BY_ACCOUNT, LONGEST_BY_ACCOUNT
    )
    network = open_again_at(
        tries.by_network, tries.last_by_network, FREE_BY_NETWORK, LONGEST_BY_NETWORK
    )
    return max(_seconds_to(account, tries.now), _seconds_to(network, tries.now))


def _seconds_to(at: datetime | None, now: datetime) -> int:
    return 0 if at is None or at <= now else int((at - now).total_seconds()) + 1
