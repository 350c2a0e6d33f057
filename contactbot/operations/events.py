"""Take events of the case store in: each is applied once, whole, or kept for a person to see."""

from dataclasses import dataclass, field
from enum import StrEnum

from contactbot.domain.policy import Policy
from contactbot.operations.event_effects import EFFECTS, Happening
from contactbot.ports.casestore import CaseStore, EventBatch, EventFault, InboundEvent
from contactbot.ports.event_records import EventFailed, EventRecords


class EventResult(StrEnum):
    """What came of one event."""

    APPLIED = "applied"
    REPEATED = "repeated"
    UNKNOWN_CASE = "unknown_case"
    UNKNOWN_TYPE = "unknown_type"
    FAILED = "failed"


FAULTS = {
    EventResult.UNKNOWN_CASE: (
        "There is no referral with this source_system and case_reference."
        " It takes effect by itself when the referral is imported."
    ),
    EventResult.UNKNOWN_TYPE: "There is no event of this type.",
}
"""What a person is told about an event without effect."""


@dataclass(frozen=True, slots=True)
class EventReport:
    """How many events came to what, and how many lines were none."""

    results: dict[EventResult, int] = field(default_factory=dict)
    faulty_lines: int = 0


def take_events(
    store: CaseStore, records: EventRecords, policy: Policy, *, allow_pretend: bool
) -> EventReport:
    """Apply all events that wait, oldest first; those of cases that have come since, too.

    An event that fails leaves its batch waiting, so that it comes again; the others are not held
    up. `allow_pretend` says whether pretended people's numbers are taken (never with live calls).
    """
    found: list[EventResult] = [
        apply_event(records, event, policy, allow_pretend=allow_pretend)
        for event in records.orphans()
    ]
    faulty = 0
    for batch in store.fetch_events():
        results = [
            apply_event(records, event, policy, allow_pretend=allow_pretend)
            for event in batch.events
        ]
        if EventResult.FAILED not in results:
            store.acknowledge(batch, faults_of(batch, results))
        found += results
        faulty += len(batch.faults)
    return EventReport({result: found.count(result) for result in set(found)}, faulty)


def apply_event(
    records: EventRecords, event: InboundEvent, policy: Policy, *, allow_pretend: bool
) -> EventResult:
    """One event in one transaction, its person locked from the first word to the commit."""
    try:
        with records.begin() as transaction:
            if not transaction.receive(event):
                return EventResult.REPEATED
            effect = EFFECTS.get(event.type)
            subject = transaction.find(event) if effect else None
            if effect and subject:
                effect(Happening(transaction, event, subject, policy, allow_pretend))
                transaction.audit(
                    "case_store", "event_applied", subject.referral_id, type=event.type
                )
            unknown = EventResult.UNKNOWN_CASE if effect else EventResult.UNKNOWN_TYPE
            result = EventResult.APPLIED if subject else unknown
            transaction.finish(event, result)
            return result
    except EventFailed:
        return EventResult.FAILED


def faults_of(batch: EventBatch, results: list[EventResult]) -> list[EventFault]:
    """The lines of a batch that a person has to look at."""
    without_effect = [
        EventFault(event.line, FAULTS[result])
        for event, result in zip(batch.events, results, strict=True)
        if result in FAULTS
    ]
    return [*batch.faults, *without_effect]
