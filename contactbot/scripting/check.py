"""Proves a script before it may be used: every path ends, and none discloses too early."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from contactbot.domain.needs import NeedArea
from contactbot.scripting.errors import Fault, ScriptFaults
from contactbot.scripting.model import (
    FIELDS,
    IMPLIED_ENDINGS,
    QUESTIONS,
    AnyStep,
    End,
    Ending,
    Identity,
    Need,
    Opener,
    Privacy,
    Role,
    Script,
)
from contactbot.scripting.parse import read_script
from contactbot.scripting.words import word_faults

_AREAS = tuple(NeedArea)
# (a step, was identity proved, was privacy confirmed) on some path to it.
Standing = tuple[str, bool, bool]


@lru_cache(maxsize=32)
def load_script(text: str, file: str = "") -> Script:
    """Read and prove a script. Raises ScriptFaults with every fault at once."""
    script, faults = read_script(text, file)
    if script is None:
        raise ScriptFaults(faults)
    if faults := check_script(script, file):
        raise ScriptFaults(faults)
    return script


def check_script(script: Script, file: str = "") -> tuple[Fault, ...]:
    """Everything wrong with a script that could be read, in order of lines."""
    faults = [*_target_faults(script, file), *_area_faults(script, file)]
    if not faults:  # a graph with holes in it proves nothing
        faults += [*_graph_faults(script, file), *_ladder_faults(script, file)]
    return tuple(sorted([*faults, *word_faults(script, file)]))


def targets_of(step: AnyStep) -> tuple[str, ...]:
    """The ids a step names as what follows it."""
    tags = FIELDS[type(step)]
    return tuple(getattr(step, tag.name) for tag in tags if tag.role is Role.TARGET)


def endings_of(step: AnyStep) -> tuple[str, ...]:
    """The endings a step may lead to by itself: no key, `#`, `0`, `*7` and their like."""
    stop = isinstance(step, Opener) and step.stop_check
    asked = (Ending.DO_NOT_RING,) if stop else ()
    return (*IMPLIED_ENDINGS.get(type(step), ()), *asked)


def _graph(script: Script) -> Mapping[str, tuple[str, ...]]:
    return {step.id: (*targets_of(step), *endings_of(step)) for step in script.steps.values()}


def _fault(script: Script, file: str, step: str, *words: str) -> Fault:
    rule, message, remedy = words
    return Fault(file, script.lines.get(step, 0), step, rule, message, remedy)


def _target_faults(script: Script, file: str) -> Iterator[Fault]:
    for step in script.steps.values():
        for target in targets_of(step):
            if target not in script.steps:
                message = f"The next step {target} does not exist."
                yield _fault(script, file, step.id, "target", message, "Add it, or name another.")
        for ending in endings_of(step):
            if ending not in script.steps:
                message = f"A call can end here as {ending}, and nothing says how."
                remedy = f'Add a step with id = "{ending}" and kind = "end".'
                yield _fault(script, file, step.id, "target", message, remedy)


def _area_faults(script: Script, file: str) -> Iterator[Fault]:
    asked: set[str] = set()
    for step in script.steps.values():
        if isinstance(step, Need) and step.area not in _AREAS:
            remedy = f"Use one of {', '.join(_AREAS)}."
            yield _fault(script, file, step.id, "area", "There is no such area of need.", remedy)
        elif isinstance(step, Need) and step.area in asked:
            message = "This area of need is asked about twice."
            yield _fault(script, file, step.id, "area", message, "Ask about it once.")
        asked |= {step.area} if isinstance(step, Need) else set()


def _graph_faults(script: Script, file: str) -> Iterator[Fault]:
    graph = _graph(script)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        round_trip = list(reversed(error.args[1]))
        message = f"The steps go round for ever: {' → '.join(round_trip)}."
        yield _fault(script, file, round_trip[0], "loop", message, "Let one of them go on instead.")
    reached = {step for step, _, _ in _standings(script)}
    for step in script.steps:
        if step not in reached:
            message = "No call can reach this step."
            yield _fault(script, file, step, "unreachable", message, "Lead to it, or take it out.")


def _standings(script: Script) -> set[Standing]:
    """Every step on every path, with what has been proved on the way: the whole state space."""
    seen: set[Standing] = set()
    waiting: list[Standing] = [(script.first.id, False, False)]
    while waiting:
        standing = waiting.pop()
        if standing not in seen:
            seen.add(standing)
            waiting += _following(script.steps[standing[0]], standing)
    return seen


def _following(step: AnyStep, standing: Standing) -> list[Standing]:
    _, identity, privacy = standing
    proved = (identity or isinstance(step, Identity), privacy or isinstance(step, Privacy))
    onward: list[Standing] = [(target, *proved) for target in targets_of(step)]
    return onward + [(ending, identity, privacy) for ending in endings_of(step)]


def _ladder_faults(script: Script, file: str) -> Iterator[Fault]:
    if not isinstance(script.first, Opener):
        remedy = "Begin with a step of kind opener."
        yield _fault(script, file, script.first.id, "ladder", "A call begins otherwise.", remedy)
    for step_id, identity, privacy in sorted(_standings(script)):
        step = script.steps[step_id]
        proved = identity and privacy
        for words in _step_ladder(script, step, identity=identity, proved=proved):
            yield _fault(script, file, step_id, *words)


def _step_ladder(
    script: Script, step: AnyStep, *, identity: bool, proved: bool
) -> Iterator[tuple[str, str, str]]:
    if step.discloses and isinstance(step, End):
        message = "The last words disclose, and somebody may have come in."
        yield ("ending", message, "Make them neutral and take discloses out.")
    if step.discloses and not proved:
        message = "A path leads here without both identity and privacy."
        yield ("disclosure", message, "Put the identity and privacy steps before it.")
    if isinstance(step, QUESTIONS) and not proved:
        message = "A path asks this before both identity and privacy."
        yield ("ladder", message, "Put the identity and privacy steps before it.")
    if isinstance(step, Privacy) and not identity:
        message = "A path asks about privacy before identity is proved."
        yield ("ladder", message, "Put the identity step before it.")
    if isinstance(step, Opener) and step is not script.first:
        yield ("ladder", "A second opener.", "Keep the opener as the first step only.")
