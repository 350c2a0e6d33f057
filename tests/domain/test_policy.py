"""The policy file: what ships says what the design says, and a fault names its place."""

import pytest
from contact_builders import SHIPPED, policy

from contactbot.domain.calendar import parse_hours
from contactbot.domain.policy import PolicyFault, parse_policy
from contactbot.domain.referral import CrimeGroup, Flag, Risk

TEXT = SHIPPED.read_text(encoding="utf-8")


def fault(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(PolicyFault) as caught:
        parse_policy(TEXT.replace(old, new, 1))
    return str(caught.value)


def test_the_shipped_policy_holds_the_figures_of_the_design():
    rules = policy()
    assert rules.hours.default == parse_hours("mon-fri 09:00-20:00; sat 10:00-16:00")
    assert rules.hours.outer == parse_hours("mon-sun 08:00-21:00")
    assert (rules.calls.ring_seconds_automatic, rules.calls.ring_seconds_by_hand) == (18, 30)
    assert (rules.calls.per_second, rules.calls.per_second_pretended) == (1, 30)
    assert (rules.profiles.protected_valid_days, rules.tiers.adult_age) == (30, 18)
    assert (rules.tries.most, rules.tries.day_parts, rules.tries.within_working_days) == (3, 3, 10)
    assert rules.tries.first_enhanced_working_days == 1
    assert rules.tries.first_other_working_days == 2
    assert rules.eligibility.ineligible_flags == {"asb_low"}


def test_the_policy_knows_every_word_a_referral_can_hold():
    tiers = policy().tiers
    assert tiers.known_flags == set(Flag)
    assert tiers.known_groups == set(CrimeGroup)
    assert tiers.known_risks == set(Risk)
    assert tiers.protected_flags < tiers.known_flags
    assert tiers.groups_where_offender_must_be_known < tiers.known_groups


def test_the_version_is_the_name_and_a_fingerprint_of_the_whole_text():
    name, _, digest = policy().version.partition("@")
    assert (name, len(digest)) == ("standard", 12)
    assert parse_policy(TEXT + "\n# a word more\n").version != policy().version
    assert parse_policy(TEXT).version == policy().version


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max_in_flight = 60", "max_in_flight = 0", "calls.max_in_flight"),
        ("max_in_flight = 60", "max_in_flihgt = 60", "calls.max_in_flihgt"),
        ("per_day = 1", 'per_day = "often"', "limits.per_day"),
        ("sat 10:00-16:00", "sat 16:00-10:00", "hours.default"),
        ('then = "default_hours"', 'then = "always"', "permission.0.then"),
        ('name = "opted_in"', 'name = "joined"', "there is no disposition joined"),
        ('name = "opted_in"', 'name = "joined"', "no row for opted_in"),
        ('name = "opted_in"', 'name = "declined"', "two rows for one disposition"),
        ('state = "contacted"', 'state = "pleased"', "must be a state"),
        ('state = "declined"', 'state = ""', "must be a state"),
        ('said = "yes"', 'said = "blank"', "two rows for one case"),
        ('said = "yes"', 'said = "no"', "a no denies the channel"),
        ('channel = "text"', 'channel = "voicemail"', "no machine leaves a voicemail"),
        ('tier = "standard"', 'tier = "protected"', "by a person only"),
        ('name = "standard"', "name = ", "not readable"),
    ],
)
def test_a_fault_is_refused_with_its_place(old, new, said):
    assert said in fault(old, new)


def test_texts_without_a_yes_cannot_be_permitted():
    text = TEXT.replace('channel = "text"\nmeans = "automatic"\nsaid = "yes"', "X", 1)
    loose = text.replace("X", 'channel = "text"\nmeans = "automatic"\nsaid = "blank"')
    with pytest.raises(PolicyFault, match="need a yes"):
        parse_policy(loose)


def test_every_fault_is_told_at_once():
    with pytest.raises(PolicyFault) as caught:
        parse_policy(TEXT.replace("per_day = 1", "per_day = 0").replace("most = 3", "most = -3"))
    assert "limits.per_day" in str(caught.value)
    assert "tries.most" in str(caught.value)


def test_a_missing_cell_denies():
    assert ("standard", "voicemail", "automatic", "yes") not in policy().permissions
    assert not any(cell[3] == "no" for cell in policy().permissions)
