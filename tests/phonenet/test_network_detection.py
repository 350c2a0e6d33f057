"""Machine detection, its mistakes, and what a machine keeps of a call."""

from datetime import datetime

import pytest
from phonenet.application import ENGLISH, gather
from phonenet.conftest import OURS, PERSON
from phonenet.network import TOKEN, phone_network

from contactbot.phonenet.chance import Chance
from contactbot.phonenet.detection import Detection
from contactbot.phonenet.people import changed_person, person_by_convention
from contactbot.phonenet.records import Call, Direction, Wishes

OPENER = gather(1, "/bye", ENGLISH.format("Hello. For English, press 2"))
ENABLE = {"machine_detection": "Enable"}
TO_THE_BEEP = {"machine_detection": "DetectMessageEnd"}


@pytest.fixture
def opener(app):
    app.says("/bye", ENGLISH.format("Goodbye"))
    return app.says("/opener", OPENER)


@pytest.mark.parametrize(
    "row",
    [
        ({"behaviour": "opts_in"}, ENABLE, "human"),
        ({"behaviour": "voicemail"}, ENABLE, "machine_start"),
        ({"behaviour": "voicemail", "greeting_seconds": 1}, ENABLE, "human"),
        ({"behaviour": "voicemail"}, TO_THE_BEEP, "machine_end_beep"),
        ({"behaviour": "fax"}, ENABLE, "fax"),
        ({"behaviour": "opts_in", "detected_as": "unknown"}, ENABLE, "unknown"),
        ({"behaviour": "opts_in", "detected_as": "machine"}, ENABLE, "machine_start"),
        ({"behaviour": "voicemail", "detected_as": "human"}, TO_THE_BEEP, "human"),
        (
            {"behaviour": "voicemail", "detected_as": "machine_end_silence"},
            TO_THE_BEEP,
            "machine_end_silence",
        ),
    ],
)
def test_the_first_request_says_who_answered(network, app, place, opener, row):
    person, options, found = row
    person = {"greeting_seconds": None, "detected_as": None, **person}
    network.control.person(PERSON.format(400), **person)
    sid = place(400, opener, **options).sid
    call = network.control.ended(sid)
    first = next(a for a in app.asked if a.path == "/opener" and a.fields["CallSid"] == sid)
    assert first.fields["AnsweredBy"] == found
    assert int(first.fields["MachineDetectionDuration"]) > 0
    assert call["answered_by"] == found


def test_detection_makes_whoever_answered_wait_in_silence(network, app, place, opener):
    call = network.control.ended(place(401, opener, **ENABLE).sid)
    plain = network.control.ended(place(401, opener).sid)
    assert silence(call) > silence(plain) + 0.05  # 3.8 s of life at tempo 50


def silence(call):
    moments = (call["answered_at"], call["utterances"][0]["at"])
    answered, heard = (datetime.fromisoformat(moment) for moment in moments)
    return (heard - answered).total_seconds()


def test_asynchronous_detection_speaks_at_once_and_tells_later(network, app, place, opener):
    network.control.person(PERSON.format(402), behaviour="voicemail")
    options = {"async_amd": "true", "async_amd_status_callback": f"{app.url}/amd", **ENABLE}
    sid = place(402, opener, **options).sid
    network.control.ended(sid)
    network.control.quiet()
    told = next(a.fields for a in app.asked if a.path == "/amd")
    assert (told["CallSid"], told["AnsweredBy"]) == (sid, "machine_start")
    assert set(told) == {"CallSid", "AccountSid", "AnsweredBy", "MachineDetectionDuration"}
    first = next(a for a in app.asked if a.path == "/opener" and a.fields["CallSid"] == sid)
    assert "AnsweredBy" not in first.fields


def test_a_voicemail_keeps_what_was_said_after_its_greeting(network, app, place):
    url = app.says("/long", *[ENGLISH.format(f"Sentence {n} of several words") for n in range(6)])
    network.control.person(PERSON.format(403), behaviour="voicemail", greeting_seconds=4)
    call = network.control.ended(place(403, url).sid)
    heard = [utterance["text"] for utterance in call["utterances"]]
    assert call["tape"] == heard[-len(call["tape"]) :]
    assert 0 < len(call["tape"]) < len(heard) == 6
    network.control.person(PERSON.format(403), greeting_seconds=0)
    call = network.control.ended(place(403, url).sid)
    assert len(call["tape"]) == 6


def test_mistakes_are_made_in_the_share_that_was_ordered():
    detection = Detection(Chance(1), lambda *_: None, {"human": {"machine": 0.1, "unknown": 0.05}})
    person = changed_person(person_by_convention(PERSON.format(200)), {"behaviour": "opts_in"})
    found = [detection.verdict(call_number(index), person).answered_by for index in range(10_000)]
    assert 900 < found.count("machine_start") < 1100
    assert 420 < found.count("unknown") < 580


def call_number(index):
    wishes = Wishes(detection="Enable")
    return Call("CA", index, "AC", Direction.OUTBOUND, "", "", None, wishes)


@pytest.mark.parametrize(
    "errors", [{"human": {"ghost": 0.1}}, {"cat": {"human": 1}}, {"human": {"fax": 1.5}}]
)
def test_impossible_mistakes_are_refused(errors):
    with pytest.raises(ValueError, match=r"unknown|shares"):
        Detection(Chance(1), lambda *_: None, errors)


def test_mistakes_may_be_ordered_at_the_start():
    errors = '{"human": {"fax": 1}}'
    with phone_network(token=TOKEN, options=("--detection", errors)) as network:
        assert network.control.get("detection") == {"human": {"fax": 1}}
        words = f"<Response>{ENGLISH.format('Hello')}</Response>"
        order = {"to": PERSON.format(200), "from_": OURS, "twiml": words, **ENABLE}
        sid = network.client().calls.create(**order).sid
        network.control.ended(sid)
        assert network.client().calls(sid).fetch().answered_by == "fax"
