"""The sample is of the published mix, acceptable, pretended and repeatable."""

from collections import Counter
from random import Random

import pytest

from contactbot.domain.referral import CrimeGroup, Flag
from contactbot.domain.referral_row import Reading, ReferralRow, read_row
from contactbot.domain.sample import (
    LAST_MOMENT,
    REPORTED_CRIMES,
    REPORTED_SOURCES,
    proportional,
    sample_rows,
)
from contactbot.domain.sample_dirt import DAMAGES, dirty_rows
from contactbot.domain.sample_people import PRETEND_BLOCK, contact_code


def dice(seed):
    return Random(seed)  # noqa: S311 - repeatable


READING = Reading(LAST_MOMENT, allow_pretend=True)


@pytest.fixture(scope="module")
def rows():
    return list(sample_rows(15_061, dice(1)))


@pytest.fixture(scope="module")
def read(rows):
    return [read_row(row, READING) for row in rows]


def test_mix_is_exactly_the_published_one(rows):
    assert Counter(row["crime_group"] for row in rows) == REPORTED_CRIMES
    assert Counter(row["source"] for row in rows) == REPORTED_SOURCES


@pytest.mark.parametrize("count", [1, 10, 499, 15_061, 150_000])
def test_any_size_is_shared_out_whole(count):
    assert sum(proportional(REPORTED_CRIMES, count).values()) == count


def test_every_row_is_acceptable(read):
    assert [row for row in read if not isinstance(row, ReferralRow)] == []


def test_every_damaged_row_is_refused():
    for row in dirty_rows(len(DAMAGES), dice(1)):
        assert not isinstance(read_row(row, READING), ReferralRow), row["reference"]


def test_the_same_seed_makes_the_same_rows():
    assert list(sample_rows(50, dice(3))) == list(sample_rows(50, dice(3)))
    assert list(sample_rows(50, dice(3))) != list(sample_rows(50, dice(4)))


def test_every_flag_and_crime_group_of_the_report_appears(read):
    assert set().union(*(row.flags.known for row in read)) == set(Flag)
    assert {row.crime_group for row in read} == set(CrimeGroup) - {"asb", "fraud"}


def test_all_numbers_are_pretended(read):
    phones = [p for row in read for p in (row.phone, row.phone_2, row.suspect_phone) if p]
    assert all(p.number.e164.startswith(PRETEND_BLOCK) for p in phones)
    assert all(len(p.number.e164) == 13 for p in phones)


def test_the_language_of_a_number_is_the_language_of_its_owner(read):
    spoken = {"cy": "01", "en": "23456789"}
    told = [(row.language, row.phone.number.e164[-3]) for row in read if row.language and row.phone]
    assert all(digit in spoken[language] for language, digit in told)


def test_a_given_contact_code_is_that_of_the_number(read):
    coded = [row for row in read if row.contact_code]
    assert all(row.contact_code == contact_code(row.phone.number.e164) for row in coded)


@pytest.mark.parametrize(
    ("column", "least", "most"),
    [
        ("flags", 0.13, 0.17),
        ("contact_code", 0.48, 0.56),
        ("language", 0.25, 0.31),
        ("phone", 0.03, 0.05),
        ("offender_known", 0.10, 0.25),
        ("safe_call", 0.80, 0.86),
    ],
)
def test_columns_are_as_blank_as_real_feeds(rows, column, least, most):
    blank = sum(not row[column] for row in rows) / len(rows)
    assert least < blank < most


def test_most_referrals_came_in_during_the_last_days(read):
    ages = [(LAST_MOMENT - row.referred_at).total_seconds() / 86_400 for row in read]
    assert 0 <= min(ages) < max(ages) <= 21
    assert sum(age < 5 for age in ages) > len(ages) / 2
