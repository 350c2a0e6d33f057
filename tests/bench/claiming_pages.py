"""What people wait for beside the queue: the next person for a caller, and the live page."""

import time
from uuid import uuid4

from claiming_loops import make_world
from claiming_people import KEYS, People

from contactbot.database.caller_store import DatabaseCallerStore
from contactbot.database.engine import make_engine
from contactbot.database.live_view import DatabaseLiveViews
from contactbot.database.outreach_store import DatabaseOutreachStore
from contactbot.domain.staff import Role
from contactbot.operations.callers_queue import Calling, put_back, take_next
from contactbot.ports.callers import Claim
from contactbot.ports.staff import Member

CALLERS = 25
# How the referrals of a live page stand, and what came of the last attempt at each.
_STANDING = """
    UPDATE referrals r SET route = s.route, state = s.state, due_at = NULL,
           first_contact_at = CASE WHEN s.state = 'ongoing' THEN r.referred_at END
      FROM (SELECT id, CASE WHEN n % 10 < 3 THEN 'caller' ELSE 'none' END AS route,
                   CASE WHEN n % 10 < 3 THEN 'awaiting_contact'
                        WHEN n % 10 < 8 THEN 'ongoing' ELSE 'no_contact' END AS state
              FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM referrals) numbered
             WHERE n % 10 < 9) s
     WHERE r.id = s.id
"""
_ATTEMPTS = """
    INSERT INTO attempts (id, token, person_id, referral_id, number_id, number_index, channel,
                          state, decided_at, placed_at, ended_at, deadline_real, disposition,
                          policy_version)
    SELECT gen_random_uuid(), gen_random_uuid()::text, r.person_id, r.id, n.id, n.number_index,
           'call', 'completed', at, at, at + interval '1 minute', at, 'opted_in', 'bench'
      FROM referrals r JOIN numbers n ON n.person_id = r.person_id
      CROSS JOIN LATERAL (SELECT r.referred_at + random() * interval '1 day' AS at
                            FROM generate_series(1, 1 + (hashtext(r.id::text) & 1))) tries
     WHERE r.route <> 'caller'
"""
_DECISIONS = """
    INSERT INTO decisions (person_id, referral_id, attempt_id, channel, means, moment, allowed,
                           reasons, policy_version, at)
    SELECT person_id, referral_id, id, 'call', 'automatic', 'dispatch', true, '{}', 'bench',
           decided_at FROM attempts
    UNION ALL
    SELECT person_id, id, NULL, 'call', 'automatic', 'planned', false,
           CASE WHEN hashtext(id::text) & 1 = 0 THEN ARRAY['protected']
                ELSE ARRAY['protected', 'no_hours'] END, 'bench', referred_at
      FROM referrals WHERE route = 'caller'
"""
_DAYS_LATER = """
    INSERT INTO clock (shows, because) SELECT shows + interval '3 days', 'bench' FROM clock
"""


def next_person(people: People, *, times: int) -> list[float]:
    """How long callers waited for their next person, in seconds; each time others have theirs."""
    people.be_ready(CALLERS * 2, route="caller", due_at=None)
    engine = make_engine(people.url, pool_size=2)
    outreach = make_world(DatabaseOutreachStore(engine, KEYS))
    calling = Calling(outreach, DatabaseCallerStore(engine, KEYS))
    callers = [_caller(people, place) for place in range(CALLERS)]
    waited = []
    for turn in range(times + CALLERS):
        caller = callers[turn % CALLERS]
        put_back(calling, caller)
        began = time.perf_counter()
        found = take_next(calling, caller)
        waited.append(time.perf_counter() - began)
        if not isinstance(found, Claim):
            raise TypeError(f"nobody for a caller: {found}")
    engine.dispose()
    return waited[CALLERS:]


def _caller(people: People, place: int) -> Member:
    caller = Member(uuid4(), f"caller {place}", Role.CALLER, welsh=place % 3 == 0)
    people.connection.execute(
        "INSERT INTO users (id, name, role, password_hash, welsh) VALUES (%s, %s, %s, '', %s)",
        [caller.id, caller.name, str(caller.role), caller.welsh],
    )
    return caller


def look_at_live_page(people: People, referrals: int, *, times: int) -> list[float]:
    """How long the live page's look took, in seconds, at a queue that is mostly worked off.

    Each look reads anew: what viewers share within a second would cost nothing.
    """
    people.be_ready(referrals)
    for statement in (_STANDING, _ATTEMPTS, _DECISIONS, _DAYS_LATER):
        people.connection.execute(statement)
    people.settle()
    engine = make_engine(people.url, pool_size=1)
    took = []
    for _ in range(times + 5):
        began = time.perf_counter()
        DatabaseLiveViews(engine, KEYS).look()
        took.append(time.perf_counter() - began)
    engine.dispose()
    return took[5:]
