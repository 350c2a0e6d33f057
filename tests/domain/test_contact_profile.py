"""Safe-contact details narrow at once and widen only when confirmed later."""

from datetime import UTC, date, datetime

import pytest

from contactbot.domain.calendar import parse_hours
from contactbot.domain.contact_profile import ContactProfile, merged
from contactbot.domain.referral import Permission

YES, NO, BLANK = Permission.YES, Permission.NO, Permission.BLANK
MARCH_1, MARCH_10, MARCH_20 = date(2026, 3, 1), date(2026, 3, 10), date(2026, 3, 20)


def profile(call: Permission = BLANK, confirmed: date | None = None, **more) -> ContactProfile:
    return ContactProfile(safe_call=call, confirmed_on=confirmed, **more)


def call_after(known: ContactProfile, told: ContactProfile, *, same_referral=False) -> Permission:
    return merged(known, told, same_referral=same_referral).safe_call


def test_a_no_is_taken_at_once():
    assert call_after(profile(YES, MARCH_10), profile(NO)) is NO


def test_a_no_stays_until_it_was_confirmed_anew():
    known = profile(NO, MARCH_10)
    assert call_after(known, profile(YES)) is NO
    assert call_after(known, profile(YES, MARCH_1)) is NO
    assert call_after(known, profile(YES, MARCH_20)) is YES


@pytest.mark.parametrize("same_referral", [True, False])
def test_a_blank_never_takes_back_a_no(same_referral):
    assert call_after(profile(NO), profile(), same_referral=same_referral) is NO


def test_a_blank_takes_back_a_yes_only_where_it_was_given():
    assert call_after(profile(YES), profile(), same_referral=True) is BLANK
    assert call_after(profile(YES), profile(), same_referral=False) is YES


def test_an_ended_profile_stays_ended_until_confirmed_after_that():
    ended = profile(YES, MARCH_1, voided_at=datetime(2026, 3, 10, tzinfo=UTC))
    assert merged(ended, profile(YES, MARCH_1), same_referral=True).voided_at
    assert merged(ended, profile(NO), same_referral=True).voided_at
    assert merged(ended, profile(YES, MARCH_20), same_referral=True).voided_at is None


def test_hours_are_not_lost_by_a_blank():
    hours = parse_hours("mon 09:00-10:00")
    assert merged(profile(YES, hours=hours), profile(YES), same_referral=True).hours == hours


def test_telling_the_same_again_changes_nothing():
    known = profile(YES, MARCH_10)
    assert merged(known, known, same_referral=True) == known
    assert merged(known, profile(), same_referral=False) == known
