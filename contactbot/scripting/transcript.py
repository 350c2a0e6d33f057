"""Writes a call down as it is heard, for goldens, the terminal player and reviewers."""

import re
from collections.abc import Callable, Iterator, Sequence

from contactbot.scripting.engine import advance, begin
from contactbot.scripting.events import Event
from contactbot.scripting.model import Script
from contactbot.scripting.session import CallFacts, Prompt, Slot, Turn

# Puts a prompt into words; the host's translator behind a function.
Wording = Callable[[Prompt], str]

# What a rehearsal knows: a made-up card, and two times to offer.
SAMPLE_FACTS = CallFacts(
    contact_codes=("4321",),
    slots=(
        Slot("2026-06-02T09:00:00+00:00", "2026-06-02T11:00:00+00:00"),
        Slot("2026-06-03T13:00:00+00:00", "2026-06-03T15:00:00+00:00"),
    ),
)


def rehearse(script: Script, facts: CallFacts, keys: Sequence[str]) -> Iterator[Turn]:
    """The turns of a call in which these keys are pressed, up to its end or the last key."""
    turn = begin(script, facts)
    yield turn
    for pressed in keys:
        if turn.ending:
            return
        turn = advance(script, turn.session, pressed, facts)
        yield turn


def said_without_keys(script: Script) -> Iterator[Prompt]:
    """All that a line on which nobody presses a key may hear."""
    for turn in rehearse(script, CallFacts(), ["", ""]):
        yield from turn.prompts


def written(turn: Turn, wording: Wording) -> list[str]:
    """One turn in lines: what was established, what is heard, and the ending if it is one."""
    lines = [f"     · {_event(event)}" for event in turn.events]
    lines += [f"  {prompt.language} {wording(prompt)}" for prompt in turn.prompts]
    return [*lines, f"  == {turn.ending}"] if turn.ending else lines


def written_keys(keys: str) -> str:
    """What was pressed, in a line."""
    return f"> {keys}" if keys else "> (no key)"


def side_by_side(
    script: Script, facts: CallFacts, welsh: Sequence[str], english: Sequence[str], say: Wording
) -> list[str]:
    """The same call in both languages, line under line; the first key of each may differ."""
    pairs = zip(rehearse(script, facts, welsh), rehearse(script, facts, english), strict=True)
    lines: list[str] = []
    for number, (in_welsh, in_english) in enumerate(pairs):
        if number:
            first, second = (written_keys(keys[number - 1]) for keys in (welsh, english))
            lines += ["", first if first == second else f"{first} | {second[2:]}"]
        lines += _merged(written(in_welsh, say), written(in_english, say))
    return lines


def _merged(welsh: list[str], english: list[str]) -> list[str]:
    """Lines of two tellings of one turn, each pair once if they are the same."""
    merged: list[str] = []
    for first, second in zip(welsh, english, strict=True):
        merged += [first] if first == second else [first, second]
    return merged


def _event(event: Event) -> str:
    """An event as words: its name, then its values; a message is known by its context."""
    name = re.sub(r"(?<!^)(?=[A-Z])", " ", type(event).__name__).lower()
    fields = [field for field in type(event).__slots__ if field != "message"]
    values = [str(getattr(event, field)) for field in fields]
    return f"{name}: {', '.join(values)}" if values else name
