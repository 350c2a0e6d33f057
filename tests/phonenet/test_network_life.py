"""A call’s life, as the application is told of it and as the ground truth has it."""

from phonenet.application import ENGLISH, WELSH, gather

from contactbot.phonenet.people import person_by_convention

OPENER = gather(
    1, "/code", WELSH.format("I gael Saesneg, pwyswch 2"), ENGLISH.format("For English")
)
CODE = gather(4, "/alone", ENGLISH.format("Key the four digits of your code"))
ALONE = gather(1, "/support", ENGLISH.format("If you are alone, press 1"))
SUPPORT = gather(1, "/bye", ENGLISH.format("Would you like support? Press 1 or 2"))
BYE = ENGLISH.format("Goodbye")


def script(app):
    app.says("/code", CODE)
    app.says("/alone", ALONE)
    app.says("/support", SUPPORT)
    app.says("/bye", BYE, "<Hangup/>")
    return app.says("/opener", OPENER)


def keys(call):
    return [press["digits"] for press in call["keys"]]


def test_a_person_opts_in_and_every_state_is_told_in_order(network, app, place):
    sid = place(205, script(app)).sid
    call = network.control.ended(sid)
    network.control.quiet()
    code = person_by_convention("+447700900205").code
    assert keys(call) == ["2", code, "1", "1"]
    assert app.statuses(sid) == ["initiated", "ringing", "in-progress", "completed"]
    assert call["status"] == "completed"
    assert all(asked.genuine for asked in app.asked)


def test_sequence_numbers_begin_at_nought_and_blanks_are_signed(network, app, place):
    sid = place(206, script(app)).sid
    network.control.quiet()
    told = [a.fields for a in app.asked if a.path == "/status" and a.fields["CallSid"] == sid]
    assert [fields["SequenceNumber"] for fields in told] == ["0", "1", "2", "3"]
    assert told[0]["ToCity"] == ""
    assert told[3]["CallDuration"] == "1"
    assert told[3]["CallbackSource"] == "call-progress-events"


def test_somebody_who_answers_in_welsh_presses_one_first(network, app, place):
    call = network.control.ended(place(5, script(app)).sid)
    assert keys(call)[0] == "1"
    assert call["utterances"][0]["voice"] == "Polly.Gwyneth"


def test_what_each_behaviour_presses(network, app, place):
    expected = {240: "1112", 255: "#", 258: "0", 285: "2", 282: "2", 290: "1", 293: "", 270: ""}
    url = script(app)
    sids = {ending: place(ending, url).sid for ending in expected}
    network.control.quiet()
    pressed = {ending: keys(network.control.call(sid)) for ending, sid in sids.items()}
    code = {ending: person_by_convention(f"+447700900{ending}").code for ending in expected}
    assert pressed[240] == ["2", code[240], "1", "2"]
    assert pressed[255][:2] == ["2", "#"]
    assert pressed[258][:2] == ["2", "0"]
    assert pressed[285][:3] == ["2", code[285], "2"]
    assert pressed[282] == ["2"]
    assert pressed[290] == ["2", code[290], "1"]
    assert pressed[293] == pressed[270] == []


def test_calls_that_nobody_takes_end_with_their_reason(network, app, place):
    url = script(app)
    sids = [place(ending, url).sid for ending in (260, 277, 280)]
    network.control.quiet()
    calls = [network.control.call(sid) for sid in sids]
    assert [(call["status"], call["sip"]) for call in calls] == [
        ("no-answer", 487),
        ("busy", 486),
        ("failed", 404),
    ]
    assert app.statuses(sids[1]) == ["initiated", "ringing", "busy"]
    assert all(call["answered_at"] is None and not call["utterances"] for call in calls)


def test_a_voicemail_hears_everything_and_presses_nothing(network, app, place):
    call = network.control.ended(place(270, script(app)).sid)
    assert call["voicemail"]
    assert call["utterances"]
    assert not call["keys"]


def test_the_first_call_is_missed_and_the_second_taken(network, app, place):
    url = script(app)
    first = network.control.ended(place(295, url).sid)
    second = network.control.ended(place(295, url).sid)
    assert (first["status"], second["status"]) == ("no-answer", "completed")


def test_keys_can_be_scripted_per_number(network, app, place):
    network.control.person("+447700900207", keys=["2", "code", "", "hangup"], code="4321")
    call = network.control.ended(place(207, script(app)).sid)
    assert keys(call) == ["2", "4321"]


def test_somebody_rings_back_and_hears_the_opener(network, app, place):
    app.says("/ring", gather(1, "/bye", ENGLISH.format("Hello. For English, press 2")))
    app.says("/bye", BYE)
    order = {"from_": "+447700900208", "to": "+442920180000", "url": f"{app.url}/ring"}
    call = network.control.ended(network.control.post("ring", **order, keys=["0"])["sid"])
    assert (call["direction"], call["status"], keys(call)) == ("inbound", "completed", ["0"])
    first = next(asked for asked in app.asked if asked.path == "/ring")
    assert (first.fields["CallStatus"], first.fields["Direction"]) == ("ringing", "inbound")
    assert first.genuine


def test_an_inbound_call_may_be_rejected(network, app, place):
    app.says("/no", '<Reject reason="busy"/>')
    order = {"from_": "+447700900208", "to": "+442920180000", "url": f"{app.url}/no"}
    call = network.control.ended(network.control.post("ring", **order)["sid"])
    assert (call["status"], call["answered_at"]) == ("busy", None)


def test_a_person_hangs_up_after_so_many_seconds(network, app, place):
    network.control.person("+447700900208", behaviour="silent", hang_up_after=10)
    url = app.says("/long", ENGLISH.format("Hello"), '<Pause length="900"/>')
    call = network.control.ended(place(208, url).sid)
    assert (call["status"], len(call["utterances"])) == ("completed", 1)


def test_a_call_ends_at_its_time_limit(network, app, place):
    url = app.says("/long", ENGLISH.format("Hello"), '<Pause length="900"/>')
    assert network.control.ended(place(209, url, time_limit=10).sid)["status"] == "completed"


def test_the_words_may_come_with_the_order(network, app):
    words = f"<Response>{ENGLISH.format('Hello')}</Response>"
    client = network.client()
    sid = client.calls.create(to="+447700900210", from_="+442920180000", twiml=words).sid
    assert network.control.ended(sid)["utterances"][0]["text"] == "Hello"


def test_machine_detection_tells_the_truth(network, app, place):
    url = script(app)
    for ending, found in ((211, "human"), (270, "machine_start")):
        sid = place(ending, url, machine_detection="Enable").sid
        network.control.ended(sid)
        asked = [a.fields for a in app.asked if a.fields.get("CallSid") == sid]
        assert next(fields["AnsweredBy"] for fields in asked if "AnsweredBy" in fields) == found
