"""The states and their groups."""

from contactbot.domain.referral import STATE_GROUPS, ReferralState, StateGroup


def test_every_state_belongs_to_exactly_one_group():
    assert set(STATE_GROUPS) == set(ReferralState)


def test_a_state_named_like_a_group_is_in_that_group():
    for group in StateGroup:
        if group.value in ReferralState.__members__.values():
            assert STATE_GROUPS[ReferralState(group.value)] is group
