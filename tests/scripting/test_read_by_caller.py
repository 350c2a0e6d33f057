"""The same script read aloud by a caller: same steps, same events, other words, no keys missed."""

import json
from dataclasses import replace

import pytest
from script_calls import CODE, FACTS, INITIAL, NO_SLOTS, RING_BACK, events_of

from contactbot.domain.needs import NeedArea
from contactbot.scripting.by_hand import (
    answer,
    answers,
    ask_once_more,
    begin_by_hand,
    for_somebody_else,
    greeting,
    speak,
)
from contactbot.scripting.engine import advance
from contactbot.scripting.errors import DisclosureBeforeProof, NotOffered
from contactbot.scripting.events import (
    Answered,
    ConsentAnswered,
    Finished,
    LanguageChosen,
    NeedTold,
)
from contactbot.scripting.neutral import telling_words
from contactbot.scripting.session import Session, Waiting

PRIVATE = "1"
AGREED = [PRIVATE, "1"]
LATER = [*AGREED, "2"]
TOLD_ALL = replace(FACTS, needs_told=frozenset(NeedArea))
AGREED_BEFORE = replace(FACTS, consents=frozenset({"support_referral"}))


def called(*noted, facts=FACTS, language="en"):
    """Every turn of a call by hand in which these answers are noted."""
    turn = begin_by_hand(INITIAL, language, facts)
    turns = [turn]
    for keys in noted:
        turn = answer(INITIAL, turn.session, keys, facts)
        turns.append(turn)
    return turns


def contexts(turn):
    return [prompt.context.removeprefix("initial_contact.") for prompt in turn.prompts]


def every_call_by_hand(facts):
    """Every turn there can be by hand, each state once."""
    first = begin_by_hand(INITIAL, "cy", facts)
    seen, waiting = {first.session}, [first.session]
    yield first
    while waiting:
        session = waiting.pop()
        for keys in answers(INITIAL, session, facts):
            turn = answer(INITIAL, session, keys, facts)
            yield turn
            if turn.session not in seen:
                seen.add(turn.session)
                waiting.append(turn.session)


@pytest.mark.parametrize(
    "facts", [FACTS, NO_SLOTS, TOLD_ALL, AGREED_BEFORE], ids=["", "no times", "told", "agreed"]
)
def test_every_call_by_hand_reads_words_ends_and_discloses_nothing_early(facts):
    endings = set()
    for turn in every_call_by_hand(facts):
        assert turn.prompts
        for prompt in turn.prompts:
            assert not prompt.discloses or turn.session.may_disclose
            assert prompt.discloses or not telling_words(prompt.message, "en")
            assert "press" not in prompt.message.lower()
        assert bool(answers(INITIAL, turn.session, facts)) == (turn.ending is None)
        assert Session.from_json(json.loads(json.dumps(turn.session.to_json()))) == turn.session
        endings.add(turn.ending)
    assert {"opted_in", None} <= endings


def test_the_caller_reads_other_words_and_the_events_are_those_of_the_keypad():
    turns = called(*AGREED, "1", "1", "2", "*8", "*9", *"2121", "2")
    noted = [event for turn in turns for event in turn.events]
    keyed = events_of("2", CODE, "1", "1", "1", "1", "2", "*8", "*9", *"2121", "2")
    by_hand = [event for event in noted if not isinstance(event, ConsentAnswered)]
    assert by_hand == [event for event in keyed if not isinstance(event, ConsentAnswered)]
    [asked] = [event for event in noted if isinstance(event, ConsentAnswered)]
    assert (asked.context, asked.message) == (
        "initial_contact.support.read",
        INITIAL.steps["support"].read,
    )


def test_who_we_are_and_the_first_question_stand_together():
    assert contexts(called(PRIVATE)[-1]) == ["who_we_are.read", "support.read"]


def test_nobody_is_asked_again_for_a_consent_they_gave():
    assert contexts(called(PRIVATE, facts=AGREED_BEFORE)[-1]) == [
        "who_we_are.read",
        "support_noted.read",
        "needs_offer.read",
    ]


def test_nobody_is_asked_again_for_needs_they_told():
    assert contexts(called(*AGREED, facts=TOLD_ALL)[-1])[-1] == "call_back_time.read"
    some = replace(FACTS, needs_told=frozenset(list(NeedArea)[:3]))
    turn = called(*AGREED, "1", facts=some)[-1]
    assert turn.session.step == "need_education"


def test_another_language_from_this_very_step_on():
    turn = called(*AGREED)[-1]
    changed = speak(INITIAL, turn.session, "cy", FACTS)
    assert changed.events == (LanguageChosen("cy"),)
    assert changed.session == replace(turn.session, language="cy")
    [answered] = answer(INITIAL, changed.session, "2", FACTS).events
    assert answered == Answered("needs_offer", "no", "cy")


@pytest.mark.parametrize("keys", ["", "3", "*", "*7", "*0", "0", "#", "11"])
def test_what_is_not_offered_cannot_be_noted_and_counts_as_no_miss(keys):
    session = called(PRIVATE)[-1].session
    with pytest.raises(NotOffered):
        answer(INITIAL, session, keys, FACTS)


def test_somebody_may_change_their_mind_even_after_the_last_words():
    over = called(*LATER, "3")[-1]
    assert over.ending == "opted_in"
    again = ask_once_more(INITIAL, over.session, "support", FACTS)
    assert (again.session.waiting, contexts(again)) == (Waiting.ANSWER, ["support.read"])
    refused = answer(INITIAL, again.session, "2", FACTS)
    assert [e.given for e in refused.events if isinstance(e, ConsentAnswered)] == [False]
    told = ask_once_more(INITIAL, over.session, "need_finance", TOLD_ALL)
    onward = answer(INITIAL, told.session, "1", TOLD_ALL)
    assert NeedTold("finance_benefits", "yes", "en") in onward.events
    assert onward.session.step == "call_back_time"


@pytest.mark.parametrize("step", ["alone", "who_we_are", "opted_in", "nowhere"])
def test_only_consents_and_needs_are_asked_once_more(step):
    with pytest.raises(NotOffered):
        ask_once_more(INITIAL, called(PRIVATE)[-1].session, step, FACTS)


def test_by_hand_too_the_engine_will_not_disclose_before_identity_and_privacy():
    early = replace(called()[0].session, identity_proved=False)
    with pytest.raises(DisclosureBeforeProof):
        advance(INITIAL, replace(early, step="support"), "*1", FACTS)
    with pytest.raises(DisclosureBeforeProof):
        ask_once_more(INITIAL, early, "support", FACTS)


def test_the_greeting_and_the_words_for_somebody_else_are_neutral():
    for context, words in (greeting(INITIAL), for_somebody_else(INITIAL)):
        assert context.startswith("initial_contact.")
        assert not telling_words(words, "en")


def test_a_script_without_a_third_rung_is_for_no_caller():
    with pytest.raises(NotOffered):
        begin_by_hand(RING_BACK, "en", FACTS)
    assert for_somebody_else(RING_BACK) == ("", "")


def test_the_last_words_are_the_callers_own():
    last = called(*LATER, "3")[-1]
    assert contexts(last) == ["opted_in.read"]
    assert Finished("opted_in") in last.events
