"""How long a call may last is counted in life, and a slow application in real time."""

import time

from phonenet.application import ENGLISH, gather, twiml
from phonenet.conftest import PERSON

HELLO = ENGLISH.format("Hello")


def test_a_slow_application_does_not_use_up_a_fast_life(network, app, place):
    def slowly(verbs):
        def answer(_fields):
            time.sleep(0.5)
            return twiml(*verbs)

        return answer

    app.answers["/menu"] = slowly([gather(1, "/done", HELLO)])
    app.answers["/done"] = slowly([ENGLISH.format("Goodbye")])
    # Fifteen seconds of life are 0.3 real ones here, less than the application takes.
    call = network.control.ended(place(900, f"{app.url}/menu", time_limit=15).sid)
    assert [heard["text"] for heard in call["utterances"]] == ["Hello", "Goodbye"]


def test_a_call_ends_when_its_time_is_over_in_the_middle_of_a_pause(network, app, place):
    url = app.says("/long", HELLO, '<Pause length="20"/>', ENGLISH.format("Never heard"))
    call = network.control.ended(place(901, url, time_limit=10).sid)
    assert [heard["text"] for heard in call["utterances"]] == ["Hello"]
    assert call["status"] == "completed"


def test_somebody_hangs_up_at_that_second(network, app, place):
    network.control.person(PERSON.format(902), hang_up_after=3)
    url = app.says("/four", *[ENGLISH.format(" ".join(["word"] * 4))] * 4)
    call = network.control.ended(place(902, url).sid)
    # Four words take 1.4 seconds of life: at the third second the third sentence is under way.
    assert len(call["utterances"]) == 3
