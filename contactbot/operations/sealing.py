"""Seal the audit trail, tell its head elsewhere, and check both."""

from dataclasses import dataclass

from contactbot.ports.audit import AuditAnchor, AuditSeals, Verdict

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Sealing:
    """What sealing needs; without an anchor the head stays in the database alone."""

    seals: AuditSeals
    anchor: AuditAnchor | None


def seal_audit(sealing: Sealing, *, everything: bool = False) -> int:
    """Seal all that is committed and has no seal; how many rows."""
    total = 0
    while sealed := sealing.seals.seal_next(BATCH, everything=everything):
        total += sealed
        if sealed < BATCH:
            break
    return total


def tell_head(sealing: Sealing) -> None:
    """Look once through the whole trail, then tell its head away from the database."""
    seal_audit(sealing, everything=True)
    head = sealing.seals.head()
    if sealing.anchor is not None and head is not None:
        sealing.anchor.tell(head)


def verify_audit(sealing: Sealing) -> Verdict:
    """Check the chain, and against every head that was told."""
    told = sealing.anchor.told() if sealing.anchor is not None else ()
    return sealing.seals.verify(told)
