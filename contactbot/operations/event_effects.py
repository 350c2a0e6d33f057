"""What each event of the case store does: it can only make contact more careful.

A suspect who is released, charged, tried or acquitted may be at the victim's side or at the
victim's phone again, so what was confirmed before as safe is not safe any more: a person calls.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contactbot.domain.calendar import LONDON
from contactbot.domain.cells import CellFault
from contactbot.domain.gate import Channel, Means, Moment, Request, decide
from contactbot.domain.intake import HoldReason
from contactbot.domain.phone import PhoneFault, PhoneNumber, parse_phone
from contactbot.domain.policy import Policy
from contactbot.domain.referral import CaseState, Flag, OffenderKnown, ReferralState
from contactbot.domain.referral_row import COLUMNS, Flags, Reading
from contactbot.domain.safety import Tier, TierDecision, TierFacts, tier_of
from contactbot.ports.casestore import InboundEvent
from contactbot.ports.event_records import Classification, EventTransaction, Subject

AUTOMATIC_CALL: Final = Request(Channel.CALL, Means.AUTOMATIC, Moment.PLANNED)
BY: Final = "case_store"
SUPPORT: Final = "support"
PHONE_FIELDS: Final = ("phone", "number", "new_phone", "new_number")
CLASSIFYING: Final = ("crime_group", "risk", "offender_known")


@dataclass(frozen=True, slots=True)
class Happening:
    """An event, the case it is about, and the transaction in which it takes effect."""

    transaction: EventTransaction
    event: InboundEvent
    subject: Subject
    policy: Policy
    allow_pretend: bool


def confirmation_void(happening: Happening) -> None:
    """What was confirmed as safe is not: no automatic contact until a person has asked again."""
    person, because = happening.subject.person_id, happening.event.type
    happening.transaction.void_confirmation(person, because)
    happening.transaction.ask_cancel(person, because)
    for referral_id in happening.transaction.referrals_of(person):
        withhold(happening, referral_id)
        tell(happening, referral_id, "contact_profile", confirmation="void")


def case_moved_on(happening: Happening) -> None:
    """The case has come further, and with it the suspect may have moved."""
    state = CASE_STATES[happening.event.type]
    happening.transaction.note_case_state(happening.subject.referral_id, state)
    confirmation_void(happening)


def deceased(happening: Happening) -> None:
    """Never contact again."""
    happening.transaction.mark_deceased(happening.subject.person_id)
    suppress(happening, "deceased", programme=None)


def withdrawn(happening: Happening) -> None:
    """The victim wants no support; only the victim can change that."""
    suppress(happening, "withdrawn", programme=SUPPORT)


def number_changed(happening: Happening) -> None:
    """The old numbers may be anybody’s, and the new one has not been confirmed by a person."""
    transaction, person = happening.transaction, happening.subject.person_id
    as_given = given_phone(happening.event.body)
    number = read_phone(as_given, allow_pretend=happening.allow_pretend)
    transaction.replace_numbers(person, number, as_given)
    for stop in transaction.stops_at(person, number) if number else ():
        transaction.hold(stop.person_id, None, stop.reason, BY)
        transaction.ask_cancel(stop.person_id, stop.reason)
    confirmation_void(happening)


def reclassified(happening: Happening) -> None:
    """Recompute the tier; whoever is protected now is called by a person only, in every case.

    An event protects and never takes protection away: that needs the referral itself, imported
    again, or a person.
    """
    transaction, subject = happening.transaction, happening.subject
    now = with_news(transaction.classification(subject.referral_id), happening)
    transaction.reclassify(subject.referral_id, now)
    if Flag.DECEASED in now.flags:
        deceased(happening)
        return
    if Flag.IN_CUSTODY in now.flags:
        transaction.hold(subject.person_id, None, str(HoldReason.IN_CUSTODY), BY)
    tier = tier_under(now, happening)
    if tier.tier is Tier.PROTECTED:
        transaction.protect(subject.person_id, tier.because)
    if tier.tier is Tier.PROTECTED or Flag.IN_CUSTODY in now.flags:
        transaction.ask_cancel(subject.person_id, happening.event.type)
        for referral_id in transaction.referrals_of(subject.person_id):
            withhold(happening, referral_id)


def contacted_by_other_team(happening: Happening) -> None:
    """A second call about the same crime so soon is one too many: a person decides when.

    A case in which nothing is to come any more stays as it was settled.
    """
    transaction, subject, because = happening.transaction, happening.subject, happening.event.type
    transaction.hold(subject.person_id, subject.referral_id, because, BY)
    transaction.ask_cancel(subject.person_id, because)
    if subject.referral_id not in transaction.referrals_of(subject.person_id):
        return
    transaction.close(subject.referral_id, ReferralState.HELD, because)
    withhold(happening, subject.referral_id)
    tell(happening, subject.referral_id, "status", state=ReferralState.HELD)


CASE_STATES: Final = MappingProxyType(
    {
        "suspect_charged": CaseState.CHARGED,
        "trial": CaseState.TRIAL,
        "outcome": CaseState.OUTCOME,
    }
)

EFFECTS: Final[Mapping[str, Callable[[Happening], None]]] = MappingProxyType(
    {
        "suspect_released": confirmation_void,
        "suspect_charged": case_moved_on,
        "trial": case_moved_on,
        "outcome": case_moved_on,
        "order_expired": confirmation_void,
        "number_changed": number_changed,
        "deceased": deceased,
        "withdrawn": withdrawn,
        "flags_changed": reclassified,
        "reclassified": reclassified,
        "contacted_by_other_team": contacted_by_other_team,
    }
)
"""Every type of event and its effect."""


def suppress(happening: Happening, reason: str, *, programme: str | None) -> None:
    """Suppress the person and every case in which contact was still to come."""
    transaction, person = happening.transaction, happening.subject.person_id
    transaction.suppress_for(person, reason, programme)
    transaction.ask_cancel(person, reason)
    for referral_id in transaction.referrals_of(person):
        transaction.close(referral_id, ReferralState.SUPPRESSED, reason)
        withhold(happening, referral_id)
        tell(happening, referral_id, "status", state=ReferralState.SUPPRESSED)


def withhold(happening: Happening, referral_id: UUID) -> None:
    """Take the case off the automatic route, with the reasons the gate gives for it now."""
    case = happening.transaction.case(referral_id)
    decision = decide(AUTOMATIC_CALL, case.facts, happening.policy)
    happening.transaction.decide(case, AUTOMATIC_CALL, decision)
    happening.transaction.withhold(referral_id, [str(reason) for reason in decision.reasons])


def tell(happening: Happening, referral_id: UUID, kind: str, **body: str) -> None:
    case = happening.transaction.case(referral_id)
    happening.transaction.tell_case_store(case, kind, {**body, "because": happening.event.type})


def with_news(known: Classification, happening: Happening) -> Classification:
    """The classification the event leads to; a blank word changes nothing.

    A word that cannot be read, and an event that says nothing, count as an unknown flag: that
    protects.
    """
    body = happening.event.body
    reading = Reading(happening.transaction.instant.calendar, happening.allow_pretend)
    flags = read_flags(body["flags"], reading) if "flags" in body else None
    given = {name: str(body[name]).strip() for name in CLASSIFYING if body.get(name)}
    words = {name: read_word(name, text, reading) for name, text in given.items()}
    unreadable = [name for name, word in words.items() if word is None]
    if flags is None and not given:
        unreadable.append(happening.event.type)
    unknown = known.unknown_flags if flags is None else flags.unknown
    return replace(
        known,
        flags=known.flags if flags is None else frozenset(str(flag) for flag in flags.known),
        flags_assessed=known.flags_assessed if flags is None else flags.assessed,
        unknown_flags=(*unknown, *unreadable),
        crime_group=words.get("crime_group") or known.crime_group,
        risk=words.get("risk") or known.risk,
        offender_known=words.get("offender_known") or known.offender_known,
    )


def read_word(name: str, text: str, reading: Reading) -> str | None:
    """The word as the referral file knows it; None if it does not."""
    try:
        return str(COLUMNS[name](text, reading))
    except CellFault:
        return None


def read_flags(value: object, reading: Reading) -> Flags:
    """Flags written as in the referral file, or as a list of words; a blank is not assessed."""
    words = ";".join(str(word) for word in value) if isinstance(value, list) else str(value or "")
    try:
        flags = COLUMNS["flags"](words, reading)
    except CellFault:
        return Flags()
    return flags if isinstance(flags, Flags) else Flags()


def tier_under(now: Classification, happening: Happening) -> TierDecision:
    facts = TierFacts(
        flags=now.flags,
        flags_assessed=now.flags_assessed,
        unknown_flags=bool(now.unknown_flags),
        crime_group=now.crime_group,
        birth_date=now.birth_date,
        on=happening.transaction.instant.calendar.astimezone(LONDON).date(),
        risk=now.risk,
        offender_known=None if now.offender_known == OffenderKnown.BLANK else now.offender_known,
    )
    return tier_of(facts, happening.policy)


def given_phone(body: Mapping[str, object]) -> str:
    """The new number as written, under any of the names it may have."""
    return next((str(body[name]) for name in PHONE_FIELDS if body.get(name)), "")


def read_phone(as_given: str, *, allow_pretend: bool) -> PhoneNumber | None:
    """The number, or None where it cannot be read: then a person has to find it."""
    try:
        return parse_phone(as_given, allow_pretend=allow_pretend)
    except PhoneFault:
        return None
