"""The pretended people understand the shipped script, in both languages, and reach its endings."""

from collections import Counter, defaultdict

import pytest
from phonenet.application import Application
from phonenet.conftest import PERSON

from contactbot.domain.needs import NeedAnswer, NeedArea
from contactbot.i18n.catalogues import LOCALES, load_catalogues
from contactbot.phonenet.people import person_by_convention
from contactbot.scripting.check import load_script
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.events import NeedTold
from contactbot.scripting.session import CallFacts
from contactbot.scripting.transcript import SAMPLE_FACTS
from contactbot.telephony.twiml import Spoken, render

ENDINGS = {
    0: "opted_in",
    40: "declined",
    50: "call_back",
    55: "asked_for_person",
    58: "do_not_ring",
    70: "no_key",
    82: None,
    85: "not_alone",
    88: "wrong_code",
    90: None,
    93: "no_key",
    98: "opted_in",
    99: "opted_in",
}


class Interviews:
    """The shipped script, played to whoever answers."""

    def __init__(self, app: Application) -> None:
        text = (LOCALES.parent / "scripts" / "initial_contact.toml").read_text(encoding="utf-8")
        self._script = load_script(text, "initial_contact.toml")
        self._wording = load_catalogues()
        self._sessions = {}
        self._app = app
        self.endings = defaultdict(lambda: None)
        self.told = []
        app.answers["/script"] = self.answer

    def answer(self, fields):
        sid, keys = fields["CallSid"], fields.get("Digits", "")
        code = person_by_convention(fields["To"]).code
        facts = CallFacts(contact_codes=(code,), slots=SAMPLE_FACTS.slots)
        session = self._sessions.get(sid)
        turn = (
            advance(self._script, session, keys, facts) if session else begin(self._script, facts)
        )
        self._sessions[sid] = turn.session
        self.endings[sid] = turn.ending
        self.told += [event for event in turn.events if isinstance(event, NeedTold)]
        spoken = [Spoken(self._words(prompt), prompt.language) for prompt in turn.prompts]
        return 200, "text/xml", render(spoken, turn.keys, f"{self._app.url}/script")

    def _words(self, prompt):
        return self._wording.text(prompt.context, prompt.message, prompt.language, prompt.values)


@pytest.mark.parametrize("language", [100, 200])
def test_every_behaviour_reaches_its_ending(network, app, place, language):
    interviews = Interviews(app)
    sids = {last: place(language + last, f"{app.url}/script").sid for last in ENDINGS}
    network.control.quiet()
    assert {last: interviews.endings[sid] for last, sid in sids.items()} == ENDINGS
    assert network.control.get("unexpected") == []


@pytest.mark.parametrize("language", [100, 200])
def test_people_who_opt_in_tell_every_need_in_several_ways(network, app, place, language):
    interviews = Interviews(app)
    for last in range(4):
        place(language + last, f"{app.url}/script")
    network.control.quiet()
    areas, answers = zip(*((told.area, told.answer) for told in interviews.told), strict=True)
    assert Counter(areas) == dict.fromkeys(NeedArea, 4)
    assert set(answers) == set(NeedAnswer)


def test_who_asks_for_a_time_leaves_the_needs_to_a_person(network, app, place):
    interviews = Interviews(app)
    place(250, f"{app.url}/script")
    network.control.quiet()
    assert interviews.told == []


def test_what_is_heard_after_the_language_key_is_in_that_language(network, app, place):
    Interviews(app)
    call = network.control.ended(place(101, f"{app.url}/script").sid)
    assert PERSON.format(101) == call["to"]
    assert {heard["language"] for heard in call["utterances"][2:]} == {"cy-GB"}
