"""Who is calling whom: claims on people, and the order in which they are given out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.pq import TransactionStatus
from sqlalchemy import RowMapping, select, text, update

from contactbot.database.journeys import BEGIN, driver_of, travel
from contactbot.database.tables import caller_claims
from contactbot.database.transaction import CLOCK_LOCK, Transaction
from contactbot.ports.callers import Claim, Standing
from contactbot.ports.clock import Instant

# A page with a script beats every half minute; one without is believed for half an hour.
_OPEN = " FROM caller_claims WHERE ended_at_real IS NULL "
_SILENT = f"""{_OPEN}
       AND beat_at_real < clock_timestamp()
           - CASE WHEN beats THEN interval '2 minutes' ELSE interval '30 minutes' END
"""
_GONE = text(f"SELECT person_id {_SILENT} ORDER BY person_id")
# The clock is locked first, so that no leap comes between its reading and what is decided by it.
_HOLD_CLOCK = "SELECT pg_advisory_xact_lock_shared($1)"
_STANDING = f"""
    SELECT simulated_now(), clock_timestamp(),
           EXISTS (SELECT {_OPEN} AND user_id = $1),
           EXISTS (SELECT {_SILENT})
"""
# A call-back that was promised comes first; it is found from its own side, and everybody else in
# the order of an index, so that nobody sorts all who wait to find the one who is first.
_BOOKED = """
    SELECT FROM appointments b WHERE b.referral_id = r.id AND b.state = 'booked'
"""
_LANGUAGE = """
    coalesce((SELECT min(b.language) FROM appointments b
               WHERE b.referral_id = r.id AND b.state = 'booked'), p.language, 'en')
"""
_WAITING = " FROM referrals r JOIN persons p ON p.id = r.person_id "
_PROMISED = _WAITING + "JOIN appointments a ON a.referral_id = r.id "
_MAY_BE_RUNG = """
           r.route = 'caller' AND (r.due_at IS NULL OR r.due_at <= {now})
       AND (r.tier = 'standard' OR EXISTS (
           SELECT FROM contact_releases l
            WHERE l.referral_id = r.id AND l.until > {now} AND l.used_up_at IS NULL)
           OR 'yes' = (SELECT safe_call FROM contact_profiles c
                        WHERE c.person_id = p.id ORDER BY version DESC LIMIT 1))
       AND NOT EXISTS (SELECT FROM caller_claims c
                        WHERE c.person_id = p.id AND c.ended_at_real IS NULL)
"""
_NOW = _MAY_BE_RUNG.format(now="%(now)s")
# Nobody is looked for in turn, nor locked, where a call-back is due.
_NEXT = f"""
    WITH promised AS MATERIALIZED (
        SELECT r.id {_PROMISED}
         WHERE a.state = 'booked' AND a.starts_at <= %(now)s AND {_NOW}
           AND (%(welsh)s OR {_LANGUAGE} <> 'cy')
         ORDER BY a.starts_at, r.breach_at, r.risk_rank, r.referred_at
         LIMIT 1 FOR UPDATE OF p, r SKIP LOCKED),
    in_turn AS MATERIALIZED (
        SELECT r.id {_WAITING}
         WHERE NOT EXISTS (TABLE promised) AND {_NOW} AND NOT EXISTS ({_BOOKED})
           AND (%(welsh)s OR coalesce(p.language, 'en') <> 'cy')
         ORDER BY r.breach_at, r.risk_rank, r.referred_at
         LIMIT 1 FOR UPDATE OF p, r SKIP LOCKED)
    TABLE promised UNION ALL TABLE in_turn
"""
_NEEDS_WELSH = text(f"""
    SELECT EXISTS (
        SELECT {_WAITING}
         WHERE {_MAY_BE_RUNG.format(now=":now")} AND {_LANGUAGE} = 'cy'
           AND (NOT EXISTS ({_BOOKED}) OR EXISTS ({_BOOKED} AND b.starts_at <= :now)))
""")
# Whom no caller is offered, and whose newest decision by hand does not say why: those never judged
# come first. What the gate may say of them stands in the second list.
_BARRED = text("""
    SELECT r.id
      FROM referrals r JOIN persons p ON p.id = r.person_id
      LEFT JOIN LATERAL (
           SELECT id, reasons FROM decisions d
            WHERE d.referral_id = r.id AND d.channel = 'call' AND d.means = 'by_hand'
            ORDER BY id DESC LIMIT 1) last ON true
     CROSS JOIN LATERAL (
           SELECT coalesce((SELECT safe_call FROM contact_profiles c
                             WHERE c.person_id = p.id ORDER BY version DESC LIMIT 1),
                           'blank') AS call) said
     WHERE r.route = 'caller' AND r.tier <> 'standard' AND said.call <> 'yes'
       AND NOT EXISTS (SELECT FROM contact_releases l
                        WHERE l.referral_id = r.id AND l.until > :now AND l.used_up_at IS NULL)
       AND NOT coalesce(
           last.reasons && CASE said.call WHEN 'no' THEN ARRAY['said_no'] ELSE :blank END, false)
     ORDER BY last.id NULLS FIRST LIMIT :most FOR UPDATE OF p, r SKIP LOCKED
