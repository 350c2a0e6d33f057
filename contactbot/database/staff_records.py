"""Staff in the database: accounts, tries at the door, sessions by their hash."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from contactbot.database.crypto import Keyring
from contactbot.domain.staff import Role
from contactbot.ports.staff import Account, Member, NameTaken, Tries

_ADD = text("""
    INSERT INTO users (id, name, role, password_hash, welsh)
    VALUES (:id, :name, :role, :password_hash, :welsh)
""")
_ACCOUNT = text("""
    SELECT id, password_hash FROM users WHERE name = :name AND closed_at_real IS NULL
""")
_TRIES = text("""
    WITH lately AS (
        SELECT * FROM sign_in_tries
         WHERE (account_index = :account OR network_index = :network)
           AND at_real > clock_timestamp() - interval '1 day'),
    known AS (
        SELECT EXISTS (SELECT FROM sign_in_tries WHERE succeeded AND account_index = :account
                        AND network_index = :network
                        AND at_real > clock_timestamp() - interval '30 days') AS here),
    account AS (
        SELECT * FROM lately, known WHERE account_index = :account AND NOT succeeded
           AND (network_index = :network OR NOT known.here)
           AND at_real > coalesce((SELECT max(at_real) FROM lately
                                    WHERE account_index = :account AND succeeded), '-infinity')),
    network AS (
        SELECT * FROM lately WHERE network_index = :network AND NOT succeeded
           AND at_real > clock_timestamp() - interval '1 hour')
    SELECT (SELECT count(*) FROM account) AS by_account,
           (SELECT max(at_real) FROM account) AS last_by_account,
           (SELECT count(*) FROM network) AS by_network,
           (SELECT max(at_real) FROM network) AS last_by_network,
           clock_timestamp() AS now
""")
_NOTE = text("""
    INSERT INTO sign_in_tries (account_index, network_index, succeeded)
    VALUES (:account, :network, false) RETURNING id
""")
_SUCCEED = text("UPDATE sign_in_tries SET succeeded = true WHERE id = :number")
_BEGIN = text("INSERT INTO staff_sessions (id_hash, user_id) VALUES (:hash, :member)")
_SEEN = text("""
    UPDATE staff_sessions s SET seen_at_real = clock_timestamp() FROM users u
     WHERE s.id_hash = :hash AND u.id = s.user_id AND u.closed_at_real IS NULL
       AND s.ended_at_real IS NULL AND s.seen_at_real > clock_timestamp() - :idle
       AND s.begun_at_real > clock_timestamp() - :absolute
    RETURNING u.id, u.name, u.role, u.welsh
""")
_END = text("""
    UPDATE staff_sessions SET ended_at_real = clock_timestamp()
     WHERE id_hash = :hash AND ended_at_real IS NULL RETURNING user_id
""")
_AUDIT = text("""
    INSERT INTO audit (actor, action, subject_type, subject_id, at)
    VALUES (:actor, :action, 'staff', :subject, simulated_now())
""")


class DatabaseStaff:
    """Keeps the promises of contactbot.ports.staff."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    def add(self, name: str, role: Role, password_hash: str, *, welsh: bool) -> UUID:
        """A new member; raises NameTaken."""
        fresh = uuid4()
        values = {"id": fresh, "name": name, "role": str(role), "welsh": welsh}
        try:
            with self._engine.begin() as connection:
                connection.execute(_ADD, values | {"password_hash": password_hash})
                _audit(connection, "administration", "staff_added", fresh)
        except IntegrityError as error:
            raise NameTaken from error
        return fresh

    def account(self, name: str) -> Account | None:
        """The open account of this name."""
        with self._engine.begin() as connection:
            row = connection.execute(_ACCOUNT, {"name": name}).one_or_none()
        return Account(row.id, row.password_hash) if row else None

    def tries(self, name: str, network: str) -> Tries:
        """What failed lately."""
        with self._engine.begin() as connection:
            row = connection.execute(_TRIES, self._indexes(name, network)).mappings().one()
        return Tries(**row)

    def note_try(self, name: str, network: str) -> int:
        """Keep a try as failed until it has succeeded."""
        with self._engine.begin() as connection:
            number: int = connection.execute(_NOTE, self._indexes(name, network)).scalar_one()
        return number

    def begin_session(self, member: UUID, session: str, try_number: int) -> None:
        """Open a session, mark the try as succeeded, and keep who signed in."""
        with self._engine.begin() as connection:
            connection.execute(_SUCCEED, {"number": try_number})
            connection.execute(_BEGIN, {"hash": _hash(session), "member": member})
            _audit(connection, str(member), "staff_signed_in", member)

    def member(self, session: str, idle: timedelta, absolute: timedelta) -> Member | None:
        """Who holds this session."""
        limits = {"hash": _hash(session), "idle": idle, "absolute": absolute}
        with self._engine.begin() as connection:
            row = connection.execute(_SEEN, limits).one_or_none()
        return Member(row.id, row.name, Role(row.role), row.welsh) if row else None

    def end_session(self, session: str) -> None:
        """Close a session for good."""
        with self._engine.begin() as connection:
            member = connection.execute(_END, {"hash": _hash(session)}).scalar_one_or_none()
            if member is not None:
                _audit(connection, str(member), "staff_signed_out", member)

    def _indexes(self, name: str, network: str) -> dict[str, bytes]:
        account = self._keyring.blind("sign-in name", name)
        return {"account": account, "network": self._keyring.blind("sign-in network", network)}


def _hash(session: str) -> bytes:
    """The id has 256 random bits, so a plain hash of it is enough."""
    return sha256(session.encode()).digest()


def _audit(connection: Connection, actor: str, action: str, subject: UUID) -> None:
    connection.execute(_AUDIT, {"actor": actor, "action": action, "subject": str(subject)})
