"""Every word that a handset showed or heard is found, wherever it was."""

import pytest
import requests
from phonenet.application import ENGLISH, WELSH, gather
from phonenet.conftest import OURS, PERSON


def found(network, *words, **order):
    hits = network.control.post("search", words=words, **order)
    return {(hit["place"], hit["number"]) for hit in hits}


def test_words_are_found_on_the_line_before_and_after_a_key(network, app, place):
    app.says("/after", ENGLISH.format("The yellow canary"))
    opener = gather(1, "/after", WELSH.format("Caneri glâs, am Saesneg"))
    network.control.ended(place(600, app.says("/opener", opener)).sid)
    assert found(network, "caneri GLAS") == {("before_a_key", PERSON.format(600))}
    assert found(network, "Yellow   Canary") == {("line", PERSON.format(600))}
    assert found(network, "caneri glas", places=["line", "text"]) == set()


def test_words_are_found_on_the_tape_of_a_voicemail(network, app, place):
    network.control.person(PERSON.format(601), behaviour="voicemail", greeting_seconds=0)
    network.control.ended(place(601, app.says("/tape", ENGLISH.format("The red canary"))).sid)
    number = PERSON.format(601)
    assert found(network, "red canary") == {("tape", number), ("before_a_key", number)}


def test_words_are_found_in_texts_and_on_the_lock_screen(network, app):
    text = {"to": PERSON.format(602), "from_": OURS}
    network.client().messages.create(**text, body="The green canary" + " and more" * 20 + " blue")
    network.control.quiet()
    number = PERSON.format(602)
    assert found(network, "green canary") == {("text", number), ("lock_screen", number)}
    assert found(network, "blue") == {("text", number)}


def test_a_text_that_never_arrived_was_seen_by_nobody(network, app):
    network.control.person(PERSON.format(603), text_error=30005)
    text = {"to": PERSON.format(603), "from_": OURS}
    network.client().messages.create(**text, body="The grey canary")
    network.control.quiet()
    assert found(network, "grey canary") == set()


def test_words_are_found_in_the_addresses_we_were_given(network, app, place):
    network.control.ended(
        place(604, app.says("/hello", ENGLISH.format("Hi")) + "?name=Myfanwy").sid
    )
    assert found(network, "myfanwy") == {("address", PERSON.format(604))}


def test_a_missed_call_is_on_the_lock_screen(network, app, place):
    network.control.ended(place(660, f"{app.url}/hello").sid)
    (seen,) = network.control.get(f"numbers/{PERSON.format(660)}/lock_screen")
    assert seen["text"] == f"Missed call: {OURS}"


@pytest.mark.parametrize("order", [{}, {"words": []}, {"words": [" "]}])
def test_a_search_for_nothing_is_refused(network, order):
    url = f"{network.url}/_control/search"
    assert requests.post(url, json=order, timeout=5).status_code == 400
