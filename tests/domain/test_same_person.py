"""One person under two spellings is one person; less than certainty is a suggestion."""

from datetime import UTC, datetime

from contactbot.domain.person import details_of, phones_of
from contactbot.domain.referral_row import Reading, read_row
from contactbot.domain.same_person import Likeness, is_same_person, likeness, marks_of

ANN = {
    "reference": "A1",
    "source_system": "niche",
    "source": "self",
    "crime_group": "theft",
    "flags": "none",
    "referred_at": "2026-03-20T14:00",
    "given_name": "Siân",
    "family_name": "O’Neill",
    "date_of_birth": "1990-01-02",
    "phone": "07700 900123",
    "address": "14 High Street",
    "postcode": "NP99 1AA",
}
READING = Reading(datetime(2026, 3, 23, 9, 0, tzinfo=UTC), allow_pretend=False)


def marks(**cells):
    row = read_row(ANN | cells, READING)
    return marks_of(details_of(row), [phone.number.e164 for phone in phones_of(row)])


def test_one_person_under_two_spellings_and_number_formats_is_one_person():
    other = marks(given_name="SIAN", family_name="O'NEILL", phone="+44 (0)7700 900123")
    assert is_same_person(marks(), other)


def test_one_person_whose_number_lost_its_leading_zero_is_one_person():
    assert is_same_person(marks(), marks(phone="7700900123"))


def test_another_number_surname_or_birth_date_is_never_certain():
    for change in ({"phone": "07700 900124"}, {"family_name": "Neal"}, {"date_of_birth": ""}):
        assert not is_same_person(marks(), marks(**change))


def test_two_things_in_common_are_a_suggestion():
    other = marks(phone="07700 900124", date_of_birth="1991-01-02")
    assert likeness(marks(), other) == (Likeness.NAMES, Likeness.HOME)


def test_one_thing_in_common_is_not():
    other = marks(phone="", date_of_birth="", address="", given_name="Siân")
    assert likeness(marks(), other) == ()


def test_blank_cells_are_never_alike():
    blank = marks(phone="", date_of_birth="", address="", postcode="", family_name="")
    assert likeness(blank, blank) == ()
    assert not is_same_person(blank, blank)
