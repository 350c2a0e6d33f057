"""Read all that the gate and the planner need to know of one referral."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from contactbot.database.crypto import Keyring, PersonBox, SealBroken
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

_REFERRAL = text("""
    SELECT r.id, r.person_id, r.reference, r.source_system, r.state, r.tier, r.referred_at,
           r.enhanced, r.risk, r.officer_view, r.first_contact_at, p.key_wrapped, p.language,
           c.version, c.safe_call, c.safe_text, c.safe_voicemail, c.safe_hours, c.confirmed_on,
           c.voided_at
      FROM referrals r
      JOIN persons p ON p.id = r.person_id
      LEFT JOIN LATERAL (SELECT * FROM contact_profiles WHERE person_id = p.id
                         ORDER BY version DESC LIMIT 1) c ON true
     WHERE r.id = :referral
""")
_NUMBERS = text("""
    SELECT n.id, n.number_index, n.number_sealed, n.usable, n.suspended_because, n.kind,
           (SELECT count(*) FROM attempts a WHERE a.number_id = n.id) AS tries
      FROM numbers n
     WHERE n.person_id = :person
       AND (CAST(:number AS uuid) IS NULL OR n.id = CAST(:number AS uuid))
     ORDER BY n.usable DESC, n.suspended_because NULLS FIRST, tries, n.position
     LIMIT 1
""")
_HISTORY = text("""
    WITH kin AS (
        SELECT CAST(:person AS uuid) AS id
        UNION SELECT person_b FROM person_links WHERE person_a = :person AND state <> 'rejected'
        UNION SELECT person_a FROM person_links WHERE person_b = :person AND state <> 'rejected')
    SELECT a.referral_id, a.person_id IN (SELECT id FROM kin) AS same_person,
           a.number_index = ANY(:numbers) AS same_number, a.channel, a.state,
           coalesce(a.placed_at, a.decided_at) AS placed_at, a.disposition
      FROM attempts a
     WHERE (a.person_id IN (SELECT id FROM kin) OR a.number_index = ANY(:numbers))
       AND a.decided_at > :since
     ORDER BY a.decided_at
""")
_STOPS = text("""
    SELECT 'hold' AS kind, reason FROM holds
     WHERE person_id = :person AND released_at IS NULL
       AND (referral_id IS NULL OR referral_id = :referral)
    UNION ALL
    SELECT 'suppression', reason FROM suppressions
     WHERE lifted_at IS NULL AND (programme IS NULL OR programme = 'support')
       AND (person_id = :person OR number_index = ANY(:numbers))
    UNION ALL
    SELECT 'code', encode(contact_code_sealed, 'hex') || id::text FROM referrals
     WHERE person_id = :person AND contact_code_sealed IS NOT NULL
""")


@dataclass(frozen=True, slots=True)
class _Stops:
    holds: tuple[str, ...]
    suppressions: tuple[str, ...]
    codes: tuple[str, ...]


def read_case(
    connection: Connection,
    keyring: Keyring,
    instant: Instant,
    referral_id: UUID,
    number_id: UUID | None = None,
) -> Case:
    """The referral and everything around it, in one consistent reading of the transaction.

    Of the person's numbers it is the one given, else the one to call next.
    """
    row = connection.execute(_REFERRAL, {"referral": referral_id}).mappings().one()
    try:
        return _read(connection, keyring, instant, row, number_id)
    except (AttributeError, KeyError, SealBroken, TypeError, ValueError) as fault:
        raise CaseUnreadable(row["person_id"]) from fault


def _read(
    connection: Connection,
    keyring: Keyring,
    instant: Instant,
    row: RowMapping,
    number_id: UUID | None,
) -> Case:
    referral_id = row["id"]
    box = keyring.open_box(row["key_wrapped"])
    person = {"person": row["person_id"]}
    which = person | {"number": number_id}
    number = connection.execute(_NUMBERS, which).mappings().one_or_none()
    target = _target(number, box)
    # Under every key in use: what was kept under an older one still counts and still stops.
    indexes = keyring.blind_all("number", target.number) if target else ()
    about = person | {"numbers": list(indexes), "referral": referral_id}
    past = (
        connection.execute(_HISTORY, about | {"since": instant.calendar - HISTORY}).mappings().all()
    )
    stops = _stops(connection.execute(_STOPS, about).mappings().all(), box)
    return Case(
        referral_id=referral_id,
        person_id=row["person_id"],
        reference=row["reference"],
        source_system=row["source_system"],
        facts=ContactFacts(
            state=row["state"],
            tier=row["tier"],
            profile=_profile(row),
            number=_number(number),
            holds=stops.holds,
            suppressions=stops.suppressions,
            history=tuple(_past(attempt) for attempt in past),
            live=any(attempt["state"] in LIVE for attempt in past),
            now=instant.calendar,
            skew=timedelta(0),
        ),
        case=_case(row),
        target=target,
        language=row["language"],
        contact_codes=stops.codes,
    )


def _stops(rows: Sequence[RowMapping], box: PersonBox) -> _Stops:
    def of(kind: str) -> tuple[str, ...]:
        return tuple(row["reason"] for row in rows if row["kind"] == kind)

    return _Stops(of("hold"), of("suppression"), tuple(_code(box, code) for code in of("code")))


def _code(box: PersonBox, packed: str) -> str:
    sealed, referral = bytes.fromhex(packed[:-36]), UUID(packed[-36:])
    return box.open("referrals", "contact_code_sealed", referral, sealed)


def _profile(row: RowMapping) -> ProfileFacts | None:
    if row["version"] is None:
        return None
    return ProfileFacts(
        safe_call=Permission(row["safe_call"]),
        safe_text=Permission(row["safe_text"]),
        safe_voicemail=Permission(row["safe_voicemail"]),
        hours=_hours(row["safe_hours"]),
        confirmed_on=row["confirmed_on"],
        voided=row["voided_at"] is not None,
    )


def _hours(written: str | None) -> WeeklyHours | None:
    return parse_hours(written) if written else None


def _number(row: RowMapping | None) -> NumberFacts | None:
    if row is None:
        return None
    suspended = row["suspended_because"] is not None
    return NumberFacts(
        row["number_index"].hex(),
        usable=row["usable"],
        suspended=suspended,
        mobile=row["kind"] in TAKES_TEXTS,
    )


def _target(row: RowMapping | None, box: PersonBox) -> Target | None:
    if row is None:
        return None
    number = box.open("numbers", "number_sealed", row["id"], row["number_sealed"])
    return Target(row["id"], bytes(row["number_index"]), number)


def _past(row: RowMapping) -> PastAttempt:
    return PastAttempt(
        same_person=bool(row["same_person"]),
        same_number=bool(row["same_number"]),
        channel=Channel(row["channel"]),
        state=AttemptState(row["state"]),
        placed_at=row["placed_at"],
        disposition=row["disposition"],
    )


def _case(row: RowMapping) -> CaseFacts:
    return CaseFacts(
        referred_at=row["referred_at"],
        enhanced=row["enhanced"],
        risk=row["risk"],
        first_contact_at=row["first_contact_at"],
    )
