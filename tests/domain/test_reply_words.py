"""Uninvited texts: a plain stop stops, danger is held wherever it stands, nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.reply_words import STOPS, Effect, Meaning, Reading, read_reply


@pytest.mark.parametrize(
    "body",
    [
        *("STOP", "stop", "Stop.", " stop ", "STOP!!", "S T O P", "s.t.o.p", "STOPP", "“STOP”"),
        *("STOPIO", "stopio", "Atal", "ATAL.", "peidio", "PEIDIWCH", "Peidiwch!", "dim mwy"),
        *("Dim  mwy.", "DIMMWY", "unsubscribe", "STOPALL", "stop all", "CANCEL", "end", "Quit"),
        *("OPTOUT", "opt-out", "REVOKE", "no more texts please", "take me off your list"),
        *("peidiwch â ffonio eto", "peidiwch a ffonio eto", "tynnwch fi oddi ar y rhestr"),
        *(
            "stóp",
            "\uff33\uff34\uff2f\uff30",
            "stop\n",
            "Please stop",
            "don’t ring me again",
            "stopiwch plîs",
        ),
    ],
)
def test_a_plain_stop_stops(body: str) -> None:
    assert read_reply(body) == Reading(Meaning.OPTOUT, Effect.STOP)


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("he’s here", Meaning.NOT_SAFE),
        ("He's here", Meaning.NOT_SAFE),
        ("cant now hes here x", Meaning.NOT_SAFE),
        ("mae e yma", Meaning.NOT_SAFE),
        ("Mae o yma.", Meaning.NOT_SAFE),
        ("ydw, ond mae e gartre", Meaning.NOT_SAFE),
        ("shh", Meaning.NOT_SAFE),
        ("can't talk", Meaning.NOT_SAFE),
        ("alla i ddim siarad rŵan", Meaning.NOT_SAFE),
        ("methu stopio crio", Meaning.DISTRESS),
        ("he won't stop", Meaning.DISTRESS),
        ("I don't want to be here any more", Meaning.DISTRESS),
        ("mae o tu allan i’r tŷ rŵan", Meaning.EMERGENCY),
        ("ffoniwch yr heddlu", Meaning.EMERGENCY),
        ("HELP ME NOW", Meaning.EMERGENCY),
        ("this is her husband", Meaning.THIRD_PARTY),
        ("ei gŵr hi sy ’ma", Meaning.THIRD_PARTY),
        ("dydy hi ddim yma", Meaning.THIRD_PARTY),
        ("wrong number", Meaning.WRONG_NUMBER),
        ("stop, he’s here", Meaning.NOT_SAFE),
    ],
)
def test_danger_and_strangers_are_held_even_beside_a_stop(body: str, meaning: Meaning) -> None:
    assert read_reply(body) == Reading(meaning, Effect.HOLD)


@pytest.mark.parametrize(
    "body",
    [
        *("AROS", "aros", "don't stop", "peidiwch â stopio", "stopped", "i atal trosedd"),
        *(
            "the bus will stop here",
            "could you stop on Monday",
            "don’t ring before ten",
            "a wnewch chi stopio yma",
        ),
    ],
)
def test_a_stop_among_other_words_is_left_to_a_person_who_is_asked_first(body: str) -> None:
    assert read_reply(body) == Reading(Meaning.UNCLEAR, Effect.HOLD)


@pytest.mark.parametrize(
    ("body", "meaning"),
    [
        ("START", Meaning.OPTIN),
        ("yes", Meaning.OPTIN),
        ("who is this?", Meaning.WHO_IS_THIS),
        ("info", Meaning.HELP),
        ("CYMORTH", Meaning.HELP),
        ("the end of the month", Meaning.UNCLEAR),
        ("weekend is better", Meaning.UNCLEAR),
        ("ring me tomorrow", Meaning.UNCLEAR),
        ("", Meaning.UNCLEAR),
        ("😀", Meaning.UNCLEAR),
    ],
)
def test_anything_else_is_read_by_a_person(body: str, meaning: Meaning) -> None:
    assert read_reply(body) == Reading(meaning, Effect.FLAG)


@given(
    st.sampled_from(sorted(STOPS)),
    st.sampled_from(["", " ", "!", ".", " . "]),
    st.sampled_from([str.upper, str.title]),
)
def test_case_and_punctuation_count_for_nothing(word, after, loud) -> None:
    assert read_reply(loud(word) + after).effect is Effect.STOP


@given(st.text(max_size=200))
def test_it_is_total(body: str) -> None:
    assert read_reply(body).meaning in Meaning
