"""Referrals taken in: idempotent, one person is one person, and nobody is un-suppressed."""

import re
from pathlib import Path

import pytest
from sqlalchemy import text

from contactbot.database.clock_records import fix_clock
from contactbot.database.intake_records import DatabaseIntakeStore, rehearsal
from contactbot.domain.policy import parse_policy
from contactbot.domain.sample import LAST_MOMENT
from contactbot.operations.intake import IntakeRules, import_referrals
from contactbot.ports.referral_source import IncomingRow

POLICY = parse_policy((Path(__file__).parents[2] / "scripts" / "policy.toml").read_text("utf-8"))
RULES = IntakeRules(POLICY, allow_pretend=False)
ANN = {
    "reference": "A1",
    "source_system": "niche",
    "source": "home_force",
    "crime_group": "theft",
    "flags": "none",
    "referred_at": "2026-03-20T14:00",
    "given_name": "Siân",
    "family_name": "O’Neill",
    "date_of_birth": "1990-01-02",
    "address": "14 High Street",
    "postcode": "NP99 1AA",
    "phone": "07700 900123",
    "offender_known": "no",
}
BEA = ANN | {
    "reference": "B1",
    "given_name": "Bea",
    "family_name": "Pugh",
    "date_of_birth": "1980-05-06",
    "address": "1 Lôn Wen",
    "phone": "07700 900555",
}


class Kept:
    def __init__(self):
        self.rows = []

    def add(self, row, faults):
        self.rows.append((row.line, [fault.column for fault in faults]))


