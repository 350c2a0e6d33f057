"""Calls to play in tests: the shipped scripts, what is known, and every call there can be."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from contactbot.scripting.check import load_script
from contactbot.scripting.engine import advance, begin
from contactbot.scripting.model import Script
from contactbot.scripting.session import CallFacts, Session, Turn
from contactbot.scripting.transcript import SAMPLE_FACTS, rehearse

ROOT = Path(__file__).resolve().parent.parent.parent
INITIAL_TEXT = (ROOT / "scripts" / "initial_contact.toml").read_text(encoding="utf-8")
RING_BACK_TEXT = (ROOT / "scripts" / "ring_back.toml").read_text(encoding="utf-8")
INITIAL = load_script(INITIAL_TEXT, "initial_contact.toml")
RING_BACK = load_script(RING_BACK_TEXT, "ring_back.toml")

FACTS = SAMPLE_FACTS
CODE = FACTS.contact_codes[0]
WRONG = "9876"
NO_CODE = replace(FACTS, contact_codes=())
NO_SLOTS = replace(FACTS, slots=())
PROVED = ["2", CODE, "1"]  # English, the code, alone: the next key answers the support question
LATER = [*PROVED, "1", "2"]  # support, the needs left for a person: the next key chooses a time

EVERY_KEY = ("", *"0123456789#*", "00", "12", "#1", CODE, WRONG, "0000", "*1", "*7", "*8", "*x")


def last_turn(*keys: str, script: Script = INITIAL, facts: CallFacts = FACTS) -> Turn:
    return list(rehearse(script, facts, keys))[-1]


def events_of(*keys: str, script: Script = INITIAL, facts: CallFacts = FACTS) -> list[object]:
    return [event for turn in rehearse(script, facts, keys) for event in turn.events]


def every_turn(script: Script, facts: CallFacts) -> Iterator[tuple[Session, Turn]]:
    """Every turn of every call there can be, with the session it came from; each state once."""
    first = begin(script, facts)
    yield first.session, first
    seen = {first.session}
    waiting = [first.session]
    while waiting:
        session = waiting.pop()
        for keys in EVERY_KEY:
            turn = advance(script, session, keys, facts)
            yield session, turn
            if not turn.ending and turn.session not in seen:
                seen.add(turn.session)
                waiting.append(turn.session)
