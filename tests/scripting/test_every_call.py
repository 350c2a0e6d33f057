"""Every call there can be with the shipped scripts: safe, neutral, and it ends."""

import json

import pytest
from script_calls import CODE, FACTS, INITIAL, NO_CODE, NO_SLOTS, RING_BACK, WRONG, every_turn

from contactbot.scripting.engine import advance
from contactbot.scripting.neutral import telling_words
from contactbot.scripting.session import Session

CALLS = {
    "code and times known": (INITIAL, FACTS),
    "no code known": (INITIAL, NO_CODE),
    "no times to offer": (INITIAL, NO_SLOTS),
    "ring-back": (RING_BACK, NO_CODE),
}


@pytest.fixture(scope="module", params=CALLS.values(), ids=CALLS.keys())
def call(request):
    return request.param


@pytest.fixture(scope="module")
def turns(call):
    return list(every_turn(*call))


def test_nothing_is_disclosed_before_identity_and_privacy(turns):
    for _, turn in turns:
        if any(prompt.discloses for prompt in turn.prompts):
            assert turn.session.identity_proved
            assert turn.session.privacy_confirmed


def test_what_anybody_may_hear_holds_no_telling_word(turns):
    prompts = [prompt for _, turn in turns for prompt in turn.prompts if not prompt.discloses]
    heard = {prompt.message for prompt in prompts}
    assert heard
    assert not [message for message in heard if telling_words(message, "en")]


def test_nobody_ever_hears_silence(turns):
    assert all(turn.prompts for _, turn in turns)


def test_every_turn_either_waits_or_ends(turns):
    assert all((turn.keys is None) == (turn.ending is not None) for _, turn in turns)


def test_from_every_state_silence_ends_the_call_within_three_turns(call, turns):
    script, facts = call
    for session in {session for session, _ in turns}:
        turn = advance(script, session, "", facts)
        for _ in range(2):
            turn = turn if turn.ending else advance(script, turn.session, "", facts)
        assert turn.ending


def test_a_session_survives_storage_and_holds_no_code(turns):
    for session, turn in turns:
        stored = json.dumps(turn.session.to_json())
        assert Session.from_json(json.loads(stored)) == turn.session
        assert CODE not in stored.replace(session.script_hash, "")
        assert WRONG not in stored.replace(session.script_hash, "")
