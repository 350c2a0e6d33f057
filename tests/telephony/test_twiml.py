"""Words and keys beside the very document they become."""

from xml.etree import ElementTree

import pytest

from contactbot.i18n.catalogues import load_catalogues
from contactbot.scripting.session import Keys
from contactbot.telephony.twiml import LONGEST_SAY, NEUTRAL_GOODBYE, Spoken, render

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
WELSH = Spoken("Am Gymraeg, pwyswch 1.", "cy")
ENGLISH = Spoken("For English, press 2.", "en")
URL = "https://calls.example/webhooks/twilio/voice/t?turn=1&x=2"
SAY_WELSH = '<Say language="cy-GB" voice="Polly.Gwyneth">Am Gymraeg, pwyswch 1.</Say>'
SAY_ENGLISH = '<Say language="en-GB" voice="Polly.Amy">For English, press 2.</Say>'

TABLE = [
    pytest.param(
        [WELSH, ENGLISH],
        Keys(digits=1, finish_on_key="", timeout_seconds=6),
        '<Response><Gather action="https://calls.example/webhooks/twilio/voice/t?turn=1&amp;x=2"'
        ' actionOnEmptyResult="true" finishOnKey="" input="dtmf" method="POST" numDigits="1"'
        f' timeout="6">{SAY_WELSH}{SAY_ENGLISH}</Gather></Response>',
        id="each half in its own voice, then one key",
    ),
    pytest.param(
        [ENGLISH],
        Keys(digits=None, finish_on_key="#", timeout_seconds=4),
        '<Response><Gather action="https://calls.example/webhooks/twilio/voice/t?turn=1&amp;x=2"'
        ' actionOnEmptyResult="true" finishOnKey="#" input="dtmf" method="POST" timeout="4">'
        f"{SAY_ENGLISH}</Gather></Response>",
        id="any number of keys, until hash",
    ),
    pytest.param(
        [WELSH],
        None,
        f"<Response>{SAY_WELSH}<Hangup /></Response>",
        id="last words, then hang up",
    ),
]


@pytest.mark.parametrize(("spoken", "keys", "document"), TABLE)
def test_words_and_keys_become_this_document(spoken, keys, document):
    assert render(spoken, keys, URL) == HEAD + document


@pytest.mark.parametrize("url", [None, "", "/turn/1", "turn/1", "//host/turn/1"])
def test_keys_are_never_sent_to_an_address_that_is_not_absolute(url):
    with pytest.raises(ValueError, match="absolute"):
        render([ENGLISH], Keys(1, "", 6), url)


def test_no_language_is_spoken_in_another_languages_voice():
    with pytest.raises(KeyError):
        render([Spoken("Dzień dobry", "pl")], None, None)


def test_words_too_long_for_the_provider_are_refused():
    with pytest.raises(ValueError, match="too long"):
        render([Spoken("a" * (LONGEST_SAY + 1), "en")], None, None)


def test_markup_in_words_is_spoken_and_never_obeyed():
    document = render([Spoken("<Record/> & </Response>", "en")], None, None)
    assert [verb.tag for verb in ElementTree.fromstring(document)] == ["Say", "Hangup"]  # noqa: S314


def test_welsh_letters_survive():
    document = render([Spoken("âêîôûŵŷ ÂÊÎÔÛŴŶ ’", "cy")], None, None).encode()
    assert ElementTree.fromstring(document)[0].text == "âêîôûŵŷ ÂÊÎÔÛŴŶ ’"  # noqa: S314


def test_the_neutral_goodbye_says_what_the_scripts_say():
    english = "Thank you. Goodbye."
    welsh = load_catalogues().text("initial_contact.no_key.say", english, "cy")
    words = [Spoken(welsh, "cy"), Spoken(english, "en")]
    assert render(words, None, None).encode() == NEUTRAL_GOODBYE
