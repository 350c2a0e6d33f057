"""Take referrals in: read, recognise, protect, hold, and plan their first contact.

Importing the same rows again changes nothing; a changed row updates its referral and never takes
back a suppression.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter
from uuid import UUID

from contactbot.domain.cells import RowFault
from contactbot.domain.policy import Policy
from contactbot.domain.referral import ReferralState
from contactbot.domain.referral_row import COLUMNS, Reading, ReferralRow, read_row
from contactbot.operations.intake_batch import Batch, hold_contradicted
from contactbot.operations.intake_memory import Accepted, NumberMap
from contactbot.operations.intake_people import Told
from contactbot.ports.intake_records import (
    IntakeStore,
    IntakeTransaction,
    KnownReferral,
    PersonUnreadable,
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
_NOT_OPENED = RowFault(
    "(row)",
    "",
    "What is kept about a person this row may speak of cannot be opened.",
    "Report it with its line and this file’s name; import the row again once that is mended.",
)
_CELLS = itemgetter(*COLUMNS)


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


@dataclass(frozen=True, slots=True)
class _Given:
    """A row with its key and its words, which are compared before anything is read from it."""

    row: IncomingRow
    key: Key
    fingerprint: str = field(repr=False)


@dataclass(slots=True)
class _Tally:
    """What became of the rows of one batch; counts only once the batch is committed."""

    counts: Counter[str] = field(default_factory=Counter)
    unknown_flags: Counter[str] = field(default_factory=Counter)
    taken: list[UUID] = field(default_factory=list)
    held: set[UUID] = field(default_factory=set)
    seen: dict[Key, int] = field(default_factory=dict)
    contradicted: list[Key] = field(default_factory=list)
    rejects: list[tuple[IncomingRow, tuple[RowFault, ...]]] = field(default_factory=list)


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
    remaining = (_Given(row, _key(row), _fingerprint(row)) for row in rows)
    while batch := list(islice(remaining, BATCH_ROWS)):
        intake.take(batch)
        if progress:
            progress(intake.counts["read"])
    return intake.result()


class _Intake:
    """An import under way: what is committed, and the next batch."""

    def __init__(self, store: IntakeStore, rules: IntakeRules, rejects: Rejects) -> None:
        self._store = store
        self._rules = rules
        self._rejects = rejects
        self._unknown_flags: Counter[str] = Counter()
        self._sources: set[str] = set()
        self._seen = NumberMap(32)
        self._accepted = Accepted()
        self.counts: Counter[str] = Counter()

    def take(self, rows: list[_Given]) -> None:
        """Import some rows together; in halves where the store refuses them together."""
        try:
            with self._store.begin() as transaction:
                tally = self._import(transaction, rows)
        except RowNotStored as refusal:
            if len(rows) > 1:
                self.take(rows[: len(rows) // 2])
                self.take(rows[len(rows) // 2 :])
                return
            tally = self._refused(rows[0], refusal)
        self._count(tally)
        for row, faults in tally.rejects:
            self._rejects.add(row, faults)

    def result(self) -> ImportResult:
        """The counts of everything committed."""
        counts = self.counts
        return ImportResult(
            read=counts["read"],
            accepted=counts["read"] - counts["rejected"],
            rejected=counts["rejected"],
            held=counts["held_before"] + self._accepted.held,
            duplicates_suggested=counts["suggested"],
            unchanged=counts["unchanged"],
            updated=counts["updated"],
            unknown_flags=dict(self._unknown_flags),
            sources=tuple(sorted(self._sources)),
        )

    def _count(self, tally: _Tally) -> None:
        """Remember a committed batch."""
        self.counts.update(tally.counts)
        self._unknown_flags.update(tally.unknown_flags)
        for key, said in tally.seen.items():
            self._seen.put(hash(key), said)
            self._sources.add(key[0])
        for referral_id in tally.taken:
            self._accepted.taken(referral_id.int)
        for referral_id in tally.held:
            self._accepted.is_held(referral_id.int)

    def _import(self, transaction: IntakeTransaction, rows: list[_Given]) -> _Tally:
        """One batch in one transaction."""
        tally = _Tally(Counter(read=len(rows)))
        # Of rows with one key the first is compared with what is kept; the rest, with the first.
        first = {each.key: each.fingerprint for each in reversed(rows)}
        known = transaction.known_referrals(first)
        reading = Reading(transaction.instant.calendar, self._rules.allow_pretend)
        # Row by row: a row that could not be read does not stand in the way of a mended one.
        taken = [
            pair
            for each in rows
            if self._is_news(each, known.get(each.key), tally)
            for pair in _read(each, reading, tally)
        ]
        before = [known[each.key] for each, _ in taken if each.key in known]
        batch = Batch(transaction, self._rules.policy, [told for _, told in taken], before)
        for each, told in taken:
            referral = known.get(each.key)
            tally.taken.append(batch.take(told, each.fingerprint, referral))
            tally.counts["updated"] += referral is not None
            tally.unknown_flags.update(told.row.flags.unknown)
        tally.held = batch.finish()
        tally.counts["suggested"] = batch.suggested
        self._hold_contradicted(transaction, tally)
        transaction.audit("intake", "referrals_imported", None, rows=str(len(rows)))
        return tally

    def _is_news(self, given: _Given, known: KnownReferral | None, tally: _Tally) -> bool:
        """Whether the row says something that neither the store nor this file said before."""
        said = _number(given.fingerprint)
        earlier = tally.seen.get(given.key) or self._seen.get(hash(given.key))
        if earlier and earlier != said:
            tally.contradicted.append(given.key)
            _reject(given, (replace(_TWICE, value=given.key[1]),), tally)
            return False
        tally.seen[given.key] = said
        if not earlier and (known is None or not known.unchanged):
            return True
        tally.counts["unchanged"] += 1
        if known is not None and known.state is ReferralState.HELD and not earlier:
            tally.counts["held_before"] += 1
        return False

    def _hold_contradicted(self, transaction: IntakeTransaction, tally: _Tally) -> None:
        if tally.contradicted:
            found = transaction.known_referrals(dict.fromkeys(tally.contradicted, ""))
            held = hold_contradicted(transaction, list(found.values()), self._rules.policy)
            tally.held |= held

    def _refused(self, given: _Given, refusal: RowNotStored) -> _Tally:
        """The end of a row the store refuses alone; a referral nobody can read waits for a person.

        Its key is not remembered, as with any rejected row.
        """
        unreadable = isinstance(refusal, PersonUnreadable)
        faults = (_NOT_OPENED if unreadable else _NOT_STORED,)
        tally = _Tally(Counter(read=1, rejected=1), rejects=[(given.row, faults)])
        if unreadable:
            with self._store.begin() as transaction:
                known = transaction.known_referrals({given.key: given.fingerprint})
                for referral in known.values():
                    transaction.set_aside(referral.person_id, referral.id)
        return tally


def _read(given: _Given, reading: Reading, tally: _Tally) -> Iterator[tuple[_Given, Told]]:
    """The row with its values, or nothing where it is rejected."""
    read = given.row.faults or read_row(given.row.cells, reading)
    if isinstance(read, ReferralRow):
        yield given, Told.by(read)
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
    try:
        cells = _CELLS(row.cells)
    except KeyError:  # columns that the file does not have
        cells = tuple(row.cells.get(column, "") for column in COLUMNS)
    return "\x1f".join(map(str.strip, cells))


def _number(text: str) -> int:
    """A text as a number of 32 bits, never 0: of another row with the same key, it tells enough."""
    return hash(text) & (1 << 32) - 1 or 1
