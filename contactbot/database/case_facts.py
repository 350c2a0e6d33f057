"""Read all that the gate and the planner need to know of referrals, of one or of many at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from contactbot.database.crypto import Keyring, PersonBox, SealBroken
from contactbot.database.row_sets import id_set, row_set
from contactbot.domain.attempts import LIVE, AttemptState
from contactbot.domain.calendar import WeeklyHours, parse_hours
from contactbot.domain.gate import (
    Channel,
    ContactFacts,
    NumberFacts,
    PastAttempt,
    ProfileFacts,
)
from contactbot.domain.phone import PhoneKind
from contactbot.domain.planning import CaseFacts
from contactbot.domain.referral import Permission
from contactbot.ports.clock import Instant
from contactbot.ports.outreach import Case, CaseUnreadable, Target

HISTORY = timedelta(days=120)
TAKES_TEXTS = frozenset({PhoneKind.MOBILE, PhoneKind.PRETEND})

# With each referral its person's newest profile, and of the person's numbers the one to call next.
_REFERRALS = text("""
    SELECT r.id, r.person_id, r.reference, r.source_system, r.state, r.tier, r.referred_at,
           r.enhanced, r.risk, r.first_contact_at, p.key_wrapped, p.language,
           c.version, c.safe_call, c.safe_text, c.safe_voicemail, c.safe_hours, c.confirmed_on,
           c.voided_at, n.id AS number_id, n.number_index, n.number_sealed, n.usable,
           n.suspended_because, n.kind
      FROM referrals r
      JOIN persons p ON p.id = r.person_id
      LEFT JOIN LATERAL (SELECT * FROM contact_profiles WHERE person_id = p.id
                         ORDER BY version DESC LIMIT 1) c ON true
      LEFT JOIN LATERAL (
           SELECT n.*, (SELECT count(*) FROM attempts a
                         WHERE a.person_id = n.person_id AND a.number_id = n.id) AS tries
             FROM numbers n
            WHERE n.person_id = p.id
              AND (CAST(:number AS uuid) IS NULL OR n.id = CAST(:number AS uuid))
            ORDER BY n.usable DESC, n.suspended_because NULLS FIRST, tries, n.position
            LIMIT 1) n ON true
     WHERE r.id = ANY(CAST(:referrals AS uuid[]))
""")
# `whose` is the person asked about; the attempt may be another's who may be the same, or was made
# to the same number.
_HISTORY = text("""
    WITH kin AS (
        SELECT p AS whose, p AS id FROM unnest(CAST(:persons AS uuid[])) p
        UNION SELECT person_a, person_b FROM person_links
               WHERE person_a = ANY(CAST(:persons AS uuid[])) AND state <> 'rejected'
        UNION SELECT person_b, person_a FROM person_links
               WHERE person_b = ANY(CAST(:persons AS uuid[])) AND state <> 'rejected'),
    found AS (
        SELECT kin.whose, a.*, true AS by_person
          FROM kin JOIN attempts a ON a.person_id = kin.id AND a.decided_at > :since
        UNION ALL
        SELECT n.whose, a.*, false
          FROM json_to_recordset(CAST(:numbers AS json)) AS n(whose uuid, number_index text)
          JOIN attempts a
            ON a.number_index = decode(n.number_index, 'hex') AND a.decided_at > :since)
    SELECT whose, channel, state, coalesce(placed_at, decided_at) AS placed_at, disposition,
           bool_or(by_person) AS same_person, bool_or(NOT by_person) AS same_number
      FROM found
     GROUP BY whose, id, channel, state, placed_at, decided_at, disposition
     ORDER BY decided_at
""")
_STOPS = text("""
    SELECT 'hold' AS kind, person_id AS whose, id, referral_id, reason, CAST(NULL AS bytea) AS code
      FROM holds WHERE person_id = ANY(CAST(:persons AS uuid[])) AND released_at IS NULL
    UNION
    SELECT 'suppression', person_id, id, NULL, reason, NULL FROM suppressions
     WHERE person_id = ANY(CAST(:persons AS uuid[]))
       AND lifted_at IS NULL AND (programme IS NULL OR programme = 'support')
    UNION
    SELECT 'suppression', n.whose, s.id, NULL, s.reason, NULL
      FROM json_to_recordset(CAST(:numbers AS json)) AS n(whose uuid, number_index text)
      JOIN suppressions s ON s.number_index = decode(n.number_index, 'hex')
     WHERE s.lifted_at IS NULL AND (s.programme IS NULL OR s.programme = 'support')
    UNION
    SELECT 'code', person_id, id, id, NULL, contact_code_sealed FROM referrals
     WHERE person_id = ANY(CAST(:persons AS uuid[])) AND contact_code_sealed IS NOT NULL
""")
_BROKEN = (AttributeError, KeyError, SealBroken, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A referral's row with what is sealed in it."""

    row: Row[Any]
    box: PersonBox = field(repr=False)
    target: Target | None = field(repr=False)
    indexes: tuple[bytes, ...]


