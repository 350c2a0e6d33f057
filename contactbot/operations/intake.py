"""Take referrals in: read, recognise, protect, hold, and plan their first contact.

Importing the same rows again changes nothing; a changed row updates its referral and never takes
back a suppression.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID

from contactbot.domain.cells import RowFault
from contactbot.domain.policy import Policy
from contactbot.domain.referral import ReferralState
from contactbot.domain.referral_row import COLUMNS, Reading, ReferralRow, read_row
from contactbot.operations.intake_batch import Batch, hold_contradicted
from contactbot.ports.intake_records import (
    IntakeStore,
    IntakeTransaction,
    KnownReferral,
    RowNotStored,
)
from contactbot.ports.referral_source import IncomingRow, Rejects

BATCH_ROWS = 500
Key = tuple[str, str]
Progress = Callable[[int], None]

_TWICE = RowFault(
    "reference",
    "",
    "An earlier row of this file has the same reference and says something else.",
    "Keep the right one of the two rows; the referral is held until somebody has looked.",
)
_NOT_STORED = RowFault(
    "(row)", "", "The database refused this row.", "Report it with its line and this file’s name."
)


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """By what rules referrals are taken in; pretended numbers never while live calling is on."""

    policy: Policy
    allow_pretend: bool


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of a file’s rows; `accepted` and `rejected` add up to `read`.

    `held` of the accepted wait for a person’s decision; `unchanged` and `updated` were known;
    `sources` are the source systems of the accepted rows.
    """

    read: int
    accepted: int
    rejected: int
    held: int
    duplicates_suggested: int
    unchanged: int
    updated: int
    unknown_flags: Mapping[str, int]
    sources: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    reject_file: str | None = None


@dataclass(slots=True)
class _Tally:
    """What became of the rows of one committed batch, or of all of them together."""

    counts: Counter[str] = field(default_factory=Counter)
    unknown_flags: Counter[str] = field(default_factory=Counter)
    taken: set[UUID] = field(default_factory=set)
    held: set[UUID] = field(default_factory=set)
    seen: dict[Key, int] = field(default_factory=dict)
    contradicted: list[Key] = field(default_factory=list)
    rejects: list[tuple[IncomingRow, tuple[RowFault, ...]]] = field(default_factory=list)

    def add(self, other: "_Tally") -> None:
        """Count a committed batch."""
        self.counts.update(other.counts)
        self.unknown_flags.update(other.unknown_flags)
        self.taken |= other.taken
        self.held |= other.held
        self.seen |= other.seen


def import_referrals(
    rows: Iterable[IncomingRow],
    store: IntakeStore,
    rules: IntakeRules,
    *,
    rejects: Rejects,
    progress: Progress | None = None,
) -> ImportResult:
    """Import rows in batches, each in a transaction of its own; `progress` hears the rows read.

    A row the database refuses is rejected alone: its neighbours are imported without it.
    """
    intake = _Intake(store, rules, rejects)
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH_ROWS)):
        intake.take(batch)
        if progress:
            progress(intake.total.counts["read"])
    return intake.result()


