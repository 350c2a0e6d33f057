"""What each key means, step by step."""

import pytest
from script_calls import (
    CODE,
    FACTS,
    INITIAL,
    LATER,
    NO_CODE,
    NO_SLOTS,
    PROVED,
    RING_BACK,
    WRONG,
    events_of,
    last_turn,
)

from contactbot.scripting.engine import advance, begin
from contactbot.scripting.errors import CallOver, DisclosureBeforeProof, ScriptChanged
from contactbot.scripting.events import (
    Answered,
    CallBackAsked,
    ConsentAnswered,
    DoNotRingAgain,
    Finished,
    IdentityFailed,
    IdentityProved,
    LanguageChosen,
    NeedsEnded,
    NeedTold,
    NotAlone,
    PersonAsked,
    PrivacyConfirmed,
)
from contactbot.scripting.session import Session, Waiting

ENDINGS = [
    ([""], "no_key"),
    (["5", ""], "no_key_twice"),
    (["5", "6"], "no_key_twice"),
    (["2", "#"], "asked_for_person"),
    (["2", "0", "0"], "do_not_ring"),
    (["2", "00", "0"], "do_not_ring"),
    (["2", "0", "", "0", "0"], "do_not_ring"),
    (["2", "0", "5", ""], "no_key_twice"),
    (["2", "", ""], "no_key_twice"),
    (["2", "12", "*"], "no_key_twice"),
    (["2", WRONG, WRONG], "wrong_code"),
    (["2", WRONG, "#"], "asked_for_person"),
    (["2", CODE, "2"], "not_alone"),
    (["2", CODE, "*", ""], "no_key_twice"),
    ([*LATER, "1"], "call_back"),
    ([*LATER, "3"], "opted_in"),
    ([*PROVED, "1", "*8", "3"], "opted_in"),
    ([*PROVED, "1", "1", *"12121212", "3"], "opted_in"),
    ([*PROVED, "1", "1", "1", "*8", "*9", *"22222", "1"], "call_back"),
    ([*PROVED, "1", "1", "1", "*0"], "stopped"),
    ([*PROVED, "1", "1", "1", "*7"], "asked_for_person"),
    ([*PROVED, "1", "1", "1", "", ""], "no_key_twice"),
    ([*PROVED, "2", "1"], "do_not_ring"),
    ([*PROVED, "2", "2"], "declined"),
    ([*PROVED, "*", "7"], "asked_for_person"),
    ([*PROVED, "*", "8"], "asked_for_person"),
    ([*PROVED, "*", "9"], "asked_for_person"),
    ([*PROVED, "*", "0"], "stopped"),
    ([*PROVED, "*0"], "stopped"),
    ([*PROVED, "", ""], "no_key_twice"),
    ([*PROVED, "*", "", "#"], "no_key_twice"),
]


@pytest.mark.parametrize(("keys", "ending"), ENDINGS)
def test_these_keys_end_the_call_so(keys, ending):
    turn = last_turn(*keys)
    assert (turn.ending, turn.keys) == (ending, None)
    assert turn.events[-1] == Finished(turn.ending)


@pytest.mark.parametrize("keys", [CODE, WRONG, "1000"])
def test_without_a_code_known_to_us_the_call_stops_at_rung_two(keys):
    turn = last_turn("1", keys, facts=NO_CODE)
    assert turn.ending == "no_code_known"
    assert not any(prompt.discloses for prompt in turn.prompts)


def test_the_opener_offers_welsh_first_and_each_half_in_its_own_language():
    turn = begin(INITIAL, FACTS)
    assert [prompt.language for prompt in turn.prompts] == ["cy", "en"]
    assert turn.keys is not None
    assert turn.keys.digits == 1


@pytest.mark.parametrize(("key", "language"), [("1", "cy"), ("2", "en")])
def test_one_is_welsh_and_two_is_english_to_the_end(key, language):
    turn = last_turn(key)
    assert turn.events == (LanguageChosen(language),)
    for keys in ([CODE], [CODE, "1"], [CODE, "1", "1"], [WRONG, WRONG], ["#"]):
        prompts = last_turn(key, *keys).prompts
        assert {prompt.language for prompt in prompts} == {language}


def test_words_before_the_language_is_known_are_said_in_both():
    assert [prompt.language for prompt in last_turn("").prompts] == ["cy", "en"]
    assert [prompt.language for prompt in last_turn("0", script=RING_BACK).prompts] == ["cy", "en"]


def test_a_whole_call_establishes_these_things_in_this_order():
    kinds = [type(event) for event in events_of(*LATER, "1")]
    proof = [LanguageChosen, IdentityProved, PrivacyConfirmed]
    agreed = [Answered, ConsentAnswered, Answered]
    assert kinds == [*proof, *agreed, Answered, CallBackAsked, Finished]


def test_each_need_is_told_as_it_is_answered_and_their_end_is_told_once():
    events = events_of(*PROVED, "1", "1", "1", "2", "*8", "*9", *"2222", "3")
    told = [event.answer for event in events if isinstance(event, NeedTold)]
    assert told == ["yes", "no", "dont_know", "rather_not_say", "no", "no", "no", "no"]
    assert events.count(NeedsEnded()) == 1


