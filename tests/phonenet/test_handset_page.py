"""A visitor plays the person who is rung: by the orders of the page, and as the page shows it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from phonenet.application import ENGLISH, WELSH, Application, gather
from phonenet.conftest import OURS, PERSON
from phonenet.network import Network, wait_until

from contactbot.phonenet.hand import Doing, Hand, HungUp
from contactbot.phonenet.page_words import HOW, WHO, WORDS
from contactbot.phonenet.people import Behaviour, NextCall, People
from contactbot.phonenet.records import CallStatus
from contactbot.phonenet.twiml import Gather

MENU = Gather((), 1, "#", 0.2, "", "POST", True)
CODE = Gather((), None, "#", 0.2, "", "POST", True)


def keyed(gather: Gather, *done: tuple[Doing, str]) -> tuple[str, str]:
    async def play() -> tuple[str, str]:
        hand = Hand()
        for doing, keys in done:
            hand.do(doing, keys)
        return await hand.keys_for(gather)

    return asyncio.run(play())


def test_keys_are_taken_as_a_gather_takes_them() -> None:
    assert keyed(MENU, (Doing.PRESS, "2")) == ("2", "")
    assert keyed(MENU) == ("", "")
    assert keyed(CODE, (Doing.PRESS, "12"), (Doing.PRESS, "34#")) == ("1234", "#")
    assert keyed(CODE, (Doing.PRESS, "12")) == ("12", "")


def test_hanging_up_ends_every_wait() -> None:
    with pytest.raises(HungUp):
        keyed(MENU, (Doing.HANG_UP, ""))


@pytest.mark.parametrize("keys", ["", "A", "1 2"])
def test_a_telephone_has_no_other_keys(keys: str) -> None:
    with pytest.raises(ValueError, match="keys of a telephone"):
        Hand().do(Doing.PRESS, keys)


def test_the_next_call_to_somebody_of_that_language_is_the_visitors() -> None:
    people, welsh, english = People(), PERSON.format(100), PERSON.format(200)
    people.next = NextCall(wanted=True, language="cy")
    assert people.answering(english).behaviour is Behaviour.OPTS_IN
    assert people.answering(welsh).behaviour is Behaviour.BY_HAND
    assert people.next == NextCall(number=welsh)
    assert people.answering(PERSON.format(101)).behaviour is Behaviour.OPTS_IN


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    assert set(WHO) == set(Behaviour)
    assert set(HOW) == set(CallStatus)
    for name, (english, welsh) in WORDS.items():
        assert english.strip(), name
        assert welsh.strip(), name
        assert english != welsh, name
        assert sorted(_braces(english)) == sorted(_braces(welsh)), name


def _braces(words: str) -> list[str]:
    return [part.split("}")[0] for part in words.split("{")[1:]]


@pytest.fixture
def held(network: Network) -> Iterator[str]:
    """A number that a visitor holds, and its handset again afterwards."""
    number = PERSON.format(321)
    network.control.person(number, behaviour="by_hand")
    yield number
    network.control.person(number, behaviour="opts_in")


@pytest.fixture
def menu(app: Application) -> str:
    """Words in both languages and one key; then the application hangs up."""
    app.says("/after", ENGLISH.format("Thank you. Goodbye."))
    said = (WELSH.format("Am Gymraeg, pwyswch 1."), ENGLISH.format("For English, press 2."))
    return app.says("/menu", gather(1, "/after", *said))


def status(network: Network, sid: str, wanted: str) -> Any:
    return wait_until(lambda: network.control.call(sid)["status"] == wanted)


def test_a_visitor_answers_presses_and_hangs_up(
    network: Network, menu: str, held: str, place: Callable[..., Any]
) -> None:
    sid = place(321, menu).sid
    status(network, sid, "ringing")
    network.control.post(f"hands/{held}", do="answer")
    status(network, sid, "in-progress")
    network.control.post(f"hands/{held}", do="press", keys="2")
    wait_until(lambda: network.control.call(sid)["keys"])
    call = network.control.ended(sid)
    assert [press["digits"] for press in call["keys"]] == ["2"]


def test_a_visitor_who_declines_is_engaged(
    network: Network, menu: str, held: str, place: Callable[..., Any]
) -> None:
    sid = place(321, menu).sid
    status(network, sid, "ringing")
    network.control.post(f"hands/{held}", do="hang_up")
    assert network.control.ended(sid)["status"] == "busy"


def test_a_telephone_in_nobodys_hand_rings_in_vain_in_real_time(
    network: Network, menu: str, held: str, place: Callable[..., Any]
) -> None:
    sid = place(321, menu, timeout=1).sid
    assert network.control.ended(sid)["status"] == "no-answer"
    shown = page(network, f"/handsets/{held}")
    assert f"Missed call from {OURS}" in shown


def test_an_order_without_a_call_is_refused_in_plain_words(network: Network) -> None:
    answer = requests.post(
        f"{network.url}/_control/hands/{PERSON.format(322)}", json={"do": "answer"}, timeout=5
    )
    assert answer.status_code == 400
    assert "no call is under way" in answer.json()["error"]


def test_a_web_page_from_elsewhere_can_give_no_orders(network: Network, held: str) -> None:
    answer = requests.post(
        f"{network.url}/_control/hands/{held}", data='{"do": "answer"}', timeout=5
    )
    assert answer.status_code == 400


def page(network: Network, path: str, language: str = "en") -> str:
    answer = requests.get(f"{network.url}{path}", params={"lang": language}, timeout=5)
    answer.raise_for_status()
    return answer.text


def test_the_page_shows_what_was_said_and_in_which_language(
    network: Network, menu: str, place: Callable[..., Any]
) -> None:
    network.control.ended(place(200, menu).sid)
    network.control.quiet()
    call = network.control.get(f"numbers/{PERSON.format(200)}")["calls"][-1]
    english, welsh = (
        page(network, f"/handsets/{PERSON.format(200)}", language) for language in ("en", "cy")
    )
    for heard in call["utterances"]:
        assert heard["text"] in english
        assert heard["text"] in welsh
    assert '<html lang="cy">' in welsh
    assert WORDS["lock_screen"][1] in welsh
    assert WORDS["lock_screen"][0] not in welsh


def test_the_lock_screen_shows_the_beginning_of_a_text_and_nothing_is_run(
    network: Network,
) -> None:
    body = "<script>alert(1)</script> and a good deal more than forty characters"
    network.client().messages.create(to=PERSON.format(323), from_=OURS, body=body)
    network.control.quiet()
    shown = page(network, f"/handsets/{PERSON.format(323)}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; and a good dea…" in shown
    assert "<script>alert" not in shown


def test_the_pages_own_policy_allows_its_own_files_alone(network: Network) -> None:
    answer = requests.get(f"{network.url}/handsets", timeout=5)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for file in ("handsets.js", "handsets.css"):
        assert file in answer.text
        assert requests.get(f"{network.url}/handsets/static/{file}", timeout=5).ok


def test_a_number_typed_leads_to_its_telephone(network: Network) -> None:
    shown = page(network, f"/handsets?number=%2B{PERSON.format(324)[1:]}")
    assert f"Telephone {PERSON.format(324)}" in shown
