"""Text messages are a closed set that says nothing to anybody, and fits its segments."""

from pathlib import Path

import pytest

from contactbot.domain.segments import count_segments
from contactbot.i18n.catalogues import read_welsh
from contactbot.scripting.errors import ScriptFaults
from contactbot.scripting.messages import BOTH, load_messages, welsh_text_faults

SHIPPED = (Path(__file__).parents[2] / "scripts" / "messages.toml").read_text(encoding="utf-8")
SOUND = """
[[message]]
id = "invitation"
english = "Hello. We will ring you. Reply STOP to stop."
max = 1
max_both = 1
"""
WELSH = "Helo. Byddwn yn eich ffonio. Atebwch STOP i stopio."


def rules_of_english(text: str) -> set[str]:
    with pytest.raises(ScriptFaults) as caught:
        load_messages(text)
    return {fault.rule for fault in caught.value.faults}


def rules_of_welsh(welsh: str) -> set[str]:
    messages = load_messages(SOUND)
    only = messages.message("invitation")
    return {
        fault.rule for fault in welsh_text_faults(messages, {(only.context, only.english): welsh})
    }


def test_the_shipped_messages_are_sound_in_both_languages() -> None:
    assert list(welsh_text_faults(load_messages(SHIPPED), read_welsh())) == []


def test_the_invitation_costs_one_segment_in_either_language_and_two_in_both() -> None:
    invitation = load_messages(SHIPPED).message("invitation")
    forms = invitation.forms(read_welsh()[invitation.context, invitation.english])
    sizes = {form: count_segments(body).number for form, body in forms.items()}
    assert sizes == {"cy": 1, "en": 1, BOTH: 2}
    assert forms[BOTH].startswith("Helo.")


@pytest.mark.parametrize(
    "said",
    [
        "This is about the crime.",
        "The police will ring.",
        "Your case is 12.",
        "See www.example.",
        "Write to us at a@b.",
        "Look at exam.ple now.",
        "Hello {name}.",
        "Ring 101.",
    ],
)
def test_a_message_that_says_more_than_to_ring_is_refused(said: str) -> None:
    assert "neutral" in rules_of_english(SOUND.replace("We will ring you.", said))


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("stop", "STOP to stop", "to stop"),
        ("segments", "Hello.", "Hello. " + "We will ring you. " * 9),
        ("segments", "Hello. We will", "Helô. " + "We will ring you. " * 3 + "We will"),
        ("fields", "max = 1\n", ""),
        ("fields", "max = 1\n", "max = true\n"),
        ("fields", 'id = "invitation"', 'id = "In 1"'),
        ("shape", "[[message]]", "[[text]]"),
        ("syntax", 'id = "', "id = "),
        ("twice", "max_both = 1\n", "max_both = 1\n" + SOUND),
    ],
)
def test_the_file_is_refused_for(rule: str, before: str, after: str) -> None:
    assert rule in rules_of_english(SOUND.replace(before, after, 1))


@pytest.mark.parametrize(
    ("rule", "welsh"),
    [
        ("welsh_missing", ""),
        ("neutral", WELSH.replace("Byddwn", "Bydd yr heddlu")),
        ("stop", WELSH.replace("STOP", "AROS")),
        ("segments", WELSH.replace("Helo", "Helô") * 2),
        ("segments", WELSH * 3),
    ],
)
def test_the_welsh_is_refused_for(rule: str, welsh: str) -> None:
    assert rule in rules_of_welsh(welsh)


def test_two_languages_together_have_a_bound_of_their_own() -> None:
    assert rules_of_welsh(WELSH) == set()
    assert rules_of_welsh(WELSH + " Diolch" * 14) == {"segments"}
