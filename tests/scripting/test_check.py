"""Unsafe or broken scripts are refused, with the line, the rule and what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from script_calls import FACTS, INITIAL, INITIAL_TEXT, RING_BACK_TEXT, every_turn

from contactbot.scripting.check import load_script
from contactbot.scripting.errors import ScriptFaults

EARLY = 'discloses = true\nsay = "Thank you. This call'
NOT_AGAIN = 'no = "declined"\notherwise = "declined"'
MUTATIONS = [
    ("disclosure", 'next = "code"', 'next = "who_we_are"'),
    ("disclosure", 'next = "alone"', 'next = "who_we_are"'),
    ("disclosure", 'next = "alone"', 'next = "support"'),
    ("ladder", 'next = "code"', 'next = "alone"'),
    ("ladder", 'next = "alone"', 'next = "never_again"'),
    ("ladder", 'next = "code"', 'next = "call_back_time"'),
    ("neutral", EARLY, 'say = "Thank you. This call'),
    ("neutral", "This is an automatic call. For Welsh", "This is the police. For Welsh"),
    ("neutral", "We will not ring you again", "We will not offer you support again"),
    ("placeholder", "Please choose a time", "From {service}: please choose a time"),
    ("placeholder", "Choice {key}: {slot}.", "Choice {key}."),
    ("placeholder", "Choice {key}: {slot}.", "Choice {key: {slot}."),
    ("target", 'next = "alone"', 'next = "nowhere"'),
    ("target", 'id = "wrong_code"\nkind = "end"', 'id = "goodbye"\nkind = "end"'),
    (
        "unreachable",
        'no = "declined"\notherwise = "declined"',
        'no = "opted_in"\notherwise = "opted_in"',
    ),
    ("loop", 'next = "needs_offer"', 'next = "support"'),
    ("star_menu", "star_menu = ", "# star_menu = "),
    (
        "ending",
        'kind = "end"\nsay = "Thank you. Goodbye."',
        'kind = "end"\ndiscloses = true\nsay = "x"',
    ),
    ("ending", 'id = "declined"', 'id = "refused"'),
    ("ending", 'id = "stopped"', 'id = "error"'),
    ("duplicate", 'id = "declined"', 'id = "stopped"'),
    ("kind", 'kind = "privacy"', 'kind = "private"'),
    ("kind", 'kind = "privacy"', "kind = 3"),
    ("area", 'area = "finance_benefits"', 'area = "money"'),
    ("area", 'area = "finance_benefits"', 'area = "drugs_alcohol"'),
    ("disclosure", 'next = "alone"', 'next = "need_health"'),
    ("neutral", 'read = "Are you alone', 'read = "The police here. Are you alone'),
    ("neutral", 'somebody_else = "', 'somebody_else = "This is about a crime. '),
    ("missing_key", 'read = "Are you alone, and able to listen now?"\n', ""),
    ("missing_key", 'recipient = "victim_service"\n', ""),
    ("unknown_key", 'recipient = "victim_service"', 'recipient = "victim_service"\nrecord = true'),
    ("unknown_key", 'version = "2"', 'version = "2"\nrecord = true'),
    ("type", 'purpose = "support_referral"', "purpose = 1"),
    ("type", "discloses = true", 'discloses = "yes"'),
    ("empty", 'purpose = "support_referral"', 'purpose = " "'),
    ("name", 'id = "alone"', 'id = "Not a name"'),
    ("name", 'id = "alone"', 'id = "star"'),
    ("head", 'version = "2"', ""),
    ("name", 'name = "initial_contact"', 'name = "../initial"'),
    ("syntax", 'version = "2"', "version = two"),
    ("apostrophe", "that did not match", "that didn't match"),
    ("length", "For Welsh, press 1.", "For Welsh, press 1. " * 40),
]


def faults_of(text):
    with pytest.raises(ScriptFaults) as refused:
        load_script(text, "mutated.toml")
    return refused.value.faults


@pytest.mark.parametrize(("rule", "before", "after"), MUTATIONS)
def test_this_change_makes_the_script_unusable(rule, before, after):
    assert before in INITIAL_TEXT
    faults = faults_of(INITIAL_TEXT.replace(before, after, 1))
    assert rule in {fault.rule for fault in faults}
    assert all(fault.remedy and fault.file == "mutated.toml" for fault in faults)


def test_a_fault_names_the_line_of_its_step():
    text = INITIAL_TEXT.replace('next = "alone"', 'next = "nowhere"')
    [fault] = [fault for fault in faults_of(text) if fault.rule == "target"]
    assert text.splitlines()[fault.line - 1] == "[[step]]"
    assert text.splitlines()[fault.line] == 'id = "code"'


def test_all_faults_are_told_at_once():
    text = INITIAL_TEXT.replace("This is an automatic call", "The police, it's us")
    assert len(faults_of(text.replace('next = "alone"', 'next = "nowhere"'))) >= 4


@pytest.mark.parametrize(
    "text",
    ["", "step = 1", "step = [1]", "a = " + "[" * 20_000, "x" * 300_000, "[[step]]\n" * 500, "\0"],
)
def test_rubbish_is_refused_and_never_crashes(text):
    assert faults_of(text)


def test_the_hash_is_of_what_is_said_and_not_of_comments():
    assert load_script("# A remark.\n" + INITIAL_TEXT).hash == INITIAL.hash
    assert load_script(INITIAL_TEXT.replace("Goodbye", "Good-bye")).hash != INITIAL.hash


def test_a_ring_back_that_goes_on_to_questions_is_refused():
    text = RING_BACK_TEXT.replace('kind = "end"', 'kind = "privacy"\nnext = "no_key"', 1)
    assert faults_of(text)


TARGETS = [step for step in INITIAL.steps if step != "opener"]
NAMED = ['next = "code"', 'next = "alone"', 'next = "who_we_are"', 'yes = "support_noted"']
NAMED += ['no = "never_again"', 'otherwise = "asked_for_person"', 'chosen = "call_back"']


@given(st.lists(st.tuples(st.sampled_from(NAMED), st.sampled_from(TARGETS)), max_size=3))
def test_however_it_is_rewired_a_script_is_refused_or_safe(rewired):
    text = INITIAL_TEXT
    for place, target in rewired:
        text = text.replace(place, f'{place.split(" = ")[0]} = "{target}"', 1)
    try:
        script = load_script(text)
    except ScriptFaults:
        return
    for _, turn in every_turn(script, FACTS):  # raises DisclosureBeforeProof if it is not safe
        assert turn.prompts