class Intake:
    def __init__(self, engine, keyring):
        self.engine, self.keyring, self.rejects = engine, keyring, Kept()

    def __call__(self, *rows, store=None, rules=RULES):
        incoming = [IncomingRow(line, row) for line, row in enumerate(rows, 2)]
        store = store or DatabaseIntakeStore(self.engine, self.keyring)
        return import_referrals(incoming, store, rules, rejects=self.rejects)

    def ask(self, query, **values):
        with self.engine.connect() as connection:
            return connection.execute(text(query), values).all()

    def run(self, statement):
        with self.engine.begin() as connection:
            connection.execute(text(statement))

    def states(self):
        return dict(map(tuple, self.ask("SELECT reference, state FROM referrals")))

    def holds(self):
        query = """SELECT DISTINCT r.reference, h.reason FROM holds h
                   JOIN referrals r USING (person_id) WHERE released_at IS NULL"""
        return {tuple(row) for row in self.ask(query)}

    def count(self, table):
        return self.ask(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - a test’s own word


@pytest.fixture
def intake(database, keyring):
    fix_clock(database, LAST_MOMENT, 1.0)
    return Intake(database, keyring)


def test_a_standard_referral_waits_for_an_automatic_call(intake):
    result = intake(ANN)
    assert (result.read, result.accepted, result.rejected, result.held) == (1, 1, 0, 0)
    ((tier, state, route, due),) = intake.ask("SELECT tier, state, route, due_at FROM referrals")
    assert (tier, state, route) == ("standard", "awaiting_contact", "automatic")
    assert due is not None


def test_a_protected_referral_waits_for_a_caller_with_the_refusal_kept(intake):
    intake(ANN | {"flags": ""})
    assert intake.ask("SELECT tier, route, due_at FROM referrals") == [
        ("protected", "caller", None)
    ]
    assert intake.ask("SELECT allowed, reasons FROM decisions") == [(False, ["protected"])]


def test_importing_the_same_rows_again_changes_nothing(intake):
    tables = ("persons", "referrals", "numbers", "contact_profiles", "holds", "decisions")
    intake(ANN, BEA | {"flags": "in_custody"})
    before = [intake.ask(f"SELECT * FROM {table} ORDER BY id") for table in tables]  # noqa: S608
    again = intake(ANN, BEA | {"flags": "in_custody"})
    assert (again.unchanged, again.updated, again.held) == (2, 0, 1)
    assert [intake.ask(f"SELECT * FROM {t} ORDER BY id") for t in tables] == before  # noqa: S608


def test_a_changed_row_updates_its_referral(intake):
    intake(ANN)
    assert intake(ANN | {"flags": "stalking"}).updated == 1
    assert intake.ask("SELECT tier, route, flags FROM referrals") == [
        ("protected", "caller", ["stalking"])
    ]


def test_one_person_under_two_spellings_and_number_formats_is_one_person(intake):
    other = {"reference": "A2", "given_name": "SIAN", "family_name": "O'NEILL"}
    intake(ANN, ANN | other | {"phone": "7700900123"})
    intake(ANN | other | {"reference": "A3", "phone": "+44 (0)7700 900123"})
    assert (intake.count("persons"), intake.count("referrals"), intake.count("numbers")) == (
        1,
        3,
        1,
    )
    assert intake.holds() == set()


@pytest.mark.parametrize("in_one_file", [True, False])
def test_a_number_shared_by_two_persons_holds_both(intake, in_one_file):
    sharing = BEA | {"phone": ANN["phone"]}
    held = intake(ANN, sharing).held if in_one_file else intake(ANN).held + intake(sharing).held
    assert intake.states() == {"A1": "held", "B1": "held"}
    assert intake.holds() == {("A1", "shared_number"), ("B1", "shared_number")}
    assert held == (2 if in_one_file else 1)


def test_two_things_in_common_are_suggested_once(intake):
    alike = ANN | {"reference": "A2", "phone": "07700 900777", "family_name": "O’Neil"}
    assert intake(ANN, alike).duplicates_suggested == 1
    assert intake(alike | {"notes": "more"}).duplicates_suggested == 0
    assert intake.ask("SELECT because, state FROM person_links") == [
        (["birth_date", "home"], "suggested")
    ]


@pytest.mark.parametrize("suspect", ["07700 900123", "07700 900132", "07700 900124"])
def test_a_number_equal_or_near_to_the_suspects_is_held(intake, suspect):
    intake(ANN | {"suspect_phone": suspect})
    assert intake.holds() == {("A1", "suspect_number")}


def test_a_number_near_a_suspects_in_another_case_of_the_same_person_is_held(intake):
    intake(ANN)
    intake(ANN | {"reference": "A2", "suspect_phone": "07700 900124"})
    assert intake.states() == {"A1": "held", "A2": "held"}


@pytest.mark.parametrize("victim_first", [True, False])
def test_a_victim_who_is_a_suspect_elsewhere_is_held(intake, victim_first):
    accusing = BEA | {"suspect_phone": ANN["phone"]}
    for row in (ANN, accusing) if victim_first else (accusing, ANN):
        intake(row)
    assert intake.holds() == {("A1", "also_suspect")}
    assert intake.states() == {"A1": "held", "B1": "awaiting_contact"}


def test_a_declined_referral_is_suppressed_and_a_later_row_never_lifts_that(intake):
    intake(ANN | {"support_declined": "yes"})
    assert intake.states() == {"A1": "suppressed"}
    intake(ANN | {"support_declined": "no"})
    intake(ANN | {"reference": "A2"})
    assert intake.states() == {"A1": "suppressed", "A2": "suppressed"}
    assert intake.ask("SELECT lifted_at FROM suppressions") == [(None,)]


def test_a_death_stops_every_referral_of_the_person(intake):
    intake(ANN, BEA)
    intake(ANN | {"reference": "A2", "flags": "deceased"})
    assert intake.states() == {"A1": "suppressed", "A2": "suppressed", "B1": "awaiting_contact"}


def test_a_number_that_asked_not_to_be_rung_again_is_not_rung_for_a_new_person(intake):
    intake(ANN)
    intake.run("""INSERT INTO suppressions (id, number_index, reason, since, set_by)
                  SELECT gen_random_uuid(), number_index, 'asked', now(), 'caller'
                  FROM numbers""")
    intake.run("UPDATE numbers SET usable = false")
    intake(BEA | {"phone": ANN["phone"]})
    assert intake.states()["B1"] == "suppressed"


def test_one_protected_referral_protects_all_of_a_persons(intake):
    intake(ANN)
    intake(ANN | {"reference": "A2", "flags": "domestic_abuse"})
    intake(ANN | {"reference": "A3"})
    found = intake.ask("SELECT DISTINCT tier, route, enhanced, breach_at FROM referrals")
    assert [tuple(row)[:3] for row in found] == [("protected", "caller", True)]


def test_a_released_hold_does_not_come_back_with_a_mere_correction(intake):
    intake(ANN | {"flags": "in_custody"})
    intake.run("UPDATE holds SET released_at = now(), released_by = 'supervisor'")
    intake(ANN | {"flags": "in_custody", "notes": "typo mended"})
    assert intake.states() == {"A1": "awaiting_contact"}


def test_low_antisocial_behaviour_is_not_taken_unless_it_turns_out_more(intake):
    intake(ANN | {"flags": "asb_low"})
    assert intake.states() == {"A1": "ineligible"}
    intake(ANN | {"flags": "asb_medium"})
    assert intake.states() == {"A1": "awaiting_contact"}


def test_a_number_no_longer_given_is_no_longer_used(intake):
    intake(ANN)
    intake(ANN | {"phone": "07700 900777"})
    assert intake.ask("SELECT usable, suspended_because FROM numbers ORDER BY usable") == [
        (False, "no_longer_given"),
        (True, None),
    ]
    intake(ANN | {"phone": ""})
    assert intake.ask("SELECT route, due_at FROM referrals") == [("caller", None)]


def test_a_person_who_was_erased_is_not_brought_back(intake):
    intake(ANN)
    intake.run("UPDATE persons SET erased_at = now(), given_name_sealed = NULL")
    assert intake(ANN | {"notes": "news"}).unchanged == 1


def test_two_rows_that_contradict_each_other_hold_the_case(intake):
    result = intake(ANN, ANN | {"safe_call": "no"}, ANN)
    assert (result.accepted, result.rejected, result.unchanged) == (2, 1, 1)
    assert intake.rejects.rows == [(3, ["reference"])]
    assert intake.states() == {"A1": "held"}


def test_of_two_rows_that_contradict_each_other_the_first_is_compared_with_what_is_kept(intake):
    intake(ANN, BEA)
    news = ANN | {"notes": "news"}, ANN, BEA, BEA | {"notes": "news"}
    result = intake(*news)
    assert (result.updated, result.unchanged, result.rejected) == (1, 1, 2)
    assert intake.states() == {"A1": "held", "B1": "held"}


def test_rejected_rows_leave_the_others_alone(intake):
    result = intake(ANN, BEA | {"phone": "4.477E+11"}, ANN | {"reference": "A2", "source": "?"})
    assert (result.read, result.accepted, result.rejected) == (3, 1, 2)
    assert intake.rejects.rows == [(3, ["phone"]), (4, ["source"])]


def test_a_row_that_cannot_be_read_does_not_stand_in_the_way_of_a_mended_one(intake):
    bad = ANN | {"phone": "4.477E+11"}
    result = intake(bad, bad, ANN, BEA | {"reference": ""}, ANN | {"reference": ""})
    assert (result.accepted, result.rejected, result.unchanged) == (1, 4, 0)
    assert [columns for _, columns in intake.rejects.rows] == [["phone"]] * 2 + [["reference"]] * 2
    assert intake.states() == {"A1": "awaiting_contact"}


def test_the_language_a_person_chose_outranks_the_file(intake):
    intake(ANN | {"language": "en"})
    intake.run("UPDATE persons SET language = 'cy', language_source = 'call'")
    intake(ANN | {"language": "en", "email": "sian@example.org"})
    assert intake.ask("SELECT language, language_source FROM persons") == [("cy", "call")]


def test_a_poisonous_row_is_rejected_alone(intake):
    intake.run("ALTER TABLE referrals ADD CONSTRAINT poison CHECK (reference <> 'B1')")
    result = intake(ANN, BEA, ANN | {"reference": "A2"})
    assert (result.accepted, result.rejected) == (2, 1)
    assert intake.rejects.rows == [(3, ["(row)"])]
    assert set(intake.states()) == {"A1", "A2"}


def test_unknown_flag_words_are_counted_and_protect(intake):
    assert intake(ANN | {"flags": "dv"}).unknown_flags == {"dv": 1}
    assert intake.ask("SELECT tier, unknown_flags FROM referrals") == [("protected", ["dv"])]


def test_a_rehearsal_says_the_same_and_keeps_nothing(intake):
    with rehearsal(intake.engine, intake.keyring) as store:
        assert intake(ANN, ANN | {"reference": "A2"}, store=store).accepted == 2
    assert intake.count("referrals") == 0


def test_pretended_numbers_are_refused_while_calling_is_live(intake):
    pretended = ANN | {"phone": "+44" + "4" + "0" * 9}
    assert intake(pretended).rejected == 1
    assert intake(pretended, rules=IntakeRules(POLICY, allow_pretend=True)).accepted == 1


def test_nothing_personal_is_readable_in_the_database(intake):
    intake(ANN | {"notes": "a secret", "contact_code": "4321", "email": "sian@example.org"})
    dump = ""
    for table in ("persons", "referrals", "numbers", "contact_profiles", "audit", "decisions"):
        dump += str(intake.ask(f"SELECT {table}::text FROM {table}"))  # noqa: S608
    # Sealed bytes are written as digits, in which any four digits can stand by chance.
    clear = re.sub(r"x[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", dump)
    for personal in ("Siân", "Neill", "1990", "High Street", "secret", "4321", "900123", "sian@"):
        assert personal not in clear
        assert personal.encode().hex() not in dump


def test_a_change_during_a_call_asks_for_its_end(intake):
    intake(ANN)
    intake.run("""INSERT INTO attempts (id, token, person_id, referral_id, number_id, number_index,
                  channel, state, decided_at, deadline_real, policy_version)
                  SELECT gen_random_uuid(), 't', r.person_id, r.id, n.id, n.number_index, 'call',
                  'ringing', now(), now(), 'p' FROM referrals r JOIN numbers n USING (person_id)""")
    intake(ANN | {"support_declined": "yes"})
    assert intake.ask("SELECT cancel_because FROM attempts") == [("support_declined",)]


def spoil(intake, table="persons", column="given_name_sealed"):
    """What is kept of A1’s person cannot be opened any more."""
    intake.run(f"""UPDATE {table} SET {column} = decode(repeat('00', 40), 'hex')
                    WHERE {"id" if table == "persons" else "person_id"} =
                          (SELECT person_id FROM referrals WHERE reference = 'A1')""")  # noqa: S608


@pytest.mark.parametrize(
    ("table", "column"),
    [("persons", "given_name_sealed"), ("persons", "key_wrapped"), ("numbers", "number_sealed")],
)
def test_a_row_whose_person_cannot_be_opened_is_set_aside_and_the_others_go_on(
    intake, table, column
):
    intake(ANN, BEA)
    spoil(intake, table, column)
    news = [row | {"notes": "news"} for row in (ANN, BEA)]
    result = intake(*news, BEA | {"reference": "B2"})
    assert (result.accepted, result.rejected, result.updated) == (2, 1, 1)
    assert intake.rejects.rows == [(2, ["(row)"])]
    assert intake.states() == dict.fromkeys(("B1", "B2"), "awaiting_contact") | {"A1": "held"}
    assert intake.holds() == {("A1", "case_unreadable")}


def test_a_new_row_that_may_speak_of_somebody_unreadable_is_rejected(intake):
    intake(ANN)
    spoil(intake)
    result = intake(ANN | {"reference": "A2"}, BEA | {"phone": ANN["phone"]}, BEA)
    assert (result.accepted, result.rejected) == (1, 2)
    assert set(intake.states()) == {"A1", "B1"}


def test_a_referral_that_cannot_be_planned_again_is_held(intake):
    intake(ANN | {"contact_code": "4321"})
    spoil(intake, "referrals", "contact_code_sealed")
    assert intake(ANN | {"reference": "A2"}, BEA).accepted == 2
    assert intake.states() == {"A1": "held", "A2": "held", "B1": "awaiting_contact"}
