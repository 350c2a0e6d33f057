"""Exchange with the case store: results out, referral files and events in."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from contactbot.domain.policy import Policy
from contactbot.operations.deps import nothing_happens
from contactbot.operations.events import EventReport, take_events
from contactbot.ports.casestore import (
    CaseStore,
    CaseStoreAway,
    Delivered,
    DeliveryResult,
    EventFault,
    ReferralFileOffer,
)
from contactbot.ports.event_records import EventRecords
from contactbot.ports.outbox_records import Deliveries, OutboxRecords

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did: records accepted and refused, and whether the case store was away.

    `buried`: refused after they had been taken; `faulty_lines`: lines that say no such thing.
    """

    accepted: int = 0
    refused: int = 0
    away: bool = False
    buried: int = 0
    faulty_lines: int = 0

    def plus(self, results: list[DeliveryResult]) -> "DeliveryReport":
        """The report with one settled batch added."""
        outcomes = [result.outcome for result in results]
        return replace(
            self,
            accepted=self.accepted + outcomes.count(Delivered.ACCEPTED),
            refused=self.refused + outcomes.count(Delivered.REFUSED),
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange with the case store needs, handed over by the composition root.

    `import_file` takes a referral file in and returns False if the file was refused whole;
    `allow_pretend` says whether pretended people’s numbers are taken (never with live calls).
    """

    store: CaseStore
    outbox: OutboxRecords
    events: EventRecords
    policy: Policy
    import_file: Callable[[ReferralFileOffer], bool]
    allow_pretend: bool
    at_fault_point: Callable[[str], None] = field(default=nothing_happens, repr=False)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one exchange did; `away` if the case store could not be reached for a part of it."""

    delivery: DeliveryReport
    referral_files: int
    events: EventReport
    away: bool


def synchronise(exchange: Exchange, *, at_once: bool = False) -> SyncReport:
    """Referral files in, then events, since they may be about those referrals; then results out.

    A part that cannot reach the case store does not keep the others from trying.
    """
    away, files, events = False, 0, EventReport()
    try:
        files = pull_referrals(exchange.store, _imported(exchange))
    except CaseStoreAway:
        away = True
    try:
        events = take_events(
            exchange.store,
            exchange.events,
            exchange.policy,
            allow_pretend=exchange.allow_pretend,
        )
    except CaseStoreAway:
        away = True
    store = exchange.store
    delivery = deliver_pending(
        exchange.outbox, store, at_once=at_once, at_fault_point=exchange.at_fault_point
    )
    return SyncReport(delivery, files, events, away or delivery.away)


def _imported(exchange: Exchange) -> Callable[[ReferralFileOffer], bool]:
    def imported(offer: ReferralFileOffer) -> bool:
        read = exchange.import_file(offer)
        exchange.at_fault_point("after_import")
        return read

    return imported


def deliver_pending(
    outbox: OutboxRecords,
    store: CaseStore,
    *,
    at_once: bool = False,
    batch_size: int = BATCH_SIZE,
    at_fault_point: Callable[[str], None] = nothing_happens,
) -> DeliveryReport:
    """Deliver all that waits, in order, unless another process is doing so.

    After a failure the next tries come at growing distances; `at_once` ignores that distance,
    because a person asked.
    """
    report = DeliveryReport()
    with outbox.deliveries() as deliveries:
        if deliveries is None or (not at_once and deliveries.resting()):
            return report
        try:
            report = take_refusals(store, deliveries)
        except CaseStoreAway:
            deliveries.rest()
            return DeliveryReport(away=True)
        while batch := deliveries.batch(batch_size):
            try:
                results = list(store.deliver(batch))
            except CaseStoreAway:
                deliveries.rest()
                return replace(report, away=True)
            at_fault_point("after_delivery")
            deliveries.settle(results)
            report = report.plus(results)
        deliveries.recovered()
    return report


NOT_HANDED_OVER = "There is no record with this id that was handed over."


def take_refusals(store: CaseStore, deliveries: Deliveries) -> DeliveryReport:
    """What the case store refused after it had taken it is dead: a person decides.

    Later records of the same case go on, as they do after any record that is dead. A line that
    cannot be used is counted and kept.
    """
    buried = faulty = 0
    for batch in store.fetch_refusals():
        strange = deliveries.bury(batch.refusals)
        faults = [EventFault(refusal.line, NOT_HANDED_OVER) for refusal in strange]
        store.acknowledge_refusals(batch, [*batch.faults, *faults])
        buried += len(batch.refusals) - len(strange)
        faulty += len(batch.faults) + len(strange)
    return DeliveryReport(buried=buried, faulty_lines=faulty)


def pull_referrals(store: CaseStore, import_file: Callable[[ReferralFileOffer], bool]) -> int:
    """Import every referral file that waits; how many there were.

    `import_file` returns False for a file refused whole.
    """
    offers = store.referral_files()
    for offer in offers:
        store.finish_referral_file(offer, read=import_file(offer))
    return len(offers)
