"""Whole calls as they are heard, Welsh and English together, one file for each ending."""

from pathlib import Path

import pytest
from script_calls import CODE, FACTS, INITIAL, NO_CODE, NO_SLOTS, RING_BACK, ROOT, WRONG

from contactbot.i18n.catalogues import Catalogues, read_welsh, service_names
from contactbot.scripting.model import HOST_ENDINGS, Ending
from contactbot.scripting.session import Prompt
from contactbot.scripting.transcript import rehearse, side_by_side

GOLDEN = Path(__file__).parent / "golden"
TRANSLATOR = Catalogues(read_welsh(ROOT / "locales"), service_names("gwent"))
PROVED = [CODE, "1"]

# Name of the file, script, what is known, and the keys after the language was chosen.
CALLS = {
    "asked_for_person": (INITIAL, FACTS, ["#"]),
    "asked_for_person_by_star": (INITIAL, FACTS, [*PROVED, "*", "7"]),
    "asked_for_person_after_dont_know": (INITIAL, FACTS, [*PROVED, "*", "8"]),
    "call_back": (INITIAL, FACTS, [*PROVED, "1", "2", "2"]),
    "declined": (INITIAL, FACTS, [*PROVED, "2", "2"]),
    "do_not_ring": (INITIAL, FACTS, ["0", "0"]),
    "do_not_ring_after_declining": (INITIAL, FACTS, [*PROVED, "2", "1"]),
    "no_code_known": (INITIAL, NO_CODE, [CODE]),
    "no_key_twice": (INITIAL, FACTS, ["", ""]),
    "not_alone": (INITIAL, FACTS, [CODE, "2"]),
    "needs_told": (INITIAL, FACTS, [*PROVED, "1", "1", "1", "2", "*", "8", "*9", *"2121", "1"]),
    "needs_told_in_part": (INITIAL, FACTS, [*PROVED, "1", "1", "1", "2", "", ""]),
    "opted_in": (INITIAL, FACTS, [*PROVED, "1", "2", "3"]),
    "opted_in_without_times": (INITIAL, NO_SLOTS, [*PROVED, "1", "2"]),
    "slow_and_stray_keys": (INITIAL, FACTS, ["", CODE, "7", "1", "*", "1", "5", "1", "2", "1"]),
    "stopped": (INITIAL, FACTS, [*PROVED, "*", "0"]),
    "wrong_code": (INITIAL, FACTS, [WRONG, WRONG]),
    "ring_back_goodbye": (RING_BACK, NO_CODE, []),
}
# Calls that end before a language is chosen.
UNCHOSEN = {
    "no_key": (INITIAL, FACTS, [""]),
    "ring_back_do_not_ring": (RING_BACK, NO_CODE, ["0", "0"]),
    "ring_back_no_key": (RING_BACK, NO_CODE, [""]),
}
ALL = {
    **{name: (s, f, ["1", *keys], ["2", *keys]) for name, (s, f, keys) in CALLS.items()},
    **{name: (s, f, keys, keys) for name, (s, f, keys) in UNCHOSEN.items()},
}


def say(prompt: Prompt) -> str:
    return TRANSLATOR.text(prompt.context, prompt.message, prompt.language, prompt.values)


@pytest.mark.parametrize("name", ALL)
def test_a_call_is_heard_as_written_down(name, rewrite_golden):
    heard = "\n".join([f"# {name}", "", *side_by_side(*ALL[name], say)]) + "\n"
    golden = GOLDEN / f"{name}.txt"
    if rewrite_golden:
        golden.write_text(heard, encoding="utf-8")
    assert heard == golden.read_text(encoding="utf-8")


def test_every_ending_of_a_script_is_written_down():
    endings = {list(rehearse(s, f, keys))[-1].ending for s, f, keys, _ in ALL.values()}
    assert endings == set(Ending) - HOST_ENDINGS


def test_no_transcript_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(ALL)
