"""The fast import stores what the straightforward functions say, for thousands of dirty rows."""

from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from stored_state import stored

from contactbot.casestore.import_file import import_file
from contactbot.cli.seed import write_sample
from contactbot.database.clock_records import fix_clock
from contactbot.database.engine import make_engine
from contactbot.database.intake_records import DatabaseIntakeStore
from contactbot.domain import referral_row
from contactbot.domain.calendar import LONDON
from contactbot.domain.gate import ContactFacts, NumberFacts
from contactbot.domain.phone import parse_by_library
from contactbot.domain.planning import CaseFacts, plan_first
from contactbot.domain.policy import parse_policy
from contactbot.domain.referral import OffenderKnown
from contactbot.domain.safety import TierFacts, tier_of
from contactbot.domain.sample import LAST_MOMENT
from contactbot.operations import intake, intake_batch
from contactbot.operations.intake import IntakeRules
from contactbot.operations.intake_plans import FirstPlans, _profile

ROWS = 5_000


class PlainPlans(FirstPlans):
    """Asks tier, gate and planner for each row again, with exactly its own facts."""

    def tier(self, row):
        offender = None if row.offender_known is OffenderKnown.BLANK else row.offender_known
        facts = TierFacts(
            flags=frozenset(map(str, row.flags.known)),
            flags_assessed=row.flags.assessed,
            unknown_flags=bool(row.flags.unknown),
            crime_group=row.crime_group,
            birth_date=row.date_of_birth,
            on=self._now.astimezone(LONDON).date(),
            risk=row.risk,
            offender_known=offender,
        )
        return tier_of(facts, self._policy)

    def _plan(self, draft, tier, *, enhanced):
        person, row = draft.person, draft.row
        number = NumberFacts(str(person.id), usable=True, suspended=False)
        facts = ContactFacts(
            state="new",
            tier=tier,
            profile=_profile(person.profile),
            number=number if person.usable_numbers() else None,
            holds=tuple(sorted(person.holds)),
            suppressions=tuple(sorted(person.suppressions)),
            history=(),
            live=False,
            now=self._now,
            skew=timedelta(0),
        )
        case = CaseFacts(row.referred_at, enhanced, row.risk, None)
        return plan_first(facts, case, self._policy)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A file of the published mix, with every kind of damage in it."""
    first = tmp_path_factory.mktemp("sample") / "first.csv"
    write_sample(first, ROWS, seed=11, dirty=True)
    return [first]


def taken_in(database, keyring, rules, files):
    fix_clock(database, LAST_MOMENT, 1.0)
    store = DatabaseIntakeStore(database, keyring)
    kept = [file.with_suffix(".rejects.csv") for file in files]
    pairs = zip(files, kept, strict=True)
    results = [import_file(file, rejects, store, rules) for file, rejects in pairs]
    rejects = [file.read_text("utf-8") for file in kept]
    # A referral held at the end of a batch may be suppressed by a later one: batches tell `held`.
    return [replace(result, reject_file=None, held=0) for result in results], rejects


@pytest.fixture
def rules(policy_text):
    return IntakeRules(parse_policy(policy_text), allow_pretend=True)


@pytest.fixture
def policy_text(pytestconfig):
    return (pytestconfig.rootpath / "scripts" / "policy.toml").read_text("utf-8")


@pytest.fixture
def other_database(server_url, administration, template):
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE alike TEMPLATE {template}")
    engine = make_engine(server_url.set(database="alike").render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with administration.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE alike WITH (FORCE)")


def test_large_shared_batches_store_what_small_plain_ones_store(
    database, other_database, keyring, rules, sample, monkeypatch
):
    fast = taken_in(database, keyring, rules, sample)
    monkeypatch.setattr(intake, "BATCH_ROWS", 97)
    monkeypatch.setattr(intake_batch, "FirstPlans", PlainPlans)
    monkeypatch.setattr(referral_row, "parse_phone", parse_by_library)
    plain = taken_in(other_database, keyring, rules, sample)
    assert [asdict(result) for result in fast[0]] == [asdict(result) for result in plain[0]]
    assert fast[1] == plain[1]
    assert stored(database, keyring) == stored(other_database, keyring)
