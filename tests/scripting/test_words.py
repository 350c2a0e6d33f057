"""The Welsh of a script is complete and of the same shape; a text is known by its hash."""

from dataclasses import replace

import pytest
from script_calls import INITIAL, RING_BACK

from contactbot.scripting.words import catalogue_faults, text_hash, unreviewed

WHOLE = {(t.context, t.message): f"[cy] {t.message}" for t in INITIAL.texts()}
CHOICE = ("initial_contact.call_back_time.choice", "Choice {key}: {slot}. Press {key}.")
GOODBYE = ("initial_contact.declined.say", "Thank you. Goodbye.")


def rules(changes):
    welsh = {**WHOLE, **changes}
    return {fault.rule for fault in catalogue_faults(INITIAL, welsh, "f")}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({GOODBYE: ""}, "welsh_missing"),
        ({GOODBYE: "Thank you. Goodbye."}, "welsh_is_english"),
        ({CHOICE: "Dewis {key}: {slot}."}, "welsh_placeholder"),
        ({CHOICE: "Dewis {key}: {amser}. Pwyswch {key}."}, "welsh_placeholder"),
        ({CHOICE: "Dewis {key: {slot}. Pwyswch {key}."}, "welsh_placeholder"),
        ({GOODBYE: "Diolch gan yr heddlu."}, "neutral"),
        ({GOODBYE: "Hwyl i'r dim."}, "apostrophe"),
    ],
)
def test_this_welsh_is_refused(changes, rule):
    assert rule in rules(changes)


def test_every_text_is_a_draft_until_its_hash_is_reviewed():
    assert len(unreviewed(INITIAL, WHOLE, frozenset())) == len(INITIAL.texts())


def test_a_reviewed_text_is_no_draft_and_a_changed_one_is_again():
    goodbye = replace(next(t for t in INITIAL.texts() if t.step == "declined"))
    signed = {text_hash(*GOODBYE, WHOLE[GOODBYE])}
    assert goodbye not in unreviewed(INITIAL, WHOLE, signed)
    assert goodbye in unreviewed(INITIAL, {**WHOLE, GOODBYE: "Hwyl fawr."}, signed)


def test_words_said_in_english_only_need_no_welsh_but_do_need_review():
    english_half = "initial_contact.opener.english_half"
    texts = {text.context for text in unreviewed(INITIAL, WHOLE, frozenset())}
    assert english_half in texts
    assert not [f for f in catalogue_faults(INITIAL, WHOLE, "f") if "english_half" in f.message]


def test_the_hash_depends_on_address_english_and_welsh():
    hashes = {text_hash(*parts) for parts in (("a", "b", "c"), ("a", "b", "d"), ("ab", "", "c"))}
    assert len(hashes) == 3


def test_texts_of_the_two_scripts_have_addresses_of_their_own():
    assert not {t.context for t in INITIAL.texts()} & {t.context for t in RING_BACK.texts()}
