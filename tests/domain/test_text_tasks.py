"""Which texts a person must see first, and what is said to have been done."""

import pytest

from contactbot.domain.reply_words import Effect, Meaning
from contactbot.domain.text_tasks import Done, Urgency, done_about, order_of, urgency_of


@pytest.mark.parametrize(
    ("meaning", "effect", "urgency"),
    [
        (Meaning.EMERGENCY, Effect.HOLD, Urgency.NOW),
        (Meaning.NOT_SAFE, Effect.HOLD, Urgency.NOW),
        (Meaning.DISTRESS, Effect.HOLD, Urgency.NOW),
        (Meaning.THIRD_PARTY, Effect.HOLD, Urgency.SOON),
        (Meaning.OPTOUT, Effect.STOP, Urgency.SOON),
        (Meaning.UNCLEAR, Effect.HOLD, Urgency.SOON),
        (Meaning.WRONG_NUMBER, Effect.HOLD, Urgency.SOON),
        (Meaning.COMPLAINT, Effect.FLAG, Urgency.SOON),
        (Meaning.WHO_IS_THIS, Effect.FLAG, Urgency.LATER),
        (Meaning.OPTIN, Effect.FLAG, Urgency.LATER),
        (Meaning.UNCLEAR, Effect.FLAG, Urgency.LATER),
    ],
)
def test_danger_comes_first_and_chat_last(
    meaning: Meaning, effect: Effect, urgency: Urgency
) -> None:
    assert urgency_of(meaning, effect) is urgency


def test_every_meaning_has_its_place() -> None:
    unheard_of = order_of("never heard of", Effect.HOLD)
    assert all(order_of(meaning, Effect.HOLD) != unheard_of for meaning in Meaning)


def test_a_meaning_nobody_has_a_rule_for_stands_with_danger() -> None:
    assert urgency_of("never heard of", Effect.FLAG) is Urgency.NOW


@pytest.mark.parametrize(
    ("effect", "known", "done"),
    [
        ("stop", True, (Done.NUMBER_STOPPED, Done.ALL_HELD)),
        ("stop", False, (Done.NUMBER_STOPPED, Done.NOBODY_KNOWN)),
        ("hold", True, (Done.ALL_HELD,)),
        ("hold", False, (Done.NOBODY_KNOWN,)),
        ("flag", True, (Done.NOTHING,)),
        ("flag", False, (Done.NOBODY_KNOWN,)),
        ("never heard of", True, (Done.NOTHING,)),
    ],
)
def test_nothing_is_said_to_be_done_that_was_not(
    effect: str, *, known: bool, done: tuple[Done, ...]
) -> None:
    assert done_about(effect, known=known) == done
