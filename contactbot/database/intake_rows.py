"""Persons and referrals as rows: personal fields sealed, what is searched for indexed."""

import json
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID, uuid4

from contactbot.database.crypto import Keyring, PersonBox
from contactbot.domain.contact_profile import ContactProfile
from contactbot.domain.intake import SuppressionReason
from contactbot.domain.person import PersonDetails
from contactbot.domain.planning import Route, risk_rank
from contactbot.domain.referral import Language, OffenderKnown, ReferralState
from contactbot.domain.referral_row import ReferralRow
from contactbot.domain.same_person import Marks
from contactbot.ports.clock import Instant
from contactbot.ports.intake_records import Link, NumberRecord, PersonRecord, ReferralWrite, Stop

_SEALED = ("given_name", "family_name", "date_of_birth", "address", "postcode", "email")
_DEMOGRAPHICS = ("gender", "ethnicity", "sexual_orientation", "disability")

# Declining support says nothing about a survey; every other suppression is of all contact.
PROGRAMMES: Final = MappingProxyType({SuppressionReason.SUPPORT_DECLINED: "support"})

Row = dict[str, Any]


def sealed(box: PersonBox, table: str, column: str, row_id: UUID, text: str) -> bytes | None:
    """The text sealed for its place; a blank one is kept as NULL, since blank is counted."""
    return box.seal(table, f"{column}_sealed", row_id, text) if text else None


def person_row(person: PersonRecord, box: PersonBox, keyring: Keyring, instant: Instant) -> Row:
    """The columns of a person that a source can tell."""
    told = {name: getattr(person.details, name) for name in _DEMOGRAPHICS}
    texts = {name: _text(getattr(person.details, name)) for name in _SEALED}
    texts["demographics"] = json.dumps(told, ensure_ascii=False) if any(told.values()) else ""
    row: Row = {"id": person.id} | {
        f"{name}_sealed": sealed(box, "persons", name, person.id, text)
        for name, text in texts.items()
    }
    marks = person.marks()
    for name in ("surname_birth", "names", "birth", "home"):
        mark = getattr(marks, name)
        row[f"{name}_index"] = keyring.blind(name, mark) if mark else None
    row["language"] = person.details.language
    if not person.language_told_by_person:
        row["language_source"] = "referral" if row["language"] else None
        row["language_at"] = instant.calendar if row["language"] else None
    row["deceased"] = "deceased" in person.suppressions
    return row


def details_from(row: Any, box: PersonBox) -> PersonDetails:
    """A person’s details, opened."""
    opened = {
        name: box.open("persons", f"{name}_sealed", row["id"], bytes(row[f"{name}_sealed"]))
        for name in (*_SEALED, "demographics")
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


def number_row(
    number: NumberRecord, person: PersonRecord, box: PersonBox, keyring: Keyring, instant: Instant
) -> Row:
    """A new number."""
    e164 = number.number.e164
    return {
        "id": number.id,
        "person_id": person.id,
        "position": number.position,
        "number_sealed": sealed(box, "numbers", "number", number.id, e164),
        "as_given_sealed": sealed(box, "numbers", "as_given", number.id, number.as_given),
        "number_index": keyring.blind("number", e164),
        "kind": number.number.kind,
        "usable": number.usable,
        "added_at": instant.calendar,
    }


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


def profile_row(person: PersonRecord, profile: ContactProfile, instant: Instant) -> Row:
    """The next version of a person’s contact profile."""
    return {
        "id": uuid4(),
        "person_id": person.id,
        "version": person.profile_version + 1,
        "safe_call": profile.safe_call,
        "safe_text": profile.safe_text,
        "safe_voicemail": profile.safe_voicemail,
        "safe_hours": profile.hours.text() if profile.hours else None,
        "confirmed_on": profile.confirmed_on,
        "confirmed_by": "referral" if profile.confirmed_on else None,
        "recorded_at": instant.calendar,
        "voided_at": profile.voided_at,
        "voided_because": "still_voided" if profile.voided_at else None,
    }


def referral_values(
    write: ReferralWrite, box: PersonBox, keyring: Keyring, instant: Instant
) -> Row:
    """A referral’s columns as its row gives them; where it goes next is not among them."""
    row, suspect = write.row, write.row.suspect_phone
    texts = {
        "suspect_number": suspect.number.e164 if suspect else "",
        "contact_code": row.contact_code,
        "officer_reason": row.officer_reason,
        "notes": row.notes,
    }
    values = {
        f"{name}_sealed": sealed(box, "referrals", name, write.id, text)
        for name, text in texts.items()
    }
    return (
        values
        | _facts(row)
        | {
            "id": write.id,
            "suspect_index": keyring.blind("number", suspect.number.e164) if suspect else None,
            "row_fingerprint": keyring.blind("row", write.fingerprint),
            "tier": write.tier.tier,
            "tier_because": list(write.tier.because),
            "enhanced": write.enhanced,
            "risk_rank": risk_rank(row.risk),
            "updated_at": instant.calendar,
        }
    )


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


def new_referral_values(write: ReferralWrite, instant: Instant) -> Row:
    """What only a new referral sets."""
    return {
        "person_id": write.person_id,
        "reference": write.row.reference,
        "source_system": write.row.source_system,
        "imported_at": instant.calendar,
    } | plan_values(write)


def plan_values(write: ReferralWrite) -> Row:
    """Where the referral stands and goes next."""
    plan = write.plan
    return {
        "state": write.state or (plan.state if plan else ReferralState.NEW),
        "state_because": write.state_because,
        "route": plan.route if plan else Route.NONE,
        "due_at": plan.due_at if plan else None,
        "breach_at": plan.breach_at if plan else None,
        "withheld_because": [str(reason) for reason in plan.reasons] if plan else [],
    }


def index_marks(marks: Marks, keyring: Keyring) -> list[dict[str, bytes | None]]:
    """The marks as blind indexes, once for each key in use."""

    def blinded(purpose: str, mark: str | None) -> tuple[bytes | None, ...]:
        return keyring.blind_all(purpose, mark or "") if mark else ()

    columns = {name: blinded(name, getattr(marks, name)) for name in ("names", "birth", "home")}
    keys = max((len(indexes) for indexes in columns.values()), default=0)
    return [
        {name: indexes[key] if indexes else None for name, indexes in columns.items()}
        for key in range(keys)
    ]


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
