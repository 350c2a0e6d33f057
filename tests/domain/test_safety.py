"""The tier: whatever is blank where it must be known, or unheard of, protects."""

from dataclasses import replace
from datetime import date

import pytest
from contact_builders import policy
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.referral import CrimeGroup, Flag
from contactbot.domain.safety import Tier, TierFacts, tier_of

STANDARD = TierFacts(
    flags=frozenset(),
    flags_assessed=True,
    unknown_flags=False,
    crime_group="burglary",
    birth_date=date(1980, 5, 17),
    on=date(2026, 11, 23),
    risk=None,
    offender_known=None,
)


def because(**changes):
    decision = tier_of(replace(STANDARD, **changes), policy())
    assert (decision.tier is Tier.PROTECTED) is bool(decision.because)
    return set(decision.because)


def test_a_plain_case_is_standard():
    assert because() == set()


@pytest.mark.parametrize("flag", Flag)
def test_the_flags_that_protect(flag):
    protecting = (
        "domestic_abuse stalking harassment sexual honour_based trafficking child vulnerable"
    )
    expected = {f"flag_{flag}"} if flag in protecting.split() else set()
    assert because(flags=frozenset({str(flag)})) == expected


@pytest.mark.parametrize("group", CrimeGroup)
def test_in_some_groups_the_offender_must_be_known_to_be_a_stranger(group):
    asked = "violence asb public_order criminal_damage_arson weapons other unknown"
    needs = {"offender_not_ruled_out"} if group in asked.split() else set()
    sexual = {"crime_group_protected"} if group == "sexual" else set()
    assert because(crime_group=str(group)) == needs | sexual
    assert because(crime_group=str(group), offender_known="no") == sexual
    assert "offender_known" in because(crime_group=str(group), offender_known="yes")


def test_flags_blank_or_with_an_unknown_word_protect():
    assert because(flags_assessed=False) == {"flags_not_assessed"}
    assert because(unknown_flags=True) == {"flag_unknown"}
    assert because(flags=frozenset({"moonlight"})) == {"flag_unknown"}


def test_under_age_by_birth_date_also_on_leap_days():
    on = STANDARD.on
    assert because(birth_date=date(2008, 11, 24)) == {"under_age"}
    assert because(birth_date=date(2008, 11, 23)) == set()
    assert because(birth_date=date(2008, 2, 29), on=date(2026, 2, 28)) == {"under_age"}
    assert because(birth_date=date(2030, 1, 1), on=on) == {"under_age"}
    assert because(birth_date=None) == set()


def test_risk_red_or_unheard_of_protects():
    assert because(risk="red") == {"risk_protected"}
    assert because(risk="purple") == {"risk_unheard_of"}
    assert because(risk="amber") == because(risk="green") == set()


def test_values_unheard_of_protect():
    assert "crime_group_unheard_of" in because(crime_group="piracy")
    assert "offender_unheard_of" in because(offender_known="perhaps")


known = {"burglary", "robbery", "theft", "fraud", "drugs", "misc_society"}


@given(
    flags=st.frozensets(st.one_of(st.sampled_from([str(flag) for flag in Flag]), st.text())),
    group=st.one_of(st.sampled_from([str(group) for group in CrimeGroup]), st.text()),
    risk=st.one_of(st.none(), st.sampled_from(["red", "amber", "green"]), st.text()),
    offender=st.one_of(st.none(), st.sampled_from(["yes", "no"]), st.text()),
)
def test_the_tier_is_total_and_standard_only_by_known_words(flags, group, risk, offender):
    found = because(flags=flags, crime_group=group, risk=risk, offender_known=offender)
    if not found:
        assert flags <= {"hate", "repeat", "business", "deceased", "in_custody"} | {
            "asb_high",
            "asb_medium",
            "asb_low",
        }
        assert offender == "no" or group in known
        assert risk in {None, "amber", "green"}


def test_a_birth_date_is_not_shown():
    assert "1980" not in repr(STANDARD)