def read_case(
    connection: Connection,
    keyring: Keyring,
    instant: Instant,
    referral_id: UUID,
    number_id: UUID | None = None,
) -> Case:
    """The referral and everything around it; raises `CaseUnreadable`.

    Of the person's numbers it is the one given, else the one to call next.
    """
    found = read_cases(connection, keyring, instant, [referral_id], number_id)[referral_id]
    if isinstance(found, CaseUnreadable):
        raise found
    return found


def read_cases(
    connection: Connection,
    keyring: Keyring,
    instant: Instant,
    referral_ids: Sequence[UUID],
    number_id: UUID | None = None,
) -> dict[UUID, Case | CaseUnreadable]:
    """Each of the referrals as it is now, three readings for all of them together.

    Whoever decides by them has locked the persons in an earlier statement: a statement sees what
    was committed before it began.
    """
    asked = {"referrals": id_set(referral_ids), "number": number_id}
    cases: dict[UUID, Case | CaseUnreadable] = {}
    opened: list[_Opened] = []
    for row in connection.execute(_REFERRALS, asked):
        try:
            opened.append(_open(keyring, row))
        except _BROKEN as fault:
            cases[row.id] = _unreadable(row, fault)
    about = _about(opened)
    since = {"since": instant.calendar - HISTORY}
    past = _by_person(connection.execute(_HISTORY, about | since).all()) if opened else {}
    stops = _by_person(connection.execute(_STOPS, about).all()) if opened else {}
    for one in opened:
        person = one.row.person_id
        try:
            found = (past.get(person, ()), stops.get(person, ()))
            cases[one.row.id] = _case(instant, one, *found)
        except _BROKEN as fault:
            cases[one.row.id] = _unreadable(one.row, fault)
    return cases


def _unreadable(row: Row[Any], fault: Exception) -> CaseUnreadable:
    unreadable = CaseUnreadable(row.person_id)
    unreadable.__cause__ = fault
    return unreadable


def _open(keyring: Keyring, row: Row[Any]) -> _Opened:
    box = keyring.open_box(row.key_wrapped)
    if row.number_id is None:
        return _Opened(row, box, None, ())
    number = box.open("numbers", "number_sealed", row.number_id, row.number_sealed)
    target = Target(row.number_id, bytes(row.number_index), number)
    # Under every key in use: what was kept under an older one still counts and still stops.
    return _Opened(row, box, target, keyring.blind_all("number", number))


def _about(opened: Sequence[_Opened]) -> dict[str, Any]:
    numbers = {(one.row.person_id, index): None for one in opened for index in one.indexes}
    return {
        "persons": id_set({one.row.person_id: None for one in opened}),
        "numbers": row_set({"whose": person, "number_index": index} for person, index in numbers),
    }


def _by_person(rows: Sequence[Row[Any]]) -> Mapping[UUID, Sequence[Row[Any]]]:
    found: defaultdict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.whose].append(row)
    return found


def _case(
    instant: Instant, one: _Opened, past: Sequence[Row[Any]], stops: Sequence[Row[Any]]
) -> Case:
    row = one.row
    return Case(
        referral_id=row.id,
        person_id=row.person_id,
        reference=row.reference,
        source_system=row.source_system,
        facts=ContactFacts(
            state=row.state,
            tier=row.tier,
            profile=_profile(row),
            number=_number(row),
            holds=tuple(
                stop.reason
                for stop in stops
                if stop.kind == "hold" and stop.referral_id in {None, row.id}
            ),
            suppressions=tuple(stop.reason for stop in stops if stop.kind == "suppression"),
            history=tuple(_past(attempt) for attempt in past),
            live=any(attempt.state in LIVE for attempt in past),
            now=instant.calendar,
            skew=timedelta(0),
        ),
        case=CaseFacts(
            referred_at=row.referred_at,
            enhanced=row.enhanced,
            risk=row.risk,
            first_contact_at=row.first_contact_at,
        ),
        target=one.target,
        language=row.language,
        contact_codes=tuple(
            one.box.open("referrals", "contact_code_sealed", stop.id, stop.code)
            for stop in stops
            if stop.kind == "code"
        ),
    )


def _profile(row: Row[Any]) -> ProfileFacts | None:
    if row.version is None:
        return None
    return ProfileFacts(
        safe_call=Permission(row.safe_call),
        safe_text=Permission(row.safe_text),
        safe_voicemail=Permission(row.safe_voicemail),
        hours=_hours(row.safe_hours),
        confirmed_on=row.confirmed_on,
        voided=row.voided_at is not None,
    )


def _hours(written: str | None) -> WeeklyHours | None:
    return parse_hours(written) if written else None


def _number(row: Row[Any]) -> NumberFacts | None:
    if row.number_id is None:
        return None
    suspended = row.suspended_because is not None
    return NumberFacts(
        row.number_index.hex(),
        usable=row.usable,
        suspended=suspended,
        mobile=row.kind in TAKES_TEXTS,
    )


def _past(row: Row[Any]) -> PastAttempt:
    return PastAttempt(
        same_person=row.same_person,
        same_number=row.same_number,
        channel=Channel(row.channel),
        state=AttemptState(row.state),
        placed_at=row.placed_at,
        disposition=row.disposition,
    )
