"""The convention by which a number says who answers it, and how they know a question."""

import pytest

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.handset import Handset
from contactbot.phonenet.people import (
    BY_LAST_TWO_DIGITS,
    Behaviour,
    changed_person,
    person_by_convention,
)
from contactbot.phonenet.phrases import Question, answer_to, question_in

NUMBER = "+447700900{:03}"


@pytest.mark.parametrize(
    ("last_two", "behaviour"),
    [
        *[(0, "opts_in"), (39, "opts_in"), (40, "declines"), (49, "declines")],
        *[(50, "asks_for_slot"), (54, "asks_for_slot"), (55, "asks_for_person")],
        *[(57, "asks_for_person"), (58, "do_not_ring"), (59, "do_not_ring")],
        *[(60, "nobody"), (69, "nobody"), (70, "voicemail"), (76, "voicemail")],
        *[(77, "busy"), (79, "busy"), (80, "carrier_failure"), (81, "carrier_failure")],
        *[(82, "somebody_else"), (84, "somebody_else"), (85, "not_alone"), (87, "not_alone")],
        *[(88, "wrong_code"), (89, "wrong_code"), (90, "hangs_up"), (92, "hangs_up")],
        *[(93, "silent"), (94, "silent"), (95, "misses_first"), (97, "misses_first")],
        *[(98, "slow"), (99, "stray_keys")],
    ],
)
def test_the_last_two_digits_say_what_happens(last_two, behaviour):
    assert person_by_convention(NUMBER.format(500 + last_two)).behaviour == behaviour


def test_the_third_last_digit_says_in_which_language():
    spoken = [person_by_convention(NUMBER.format(digit * 100)).language for digit in range(10)]
    assert spoken == ["cy", "cy", *["en"] * 8]


def test_the_contact_code_follows_from_the_last_six_digits():
    assert person_by_convention(NUMBER.format(123)).code == str(1000 + 900123 * 7919 % 9000)


def test_every_behaviour_but_those_by_order_only_has_a_number():
    by_number = {behaviour for _, behaviour in BY_LAST_TWO_DIGITS}
    assert set(Behaviour) - by_number == {
        Behaviour.BY_HAND,
        Behaviour.FAX,
        Behaviour.UNREACHABLE,
        Behaviour.BARRED,
    }


@pytest.mark.parametrize("order", [{"behaviour": "sings"}, {"language": "fr"}, {"colour": "green"}])
def test_an_impossible_person_is_refused(order):
    with pytest.raises(ValueError, match=r"\w"):
        changed_person(person_by_convention(NUMBER.format(0)), order)


def test_four_digits_awaited_mean_the_code_when_the_words_do_not_say():
    assert question_in("Beth yw’r rhif?", 4) is Question.CODE
    assert question_in("Beth yw’r rhif?", 1) is Question.OTHER


def test_in_doubt_everybody_presses_one():
    assert answer_to(Question.OTHER, Behaviour.DECLINES) == "1"


def test_a_wrong_code_is_never_the_right_one_and_always_four_digits():
    for number in range(1000):
        person = person_by_convention(NUMBER.format(number))
        handset = Handset(
            changed_person(person, {"behaviour": "wrong_code"}), Chance(1), "handset", 0
        )
        keys = handset._decided(Question.CODE, "").keys
        assert keys != person.code
        assert len(keys) == 4
