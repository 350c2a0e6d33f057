"""Persons and referrals as rows: personal fields sealed, what is searched for indexed.

New rows are tuples of values in PostgreSQL’s binary form, in the order of their `…_COLUMNS`; rows
that change something known are dictionaries.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from contactbot.database.binary_copy import NO, YES, Value, day, flag, moment, small, whole, words
from contactbot.database.crypto import PersonBox, WrappedKey
from contactbot.database.intake_marks import BlindIndexes
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.gate import Channel, Means, Moment
from contactbot.domain.intake import SuppressionReason
from contactbot.domain.person import PersonDetails
from contactbot.domain.planning import Route, risk_rank
from contactbot.domain.referral import Language, OffenderKnown, ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.ports.clock import Instant
from contactbot.ports.intake_records import Link, NumberRecord, PersonRecord, ReferralWrite, Stop

# Declining support says nothing about a survey; every other suppression is of all contact.
PROGRAMMES: Final = MappingProxyType({SuppressionReason.SUPPORT_DECLINED: "support"})

_SEALED = ("given_name", "family_name", "date_of_birth", "address", "postcode", "email")
_PERSON_SEALED = (*_SEALED, "demographics")
_MARKS = ("surname_birth", "names", "birth", "home")
PERSON_COLUMNS: Final = (
    *("id", "key_wrapped", "created_at", "language", "language_source", "language_at", "deceased"),
    *(f"{name}_sealed" for name in _PERSON_SEALED),
    *(f"{name}_index" for name in _MARKS),
)
NUMBER_COLUMNS: Final = (
    *("id", "person_id", "position", "number_sealed", "as_given_sealed", "number_index", "kind"),
    *("usable", "added_at"),
)
PROFILE_COLUMNS: Final = (
    *("id", "person_id", "version", "safe_call", "safe_text", "safe_voicemail", "safe_hours"),
    *("confirmed_on", "confirmed_by", "recorded_at", "voided_at", "voided_because"),
)
_REFERRAL_SEALED = ("suspect_number", "contact_code", "officer_reason", "notes")
REFERRAL_COLUMNS: Final = (
    *("id", "person_id", "reference", "source_system", "source", "crime_group", "flags"),
    *("flags_assessed", "unknown_flags", "referred_at", "reported_on", "offence_code", "area"),
    *("offender_known", "risk", "support_declined", "officer_view", "case_state"),
    *("victim_informed_on", "suspect_index", "row_fingerprint", "tier", "tier_because", "enhanced"),
    *("risk_rank", "imported_at", "updated_at", "state", "state_because", "route", "due_at"),
    *("breach_at", "withheld_because"),
    *(f"{name}_sealed" for name in _REFERRAL_SEALED),
)

DECISION_COLUMNS: Final = (
    *("person_id", "referral_id", "channel", "means", "moment", "allowed", "reasons"),
    *("policy_version", "at"),
)

Row = dict[str, Any]
NewRow = tuple[Value, ...]


def new_person(
    person: PersonRecord, key: WrappedKey, box: PersonBox, blind: BlindIndexes, instant: Instant
) -> NewRow:
    """A person nobody knew."""
    language = person.details.language
    now = moment(instant.calendar)
    return (
        person.id.bytes,
        key,
        now,
        language,
        "referral" if language else None,
        now if language else None,
        flag("deceased" in person.suppressions),
        *_sealed_person(person, box),
        *_indexes(person, blind),
    )


def person_row(person: PersonRecord, box: PersonBox, blind: BlindIndexes, instant: Instant) -> Row:
    """The columns of a known person that a source can tell."""
    row: Row = {"id": person.id}
    row |= zip(PERSON_COLUMNS[7:14], _sealed_person(person, box), strict=True)
    row |= zip(PERSON_COLUMNS[14:], _indexes(person, blind), strict=True)
    row["language"] = person.details.language
    if not person.language_told_by_person:
        row["language_source"] = "referral" if row["language"] else None
        row["language_at"] = instant.calendar if row["language"] else None
    row["deceased"] = "deceased" in person.suppressions
    return row


def _sealed_person(person: PersonRecord, box: PersonBox) -> list[bytes | None]:
    told = person.details
    born = told.date_of_birth
    texts = {
        "given_name": told.given_name,
        "family_name": told.family_name,
        "date_of_birth": born.isoformat() if born else "",
        "address": told.address,
        "postcode": told.postcode,
        "email": told.email,
        "demographics": _demographics(told),
    }
    return box.seal_all("persons", person.id, texts)


def _demographics(told: PersonDetails) -> str:
    answers = {
        "gender": told.gender,
        "ethnicity": told.ethnicity,
        "sexual_orientation": told.sexual_orientation,
        "disability": told.disability,
    }
    return _TO_JSON(answers) if any(answers.values()) else ""


_TO_JSON = json.JSONEncoder(ensure_ascii=False).encode


def _indexes(person: PersonRecord, blind: BlindIndexes) -> tuple[bytes | None, ...]:
    marks = person.marks()
    return (
        blind.newest("surname_birth", marks.surname_birth),
        blind.newest("names", marks.names),
        blind.newest("birth", marks.birth),
        blind.newest("home", marks.home),
    )


def details_from(row: Any, box: PersonBox) -> PersonDetails:
    """A person’s details, opened."""
    opened = {
        name: box.open("persons", f"{name}_sealed", row["id"], bytes(row[f"{name}_sealed"]))
        for name in _PERSON_SEALED
        if row[f"{name}_sealed"] is not None
    }
    born = opened.pop("date_of_birth", None)
    told = json.loads(opened.pop("demographics", "{}"))
    return PersonDetails(
        **opened,
        **told,
        date_of_birth=date.fromisoformat(born) if born else None,
        language=Language(row["language"]) if row["language"] else None,
    )


def new_number(
    number: NumberRecord, person: PersonRecord, box: PersonBox, blind: BlindIndexes, at: bytes
) -> NewRow:
    """A number nobody knew of this person; `at` is the moment it was told."""
    e164 = number.number.e164
    return (
        number.id.bytes,
        person.id.bytes,
        small(number.position),
        *box.seal_all("numbers", number.id, {"number": e164, "as_given": number.as_given}),
        blind.newest("number", e164),
        number.number.kind,
        flag(number.usable),
        at,
    )


def moved_number(number: NumberRecord) -> Row:
    """What may change of a known number."""
    return {
        "id": number.id,
        "position": number.position,
        "usable": number.usable,
        "suspended_because": number.suspended_because,
    }


def stop_row(stop: Stop) -> Row:
    """What a hold and a suppression share."""
    return {
        "id": uuid4(),
        "person_id": stop.person_id,
        "referral_id": stop.referral_id,
        "reason": stop.reason,
    }


def link_row(link: Link) -> Row:
    """A pair of persons, always in the same order."""
    one, other = sorted((link.one, link.other))
    return {"person_a": one, "person_b": other, "because": list(link.because)}


def new_profile(person: PersonRecord, profile: ContactProfile, at: bytes) -> NewRow:
    """The next version of a person’s contact profile."""
    return (
        uuid4().bytes,
        person.id.bytes,
        whole(person.profile_version + 1),
        profile.safe_call,
        profile.safe_text,
        profile.safe_voicemail,
        profile.hours.text() if profile.hours else None,
        day(profile.confirmed_on),
        "referral" if profile.confirmed_on else None,
        at,
        moment(profile.voided_at),
        "still_voided" if profile.voided_at else None,
    )


def new_referral(
    write: ReferralWrite, box: PersonBox, blind: BlindIndexes, instant: Instant
) -> NewRow:
    """A referral nobody knew, where it stands and where it goes next."""
    row, tier, plan = write.row, write.tier, write.plan
    now = moment(instant.calendar)
    suspect = row.suspect_phone.number.e164 if row.suspect_phone else None
    known = row.offender_known
    return (
        write.id.bytes,
        write.person_id.bytes,
        row.reference,
        row.source_system,
        row.source,
        row.crime_group,
        _sorted_words(row.flags.known),
        flag(row.flags.assessed),
        words(row.flags.unknown),
        moment(row.referred_at),
        day(row.reported_on),
        row.offence_code or None,
        row.area or None,
        None if known is OffenderKnown.BLANK else known,
        row.risk,
        YES if row.support_declined else NO,
        row.officer_view,
        row.case_state,
        day(row.victim_informed_on),
        blind.newest("number", suspect),
        blind.newest("row", write.fingerprint),
        tier.tier,
        words(tier.because),
        flag(write.enhanced),
        small(risk_rank(row.risk)),
        now,
        now,
        write.state or (plan.state if plan else ReferralState.NEW),
        write.state_because,
        plan.route if plan else Route.NONE,
        moment(plan.due_at) if plan else None,
        moment(plan.breach_at) if plan else None,
        words(plan.reasons if plan else ()),
        *box.seal_all("referrals", write.id, _referral_texts(row)),
    )


def _referral_texts(row: ReferralRow) -> dict[str, str]:
    return {
        "suspect_number": row.suspect_phone.number.e164 if row.suspect_phone else "",
        "contact_code": row.contact_code,
        "officer_reason": row.officer_reason,
        "notes": row.notes,
    }


def _sorted_words(flags: frozenset[Any]) -> bytes:
    return words(tuple(sorted(flags)) if flags else ())


def referral_values(
    write: ReferralWrite, box: PersonBox, blind: BlindIndexes, instant: Instant
) -> Row:
    """A known referral’s columns as its row gives them; where it goes next is not among them."""
    row, suspect = write.row, write.row.suspect_phone
    values: Row = _facts(row) | {
        "id": write.id,
        "suspect_index": blind.newest("number", suspect.number.e164 if suspect else None),
        "row_fingerprint": blind.newest("row", write.fingerprint),
        "tier": write.tier.tier,
        "tier_because": list(write.tier.because),
        "enhanced": write.enhanced,
        "risk_rank": risk_rank(row.risk),
        "updated_at": instant.calendar,
    }
    sealed = box.seal_all("referrals", write.id, _referral_texts(row))
    return values | dict(zip(REFERRAL_COLUMNS[-4:], sealed, strict=True))


def _facts(row: ReferralRow) -> Row:
    return {
        "source": row.source,
        "crime_group": row.crime_group,
        "flags": sorted(row.flags.known),
        "flags_assessed": row.flags.assessed,
        "unknown_flags": list(row.flags.unknown),
        "referred_at": row.referred_at,
        "reported_on": row.reported_on,
        "offence_code": row.offence_code or None,
        "area": row.area or None,
        "offender_known": None if row.offender_known is OffenderKnown.BLANK else row.offender_known,
        "risk": row.risk,
        "support_declined": row.support_declined,
        "officer_view": row.officer_view,
        "case_state": row.case_state,
        "victim_informed_on": row.victim_informed_on,
    }


def state_values(write: ReferralWrite) -> Row:
    """Where a known referral stands that was taken out of the queue, or back into it."""
    return {
        "id": write.id,
        "state": write.state,
        "state_because": write.state_because,
        "route": Route.NONE,
        "due_at": None,
        "breach_at": None,
        "withheld_because": [],
    }


def denial_rows(
    writes: Iterable[ReferralWrite], policy_version: str, instant: Instant
) -> list[NewRow]:
    """A refused decision for each plan that is not automatic."""
    return [
        denial(write.person_id, write.id, write.plan.reasons, policy_version, instant)
        for write in writes
        if write.plan and write.plan.route is not Route.AUTOMATIC
    ]


def denial(
    person_id: UUID,
    referral_id: UUID,
    reasons: Sequence[str],
    policy_version: str,
    instant: Instant,
) -> NewRow:
    """Why a planned automatic call was refused."""
    return (
        person_id.bytes,
        referral_id.bytes,
        Channel.CALL,
        Means.AUTOMATIC,
        Moment.PLANNED,
        NO,
        words(tuple(reasons)),
        policy_version,
        moment(instant.calendar),
    )