@pytest.mark.parametrize("left", [["*0"], ["*7"], ["", ""]])
def test_needs_that_end_early_end_once_with_what_there_is(left):
    events = events_of(*PROVED, "1", "1", "1", *left)
    told = [event for event in events if isinstance(event, NeedTold)]
    assert [(one.area, one.answer) for one in told] == [("mental_physical_health", "yes")]
    assert events.count(NeedsEnded()) == 1


def test_who_leaves_the_needs_to_a_person_has_told_none():
    events = events_of(*LATER, "3")
    assert not [event for event in events if isinstance(event, (NeedTold, NeedsEnded))]


@pytest.mark.parametrize(("key", "given"), [("1", True), ("2", False)])
def test_consent_keeps_purpose_recipient_and_the_words_asked(key, given):
    [consent] = [e for e in events_of(*PROVED, key) if isinstance(e, ConsentAnswered)]
    assert (consent.purpose, consent.recipient) == ("support_referral", "victim_service")
    assert (consent.given, consent.language) == (given, "en")
    assert consent.context == "initial_contact.support.say"
    assert consent.message == INITIAL.steps["support"].say


@pytest.mark.parametrize("key", ["8", "9"])
def test_not_knowing_or_not_saying_is_no_consent_either_way(key):
    events = events_of(*PROVED, "*", key)
    assert not [event for event in events if isinstance(event, ConsentAnswered)]
    assert PersonAsked() in events


def test_a_time_chosen_is_the_time_that_was_offered():
    second = FACTS.slots[1]
    assert CallBackAsked(second.starts_at, second.ends_at) in events_of(*LATER, "2")


def test_without_times_to_offer_nobody_is_asked_to_choose():
    turn = last_turn(*LATER, facts=NO_SLOTS)
    assert turn.ending == "opted_in"


def test_star_alone_says_what_may_follow_and_waits_for_one_key():
    turn = last_turn(*PROVED, "*")
    assert turn.session.waiting is Waiting.STAR
    assert [prompt.context for prompt in turn.prompts] == ["initial_contact.star.menu"]
    assert turn.keys is not None
    assert turn.keys.digits == 1


def test_hearing_it_again_is_no_miss_but_not_for_ever():
    once = last_turn(*PROVED, "*1")
    assert once.session.misses == 0
    assert once.prompts[-1].context == "initial_contact.support.say"
    assert last_turn(*PROVED, *["*1"] * 6).ending == "no_key_twice"


def test_a_miss_is_forgotten_at_the_next_step():
    assert last_turn("2", "", CODE, "", "1", "", "1").ending is None


@pytest.mark.parametrize("rung", [["2"], ["2", CODE]])
def test_star_means_nothing_before_the_questions(rung):
    assert last_turn(*rung, "*").session.waiting is Waiting.ANSWER


def test_hash_or_star_seven_ask_for_a_person_and_say_so_to_the_host():
    assert PersonAsked() in events_of("1", "#")
    assert PersonAsked() in events_of(*PROVED, "*", "7")


def test_zero_alone_promises_nothing_until_it_is_pressed_again():
    assert DoNotRingAgain() not in events_of("2", "0")
    assert DoNotRingAgain() in events_of("2", "0", "0")


def test_two_wrong_codes_are_told_apart_from_one():
    events = events_of("2", WRONG, WRONG)
    assert [e for e in events if isinstance(e, IdentityFailed)] == [
        IdentityFailed(final=False),
        IdentityFailed(final=True),
    ]


def test_not_alone_is_noted_and_nothing_else_is_said():
    turn = last_turn("2", CODE, "2")
    assert NotAlone() in turn.events
    assert [prompt.message for prompt in turn.prompts] == ["Thank you. Goodbye."]


def test_any_of_the_persons_codes_proves_identity():
    facts = type(FACTS)(contact_codes=("1111", "2222"))
    assert IdentityProved() in events_of("2", "2222", facts=facts)


@pytest.mark.parametrize(
    ("keys", "ending"),
    [
        (["0", "0"], "do_not_ring"),
        (["0", ""], None),
        (["0", "", ""], "no_key_twice"),
        (["1"], "goodbye"),
        (["2"], "goodbye"),
        ([""], "no_key"),
        (["7", "7"], "no_key_twice"),
    ],
)
def test_a_ring_back_can_only_stop_us_or_hear_goodbye(keys, ending):
    assert last_turn(*keys, script=RING_BACK).ending == ending


def test_the_same_turn_asked_for_twice_is_the_same():
    session = last_turn(*PROVED).session
    assert advance(INITIAL, session, "1", FACTS) == advance(INITIAL, session, "1", FACTS)


def test_no_key_is_heard_after_the_end():
    with pytest.raises(CallOver):
        advance(INITIAL, last_turn("").session, "1", FACTS)


def test_a_session_does_not_go_on_with_another_script():
    with pytest.raises(ScriptChanged):
        advance(RING_BACK, begin(INITIAL, FACTS).session, "1", FACTS)


@pytest.mark.parametrize("proof", [{}, {"identity_proved": True}, {"privacy_confirmed": True}])
def test_the_engine_will_not_disclose_whatever_led_it_there(proof):
    forged = Session(INITIAL.hash, "alone", identity_proved=bool(proof.get("identity_proved")))
    forced = Session(INITIAL.hash, "support", **proof)
    with pytest.raises(DisclosureBeforeProof):
        advance(INITIAL, forced, "", FACTS)
    if not forged.identity_proved:
        with pytest.raises(DisclosureBeforeProof):
            advance(INITIAL, forged, "1", FACTS)
