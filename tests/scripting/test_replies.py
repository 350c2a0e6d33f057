"""Replies in words are understood or asked about again; danger is never taken for an answer."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contactbot.scripting.reply_tables import ReplyTablesFault, load_replies
from contactbot.scripting.understanding import NOT_UNDERSTOOD, Question, understand

FILE = (Path(__file__).parents[2] / "scripts" / "replies.toml").read_text("utf-8")
TABLES = load_replies(FILE)
WRITTEN = (Path(__file__).parent / "replies.csv").read_text("utf-8")
ROWS = list(csv.DictReader(WRITTEN.splitlines()))
RISKS = ("emergency", "distress", "not_safe", "third_party")
OUTRANKING = [row for row in ROWS if row["meaning"] in RISKS]


def meaning(said: str, question: str, language: str = "") -> str:
    return understand(said, Question(question), language, TABLES).meaning


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['question_type']}-{row['utterance']}")
def test_a_reply_means_what_people_mean_by_it(row: dict[str, str]) -> None:
    assert meaning(row["utterance"], row["question_type"], row["lang"]) == row["meaning"]


@pytest.mark.parametrize("row", OUTRANKING, ids=lambda row: row["utterance"])
def test_danger_outranks_any_answer_to_any_question(row: dict[str, str]) -> None:
    said = (row["utterance"], f"ydw, {row['utterance']}", f"yes {row['utterance']}")
    missed = [
        (words, question)
        for words in said
        for question in Question
        if meaning(words, question) not in RISKS
    ]
    assert not missed


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize("stop", ["STOP", "stop.", " Stop! ", "STOPIO", "s t o p", "stpo", "STOPP"])
def test_a_wish_to_stop_is_heard_at_any_question(stop: str, question: Question) -> None:
    assert meaning(stop, question) == "optout"


@pytest.mark.parametrize("question", Question)
@pytest.mark.parametrize(
    "nothing", ["", "   ", "👍", "🙂🙂", "…", "привет", "ご用件は", "\u0000", "x" * 10_000, "?!"]
)
def test_what_is_no_reply_is_asked_about_again(nothing: str, question: Question) -> None:
    assert understand(nothing, question, "cy", TABLES) == NOT_UNDERSTOOD


@given(some.text(max_size=300), some.sampled_from(Question), some.sampled_from(["cy", "en", ""]))
def test_anything_at_all_is_read(said: str, question: Question, language: str) -> None:
    found = understand(said, question, language, TABLES)
    assert 0 <= found.confidence <= 1
    assert (found.meaning == "unclear") >= (found.confidence == 0)


YES_FORMS = sorted(TABLES.yes_no.yes - TABLES.yes_no.plain_yes)


@pytest.mark.parametrize("form", YES_FORMS)
@pytest.mark.parametrize("pattern", ["nac {}", "nag {}", "na {}", "{} ddim", "{} i ddim"])
def test_no_form_of_yes_survives_its_negation(form: str, pattern: str) -> None:
    assert meaning(pattern.format(form), "yn_any", "cy") != "yes"


@pytest.mark.parametrize("form", YES_FORMS)
@pytest.mark.parametrize("tail", ["ond", "but not now", "na", "no", "efallai"])
def test_a_yes_that_is_taken_back_is_not_a_yes(form: str, tail: str) -> None:
    assert meaning(f"{form}, {tail}", "consent", "mix") != "yes"


@given(some.integers(0, 10), some.sampled_from(["{}", "{}/10", "{} out of 10", "{} allan o ddeg"]))
def test_a_rating_in_digits_is_that_rating(number: int, pattern: str) -> None:
    assert meaning(pattern.format(number), "num0_10") == f"num:{number}"


@given(
    some.integers(0, 99), some.integers(0, 99), some.sampled_from(["-", " or ", " neu ", "/", "."])
)
def test_two_numbers_are_none(first: int, second: int, between: str) -> None:
    if (between, second) != ("/", 10):
        assert meaning(f"{first}{between}{second}", "num0_10") == "unclear"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (('version = "1"', "version = 1"), "version"),
        (('version = "1"', 'version = "1"\nextra = 1'), "extra"),
        (('"help me"', '"help (me"'), "risk.0.any"),
        (("[scale]", "[scales]"), "scale"),
    ],
)
def test_a_wrong_table_is_named(wrong: tuple[str, str], place: str) -> None:
    text = FILE.replace(*wrong, 1)
    with pytest.raises(ReplyTablesFault, match=place):
        load_replies(text)


@pytest.mark.parametrize("text", ["not toml", "x" * 300_000])
def test_a_file_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ReplyTablesFault):
        load_replies(text)
