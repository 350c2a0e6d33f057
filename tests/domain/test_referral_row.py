"""Rows are read whole or refused with every fault; unknown protects, nothing is guessed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.referral import (
    CrimeGroup,
    Flag,
    Language,
    OffenderKnown,
    Permission,
    Risk,
    Source,
)
from contactbot.domain.referral_row import (
    COLUMNS,
    REQUIRED_COLUMNS,
    Reading,
    ReferralRow,
    read_row,
)

READING = Reading(datetime(2026, 3, 23, 9, 0, tzinfo=UTC), allow_pretend=False)
PLAIN = {
    "reference": "A1",
    "source_system": "niche",
    "source": "home_force",
    "crime_group": "theft",
    "flags": "none",
    "referred_at": "2026-03-20T14:00",
}


def read(**cells) -> ReferralRow:
    row = read_row(PLAIN | cells, READING)
    assert isinstance(row, ReferralRow), row
    return row


def faulty_columns(**cells) -> list[str]:
    faults = read_row(PLAIN | cells, READING)
    assert isinstance(faults, tuple)
    assert all(fault.message and fault.remedy for fault in faults)
    return [fault.column for fault in faults]


def test_six_columns_are_enough_and_the_rest_is_unknown():
    row = read()
    assert tuple(PLAIN) == REQUIRED_COLUMNS
    assert (row.language, row.risk, row.phone) == (None, None, None)
    assert row.safe_call is row.safe_text is row.safe_voicemail is Permission.BLANK
    assert row.offender_known is OffenderKnown.BLANK


@pytest.mark.parametrize("column", ["reference", "source_system", "source", "crime_group"])
def test_a_blank_required_cell_is_a_fault(column):
    assert faulty_columns(**{column: " "}) == [column]


def test_all_faults_of_a_row_are_told_with_the_value_as_given():
    faults = read_row(PLAIN | {"phone": "4.477E+11", "language": "Welsh"}, READING)
    assert [(fault.column, fault.value) for fault in faults] == [
        ("phone", "4.477E+11"),
        ("language", "Welsh"),
    ]


def test_blank_flags_are_not_assessed_and_none_is():
    assert read(flags="").flags.assessed is False
    assert read(flags=" None ").flags.assessed is True
    assert read(flags="none").flags.known == frozenset()


@pytest.mark.parametrize("given", ["dv", "repeat,hate", "none;repeat", "hate crime"])
def test_an_unknown_flag_word_is_kept_and_reported_and_the_row_with_it(given):
    assert read(flags=given).flags.unknown


def test_flags_are_read_in_any_case_and_order():
    assert read(flags=" Repeat; HATE;").flags.known == {Flag.HATE, Flag.REPEAT}


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-03-20T14:00", "2026-03-20T14:00+00:00"),
        ("2026-03-20 14:00:05", "2026-03-20T14:00:05+00:00"),
        ("2026-03-20T14:00Z", "2026-03-20T14:00+00:00"),
        ("2026-03-20T14:00+01:00", "2026-03-20T13:00+00:00"),
        ("20/03/2026 14:00", "2026-03-20T14:00+00:00"),
        ("20/03/2026", "2026-03-20T00:00+00:00"),
        ("2026-03-20", "2026-03-20T00:00+00:00"),
        ("01/07/2025 14:00", "2025-07-01T13:00+00:00"),
        ("2025-10-26T01:30+00:00", "2025-10-26T01:30+00:00"),
    ],
)
def test_times_are_local_unless_a_zone_is_written(given, moment):
    assert read(referred_at=given).referred_at == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "given",
    [
        *("03/04/26", "3/4/2026", "2026/03/04", "04-03-2026", "4 March 2026", "46104.375"),
        *("31/02/2026", "13/13/2025", "2026-02-29T10:00", "20/03/2026 25:00", "20/03/2026 2pm"),
        *("2026-03-25T09:00", "1999-01-01T09:00", "2026-03-20T1400", "20260320T140000"),
        *("2025-10-26T01:30", "26/10/2025 01:30", "2025-03-30T01:30"),
    ],
)
def test_times_that_are_ambiguous_or_impossible_are_refused(given):
    assert faulty_columns(referred_at=given) == ["referred_at"]


def test_dates_are_iso_or_day_first():
    assert read(date_of_birth="03/04/1990").date_of_birth == date(1990, 4, 3)
    assert read(date_of_birth="1990-04-03").date_of_birth == date(1990, 4, 3)


@pytest.mark.parametrize("given", ["03/04/90", "12/31/1990", "1890-01-01", "2030-01-01", "33000"])
def test_dates_that_are_ambiguous_or_impossible_are_refused(given):
    assert faulty_columns(date_of_birth=given) == ["date_of_birth"]


@pytest.mark.parametrize(
    "given", ["0123", "999", "10000", "12a4", "1234.0", "\uff11\uff12\uff13\uff14", "-123"]
)
def test_a_contact_code_is_four_digits_from_1000(given):
    assert faulty_columns(contact_code=given) == ["contact_code"]


@pytest.mark.parametrize(
    "given", ["D?r", "Si\ufffdn", "SiÃ¢n", "Jo\x07nes", "a\0b", "x" * 201, "=1+1", "@x", "#N/A"]
)
def test_damaged_names_are_refused(given):
    assert faulty_columns(family_name=given) == ["family_name"]


@pytest.mark.parametrize("given", ["Siân", "O’Neill", "ap Rhys", "X", "Llŷr", "Null", "Nguyễn"])
def test_awkward_names_are_kept_as_written(given):
    assert read(family_name=given).family_name == given


@pytest.mark.parametrize("given", ["- left a card", "=1+1", "+ more", "a\nb", "@ the door"])
def test_free_text_is_kept_whatever_it_starts_with(given):
    assert read(notes=given).notes == given


@pytest.mark.parametrize("column", ["address", "area", "gender", "reference"])
def test_formulas_are_refused_where_no_value_starts_like_one(column):
    assert faulty_columns(**{column: "=HYPERLINK(1)"}) == [column]


def test_the_mark_for_text_of_a_spreadsheet_is_taken_off():
    assert read(notes="'=1+1").notes == "=1+1"
    assert read(phone="'+447700900123").phone.number.e164 == "+447700900123"


def test_a_phone_is_kept_as_given_and_as_dialled():
    phone = read(phone="7700900123").phone
    assert (phone.as_given, phone.number.e164) == ("7700900123", "+447700900123")


@pytest.mark.parametrize(
    ("column", "given"),
    [
        ("source", "police"),
        ("crime_group", "domestic_abuse"),
        ("language", "welsh"),
        ("safe_call", "y"),
        ("safe_text", "blank"),
        ("safe_hours", "mornings"),
        ("risk", "high"),
        ("support_declined", "true"),
        ("officer_view", "none"),
        ("case_state", "open"),
        ("email", "nobody"),
        ("phone", "ask mam"),
    ],
)
def test_a_word_that_is_not_of_its_column_is_a_fault(column, given):
    assert faulty_columns(**{column: given}) == [column]


def test_nothing_personal_is_in_the_repr():
    row = read(
        given_name="Siân",
        family_name="Example",
        phone="07700 900123",
        contact_code="4321",
        address="1 High Street",
        notes="secret",
        date_of_birth="1990-01-02",
    )
    shown = repr(row)
    for personal in ("Siân", "Example", "900", "4321", "High", "secret", "1990"):
        assert personal not in shown
    faults = read_row(PLAIN | {"family_name": "D?r", "phone": "0770"}, READING)
    assert "D?r" not in repr(faults)
    assert "0770" not in repr(faults)


rows = st.fixed_dictionaries(
    {
        "reference": st.from_regex(r"[A-Z]{2}[0-9]{1,6}", fullmatch=True),
        "source_system": st.sampled_from(["niche", "mavis"]),
        "source": st.sampled_from(Source),
        "crime_group": st.sampled_from(CrimeGroup),
        "flags": st.sets(st.sampled_from(Flag), min_size=1).map(";".join),
        "referred_at": st.integers(1_767_225_600, 1_774_000_000)
        .map(lambda second: datetime.fromtimestamp(second, UTC))
        .map(datetime.isoformat),
    },
    optional={
        "given_name": st.from_regex(r"[A-ZŴŶ][a-zâêîôûŵŷ’]{0,20}", fullmatch=True),
        "date_of_birth": st.dates(date(1910, 1, 1), date(2020, 1, 1)).map(date.isoformat),
        "phone": st.integers(0, 999).map(lambda last: f"07700 900{last:03d}"),
        "contact_code": st.integers(1000, 9999).map(str),
        "language": st.sampled_from(Language),
        "risk": st.sampled_from(Risk),
        "safe_call": st.sampled_from(["yes", "no", ""]),
    },
)


@given(rows)
def test_what_was_written_is_what_is_read(cells):
    row = read_row(cells, READING)
    assert row.reference == cells["reference"]
    assert row.source == cells["source"]
    assert row.flags.known == set(cells["flags"].split(";"))
    assert row.referred_at.isoformat() == cells["referred_at"]
    assert row.given_name == cells.get("given_name", "")
    assert row.contact_code == cells.get("contact_code", "")
    assert (row.language or "") == cells.get("language", "")
    assert row.safe_call == (cells.get("safe_call") or "blank")
    assert (row.phone.as_given if row.phone else "") == cells.get("phone", "")


@given(st.dictionaries(st.sampled_from(tuple(COLUMNS)), st.text(max_size=30)))
def test_no_text_at_all_breaks_the_reading_of_a_row(cells):
    assert isinstance(read_row(PLAIN | cells, READING), ReferralRow | tuple)
