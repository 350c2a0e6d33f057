"""What a pretended person listens for: the words by which each question is known, and the answers.

When the words of scripts/initial_contact.toml or their Welsh change, this table follows them.
The first row whose words are heard decides: the more particular question stands first.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from contactbot.phonenet.people import Behaviour


class Question(StrEnum):
    """What the menu wants to know."""

    STOP_CHECK = "stop_check"
    LANGUAGE = "language"
    CODE = "code"
    ALONE = "alone"
    TIME = "time"
    NEVER_AGAIN = "never_again"
    STAR_MENU = "star_menu"
    NEEDS_OFFER = "needs_offer"
    NEED = "need"
    SUPPORT = "support"
    OTHER = "other"


KNOWN_BY = tuple(
    (question, re.compile(words, re.IGNORECASE))
    for question, words in (
        (Question.STOP_CHECK, r"confirm that|[cg]adarnhau"),
        (Question.LANGUAGE, r"for English|for Welsh|Saesneg|Gymraeg"),
        (Question.CODE, r"four.digit|pedwar digid"),
        (Question.ALONE, r"\balone\b|ar eich pen eich hun"),
        (Question.TIME, r"\bchoice \d|none of these times|\bdewis \d|amseroedd hyn"),
        (Question.NEVER_AGAIN, r"about this again|am hyn eto"),
        (Question.STAR_MENU, r"hear the question again|glywed y cwestiwn eto"),
        (Question.NEEDS_OFFER, r"short questions|gwestiynau byr"),
        (Question.NEED, r"would you like help with|hoffech chi gael help"),
        (Question.SUPPORT, r"\bsupport\b|\bcymorth|\bchymorth|\bgymorth|cefnogaeth|gefnogaeth"),
    )
)
LANGUAGE_KEYS: Mapping[str, str] = MappingProxyType({"cy": "1", "en": "2"})
A_PERSON = "#"
STOP = "0"
YES = "1"
NO = "2"
STAR = "*"
DONT_KNOW, RATHER_NOT = "8", "9"
# The key for "none of these", whichever digit that is this time.
NONE_OF_THESE = "none"
HANG_UP = "hangup"
OWN_CODE = "code"
OTHER_CODE = "other_code"

# What somebody who tells their needs presses, one after the other, round and round; where it is a
# star, the menu that follows is answered from the second row in the same way.
NEEDS_IN_TURN = (YES, NO, NO, YES, NO, STAR, NO)
SKIPS_IN_TURN = (DONT_KNOW, RATHER_NOT)
# What everybody answers, and where a behaviour differs.
USUAL: Mapping[Question, str] = MappingProxyType(
    {
        Question.CODE: OWN_CODE,
        Question.TIME: NONE_OF_THESE,
        Question.NEVER_AGAIN: NO,
        Question.STOP_CHECK: STOP,
    }
)
IN_TURN: Mapping[Question, tuple[str, ...]] = MappingProxyType(
    {Question.NEED: NEEDS_IN_TURN, Question.STAR_MENU: SKIPS_IN_TURN}
)
UNUSUAL: Mapping[Behaviour, Mapping[Question, str]] = MappingProxyType(
    {
        Behaviour.DECLINES: {Question.SUPPORT: NO},
        Behaviour.ASKS_FOR_SLOT: {Question.TIME: YES, Question.NEEDS_OFFER: NO},
        Behaviour.ASKS_FOR_PERSON: {Question.CODE: A_PERSON},
        Behaviour.DO_NOT_RING: {Question.CODE: STOP},
        Behaviour.SOMEBODY_ELSE: {Question.CODE: HANG_UP},
        Behaviour.NOT_ALONE: {Question.ALONE: NO},
        Behaviour.WRONG_CODE: {Question.CODE: OTHER_CODE},
        Behaviour.HANGS_UP: {Question.SUPPORT: HANG_UP},
    }
)


def question_in(words: str, digits: int | None) -> Question:
    """The question that `words` ask; failing that, four digits awaited mean the code."""
    for question, known_by in KNOWN_BY:
        if known_by.search(words):
            return question
    return Question.CODE if digits == 4 else Question.OTHER


def answer_to(question: Question, behaviour: Behaviour, turn: int = 0) -> str:
    """What somebody of that behaviour answers; in doubt, 1.

    `turn` tells apart questions of a kind that is asked more than once.
    """
    if question in IN_TURN:
        answers = IN_TURN[question]
        return answers[turn % len(answers)]
    unusual: Mapping[Question, str] = UNUSUAL.get(behaviour, {})
    return unusual.get(question) or USUAL.get(question, YES)
