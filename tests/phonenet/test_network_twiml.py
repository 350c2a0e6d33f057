"""TwiML read strictly, and what a Gather makes of keys."""

import pytest

from contactbot.phonenet.conversation import keys_taken
from contactbot.phonenet.twiml import BadTwiml, Gather, Pause, Say, read_twiml

WELSH = '<Say voice="Polly.Gwyneth" language="cy-GB">Helo</Say>'


def read(inside):
    return read_twiml(f"<Response>{inside}</Response>".encode())


def gather(digits=None, finish_on_key="#"):
    return Gather((), digits, finish_on_key, 5, "", "POST", action_on_empty_result=True)


def test_words_are_read_with_voice_and_language_and_without_markup():
    say = '<Say voice="Polly.Amy">Press <break strength="weak"/> one,\n <s>please</s></Say>'
    assert read(say) == (Say("Press one, please", "Polly.Amy", "en-GB"),)


def test_a_menu_is_read_with_its_prompts_and_defaults():
    (menu,) = read(f'<Gather numDigits="4" action="/next">{WELSH}<Pause length="2"/></Gather>')
    assert menu.prompts == (Say("Helo", "Polly.Gwyneth", "cy-GB"), Pause(2))
    assert (menu.digits, menu.finish_on_key, menu.timeout, menu.method) == (4, "#", 5, "POST")
    assert not menu.action_on_empty_result


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<Record/>", 12200),
        ("<Dial>+442920180001</Dial>", 12200),
        ("<say>hello</say>", 12200),
        ('<Hangup now="yes"/>', 12200),
        ("loose words", 12200),
        ('<Gather input="speech"/>', 12200),
        ("<Gather><Hangup/></Gather>", 13320),
        ('<Pause length="long"/>', 12200),
        ('<Say voice="Polly.Geraint" language="cy-GB">Helo</Say>', 13512),
        ("<Say>the default voice is American</Say>", 13512),
        ('<Say voice="Polly.Amy"> </Say>', 13520),
        (f'<Say voice="Polly.Amy">{"x" * 4097}</Say>', 13521),
        (f'<Say voice="Polly.Amy">{"x" * 66000}</Say>', 11750),
        ("<Say>", 12100),
    ],
)
def test_whatever_is_not_allowed_is_refused_with_twilios_code(inside, code):
    with pytest.raises(BadTwiml) as refusal:
        read(inside)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    "body",
    [b"", b"  ", b"<Other/>", b'<!DOCTYPE r [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>'],
)
def test_a_document_that_is_no_response_is_refused(body):
    with pytest.raises(BadTwiml):
        read_twiml(body)


@pytest.mark.parametrize(
    ("keys", "menu", "taken"),
    [
        ("1", gather(1), ("1", "", False)),
        ("4821", gather(4, ""), ("4821", "", False)),
        ("48219", gather(4, ""), ("4821", "", False)),
        ("#", gather(4, ""), ("#", "", True)),
        ("0", gather(4, ""), ("0", "", True)),
        ("12#", gather(), ("12", "#", False)),
        ("#", gather(), ("", "#", False)),
        ("", gather(), ("", "", True)),
    ],
)
def test_what_a_menu_takes_of_the_keys_pressed(keys, menu, taken):
    assert keys_taken(keys, menu) == taken
