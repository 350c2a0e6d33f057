"""Exchange with the case store: results out, referral files and events in."""

from collections.abc import Callable
from dataclasses import dataclass

from contactbot.ports.casestore import (
    CaseStore,
    CaseStoreAway,
    Delivered,
    DeliveryResult,
    ReferralFileOffer,
)
from contactbot.ports.outbox_records import OutboxRecords

BATCH_SIZE = 500


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What one delivery did: records accepted and refused, and whether the case store was away."""

    accepted: int = 0
    refused: int = 0
    away: bool = False

    def plus(self, results: list[DeliveryResult]) -> "DeliveryReport":
        """The report with one settled batch added."""
        outcomes = [result.outcome for result in results]
        return DeliveryReport(
            self.accepted + outcomes.count(Delivered.ACCEPTED),
            self.refused + outcomes.count(Delivered.REFUSED),
        )


def deliver_pending(
    outbox: OutboxRecords, store: CaseStore, *, at_once: bool = False, batch_size: int = BATCH_SIZE
) -> DeliveryReport:
    """Deliver all that waits, in order, unless another process is doing so.

    After a failure the next tries come at growing distances; `at_once` ignores that distance,
    because a person asked.
    """
    report = DeliveryReport()
    with outbox.deliveries() as deliveries:
        if deliveries is None or (not at_once and deliveries.resting()):
            return report
        while batch := deliveries.batch(batch_size):
            try:
                results = list(store.deliver(batch))
            except CaseStoreAway:
                deliveries.rest()
                return DeliveryReport(report.accepted, report.refused, away=True)
            deliveries.settle(results)
            report = report.plus(results)
        deliveries.recovered()
    return report


def pull_referrals(store: CaseStore, import_file: Callable[[ReferralFileOffer], bool]) -> int:
    """Import every referral file that waits; how many there were.

    `import_file` returns False for a file refused whole.
    """
    offers = store.referral_files()
    for offer in offers:
        store.finish_referral_file(offer, read=import_file(offer))
    return len(offers)
