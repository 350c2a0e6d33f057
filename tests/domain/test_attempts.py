"""An attempt moves forward only, whatever order its reports come in."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.attempts import (
    LIVE,
    TERMINAL,
    AttemptState,
    from_provider,
    moves_forward,
)

states = st.sampled_from(AttemptState)


def test_six_states_are_live_and_the_rest_are_ends():
    assert {"placing", "posting", "queued", "initiated", "ringing", "in_progress"} == LIVE
    assert frozenset(AttemptState) == TERMINAL | LIVE
    assert not TERMINAL & LIVE


@pytest.mark.parametrize("end", sorted(TERMINAL))
def test_an_end_is_final(end):
    assert not any(moves_forward(end, other) for other in AttemptState)
    assert all(moves_forward(live, end) for live in LIVE)


@given(states, states, states)
def test_forward_is_a_strict_order(one, two, three):
    assert not moves_forward(one, one)
    assert not (moves_forward(one, two) and moves_forward(two, one))
    if moves_forward(one, two) and moves_forward(two, three):
        assert moves_forward(one, three)


def test_every_order_of_a_calls_reports_ends_in_the_same_state():
    reports = ("queued", "initiated", "ringing", "in-progress", "completed", "ringing")
    for order in set(permutations(reports)):
        state = AttemptState.POSTING
        for status in order:
            new = from_provider(status)
            if new is not None and moves_forward(state, new):
                state = new
        assert state is AttemptState.COMPLETED


@pytest.mark.parametrize("word", ["", "in_progress", "Completed", "machine", "deleted"])
def test_a_provider_word_we_do_not_know_moves_nothing(word):
    assert from_provider(word) is None