class _Intake:
    """An import under way."""

    def __init__(self, store: IntakeStore, rules: IntakeRules, rejects: Rejects) -> None:
        self._store = store
        self._rules = rules
        self._rejects = rejects
        self.total = _Tally()

    def take(self, rows: list[IncomingRow]) -> None:
        """Import some rows together; in halves where the store refuses them together."""
        try:
            with self._store.begin() as transaction:
                tally = self._import(transaction, rows)
        except RowNotStored:
            if len(rows) > 1:
                self.take(rows[: len(rows) // 2])
                self.take(rows[len(rows) // 2 :])
                return
            tally = _Tally(Counter(read=1, rejected=1), rejects=[(rows[0], (_NOT_STORED,))])
        self.total.add(tally)
        for row, faults in tally.rejects:
            self._rejects.add(row, faults)

    def result(self) -> ImportResult:
        """The counts of everything committed."""
        counts = self.total.counts
        return ImportResult(
            read=counts["read"],
            accepted=counts["read"] - counts["rejected"],
            rejected=counts["rejected"],
            held=counts["held_before"] + len(self.total.held & self.total.taken),
            duplicates_suggested=counts["suggested"],
            unchanged=counts["unchanged"],
            updated=counts["updated"],
            unknown_flags=dict(self.total.unknown_flags),
            sources=tuple(sorted({source for source, _ in self.total.seen})),
        )

    def _import(self, transaction: IntakeTransaction, rows: list[IncomingRow]) -> _Tally:
        """One batch in one transaction."""
        tally = _Tally(Counter(read=len(rows)))
        given = [_Given(row, _key(row), _fingerprint(row)) for row in rows]
        known = transaction.known_referrals({each.key: each.fingerprint for each in given})
        reading = Reading(transaction.instant.calendar, self._rules.allow_pretend)
        # Row by row: a row that could not be read does not stand in the way of a mended one.
        taken = [
            pair
            for each in given
            if self._is_news(each, known.get(each.key), tally)
            for pair in _read(each, reading, tally)
        ]
        before = [known[each.key] for each, _ in taken if each.key in known]
        batch = Batch(transaction, self._rules.policy, [row for _, row in taken], before)
        for each, row in taken:
            referral = known.get(each.key)
            tally.taken.add(batch.take(row, each.fingerprint, referral))
            tally.counts["updated"] += referral is not None
            tally.unknown_flags.update(row.flags.unknown)
        tally.held = batch.finish()
        tally.counts["suggested"] = batch.suggested
        self._hold_contradicted(transaction, tally)
        transaction.audit("intake", "referrals_imported", None, rows=str(len(rows)))
        return tally

    def _is_news(self, given: "_Given", known: KnownReferral | None, tally: _Tally) -> bool:
        """Whether the row says something that neither the store nor this file said before."""
        said = hash(given.fingerprint)
        earlier = tally.seen.get(given.key, self.total.seen.get(given.key))
        if earlier is not None and earlier != said:
            tally.contradicted.append(given.key)
            _reject(given, (replace(_TWICE, value=given.key[1]),), tally)
            return False
        tally.seen[given.key] = said
        if earlier is None and (known is None or not known.unchanged):
            return True
        tally.counts["unchanged"] += 1
        if known is not None and known.state is ReferralState.HELD and earlier is None:
            tally.counts["held_before"] += 1
        return False

    def _hold_contradicted(self, transaction: IntakeTransaction, tally: _Tally) -> None:
        if tally.contradicted:
            found = transaction.known_referrals(dict.fromkeys(tally.contradicted, ""))
            held = hold_contradicted(transaction, list(found.values()), self._rules.policy)
            tally.held |= held


@dataclass(frozen=True, slots=True)
class _Given:
    """A row with its key and its words, which are compared before anything is read from it."""

    row: IncomingRow
    key: Key
    fingerprint: str = field(repr=False)


def _read(given: _Given, reading: Reading, tally: _Tally) -> Iterator[tuple[_Given, ReferralRow]]:
    """The row with its values, or nothing where it is rejected."""
    read = given.row.faults or read_row(given.row.cells, reading)
    if isinstance(read, ReferralRow):
        yield given, read
    else:
        del tally.seen[given.key]
        _reject(given, read, tally)


def _reject(given: _Given, faults: tuple[RowFault, ...], tally: _Tally) -> None:
    tally.counts["rejected"] += 1
    tally.rejects.append((given.row, faults))


def _key(row: IncomingRow) -> Key:
    return row.cells.get("source_system", "").strip(), row.cells.get("reference", "").strip()


def _fingerprint(row: IncomingRow) -> str:
    """The row as given: what was given again in the same words is no news."""
    return "\x1f".join(row.cells.get(column, "").strip() for column in COLUMNS)
