"""An import remembers each of its rows, whatever their number and however they collide."""

from hypothesis import given
from hypothesis import strategies as st

from contactbot.operations.intake_memory import Accepted, NumberMap

numbers = st.integers(1, 2**64 - 1) | st.integers(0, 40).map(lambda n: n << 58 | 7)


@given(st.lists(st.tuples(numbers, st.integers(1, 2**32 - 1))))
def test_what_was_put_last_is_found(pairs):
    kept = NumberMap(32)
    for key, value in pairs:
        kept.put(key, value)
    assert [kept.get(key) for key in dict(pairs)] == list(dict(pairs).values())


def test_a_map_grows_and_forgets_nothing():
    kept = NumberMap(32)
    for number in range(1, 20_001):
        kept.put(number * 0x9E3779B97F4A7C15, number)
    assert all(kept.get(number * 0x9E3779B97F4A7C15) == number for number in range(1, 20_001))
    assert kept.get(5) == 0


def test_a_referral_that_is_accepted_and_held_counts_once_in_any_order():
    accepted = Accepted()
    for number in (1, 2):
        accepted.taken(number)
    for number in (3, 1, 1):
        accepted.is_held(number)
    accepted.taken(3)
    accepted.taken(1)
    assert accepted.held == 2