""")
_WHERE_NOBODY_SAID = [
    *("needs_release", "no_profile", "not_permitted", "unknown_value", "gate_error"),
]
_RELEASED = """
    SELECT EXISTS (SELECT FROM contact_releases
                    WHERE referral_id = %(referral)s AND until > %(now)s AND used_up_at IS NULL)
"""
_GIVE = """
    INSERT INTO caller_claims (id, referral_id, person_id, user_id)
    VALUES (%(id)s, %(referral)s, %(person)s, %(user)s)
    ON CONFLICT DO NOTHING
    RETURNING id, person_id, referral_id, user_id, attempt_id, identity, identity_tries, private,
              language
"""


class ClaimRecords(Transaction):
    """The part of a transaction that keeps claims (promises: contactbot.ports.callers)."""

    def gone(self) -> Sequence[Claim]:
        """Open claims whose caller has not been heard of for too long."""
        found = []
        for person_id in self.connection.execute(_GONE).scalars().all():
            self.lock_person(person_id)
            still = {row.person_id for row in self.connection.execute(_GONE)}
            claim = self._open(caller_claims.c.person_id == person_id)
            if claim is not None and person_id in still:
                found.append(claim)
        return found

    def standing(self, user_id: UUID) -> Standing:
        """Where a caller stands, in one journey that also begins the transaction."""
        connection = self.connection
        idle = driver_of(connection).pgconn.transaction_status == TransactionStatus.IDLE
        asked = [(_HOLD_CLOCK, (CLOCK_LOCK,)), (_STANDING, (user_id,))]
        ((calendar, real, mine, gone),) = travel(connection, [BEGIN, *asked] if idle else asked)[-1]
        self._instant = Instant(calendar, real)
        return Standing(self.claim_of(user_id) if mine else None, somebody_gone=gone)

    def claim_of(self, user_id: UUID) -> Claim | None:
        """The person this caller has, locked."""
        mine = caller_claims.c.user_id == user_id
        claim = self._open(mine)
        if claim is None:
            return None
        self.lock_person(claim.person_id)
        return self._open(mine)

    def _open(self, which: Any) -> Claim | None:
        found = select(caller_claims).where(which, caller_claims.c.ended_at_real.is_(None))
        row = self.connection.execute(found).mappings().one_or_none()
        return claim_from(row) if row else None

    def next_for_caller(self, *, welsh: bool) -> UUID | None:
        """Lock the person a caller should ring next."""
        row = self.run(_NEXT, now=self.instant.calendar, welsh=welsh).fetchone()
        return None if row is None else row[0]

    def needs_welsh(self) -> bool:
        """Whether somebody is due whom only a speaker of Welsh may ring."""
        about = {"now": self.instant.calendar}
        return bool(self.connection.execute(_NEEDS_WELSH, about).scalar_one())

    def barred(self, most: int) -> Sequence[UUID]:
        """Lock people no caller is offered whose reason is not kept yet; their referrals."""
        about = {"now": self.instant.calendar, "most": most, "blank": _WHERE_NOBODY_SAID}
        return self.connection.execute(_BARRED, about).scalars().all()

    def open_claim(
        self, claim_id: UUID, referral_id: UUID, person_id: UUID, user_id: UUID
    ) -> Claim | None:
        """Give the person to this caller; None if another has them, or the caller has another."""
        about = {"id": claim_id, "referral": referral_id, "person": person_id, "user": user_id}
        row = self.run(_GIVE, **about).fetchone()
        return None if row is None else Claim(*row)

    def change_claim(self, claim_id: UUID, **changed: object) -> None:
        """Keep how far the caller has come."""
        this = caller_claims.c.id == claim_id
        self.connection.execute(update(caller_claims).where(this).values(**changed))

    def end_claim(self, claim_id: UUID, because: str) -> None:
        """Let the person go."""
        self.change_claim(claim_id, ended_at_real=self.instant.real, ended_because=because)

    def is_released(self, referral_id: UUID) -> bool:
        """Whether a supervisor's release holds at this moment."""
        ((released,),) = self.run(_RELEASED, referral=referral_id, now=self.instant.calendar)
        return bool(released)


def claim_from(row: RowMapping) -> Claim:
    """The claim of one row."""
    return Claim(**{name: row[name] for name in Claim.__dataclass_fields__})
