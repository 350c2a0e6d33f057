"""The caller’s page put together: what is read aloud in the call’s language, the rest in ours."""

from datetime import datetime
from typing import Any

from flask import render_template

from contactbot.domain.by_hand import Stage
from contactbot.domain.calendar import LONDON
from contactbot.domain.needs import AREA_NAMES, NeedArea
from contactbot.i18n.catalogues import slot_words
from contactbot.i18n.written import day_words, hours_words
from contactbot.operations.calls_by_hand import Scene, scene
from contactbot.scripting.by_hand import for_a_machine, for_somebody_else, greeting
from contactbot.scripting.model import Consent, Need, TimeSlot
from contactbot.scripting.session import Prompt
from contactbot.web.access import signed_in
from contactbot.web.caller import words
from contactbot.web.current import application
from contactbot.web.language import _, current_language

# Welsh first, as on every call of ours.
BOTH = ("cy", "en")


def shown(**more: Any) -> str:
    """The page as it stands for this caller."""
    at_hand = scene(application().calling, signed_in())
    return render_template(
        "caller/page.html",
        **({"number": "", "reasons": [], "told": None} | more),
        scene=at_hand,
        words=words,
        endings=[words.ending(row) for row in at_hand.endings] if at_hand else [],
        choices=choices(at_hand) if at_hand else [],
        heard=heard,
        greeting=lambda: in_both(*greeting(application().rulebook.script)),
        for_somebody_else=lambda: in_both(*for_somebody_else(application().rulebook.script)),
        for_a_machine=lambda: in_both(*for_a_machine(application().rulebook.script)),
        steps=steps_to_ask_again(),
        areas=AREA_NAMES,
        area=NeedArea,
        slot=slot,
        day=lambda written: day_words(written, current_language()),
        moment=moment,
        hours=lambda written: hours_words(written, current_language()),
    )


def choices(at_hand: Scene) -> list[tuple[str, str]]:
    """The answers that may be noted: keys of the script’s engine, and words of the page."""
    asked = at_hand.asked
    if asked is None:
        return []
    if at_hand.stage is Stage.PRIVACY:
        return [(keys, _(words.ALONE)) for keys in asked.answers]
    if asked.slots:
        times = [*(slot(*each) for each in asked.slots), _(words.NO_TIME)]
        return list(zip(asked.answers, times, strict=True))
    return [(keys, _(words.ANSWERS[keys])) for keys in asked.answers]


def heard(prompt: Prompt) -> str:
    """The words of one prompt, in its own language."""
    return application().outreach.voice.heard(prompt)


def in_both(context: str, message: str) -> list[tuple[str, str]]:
    """Words said before anybody’s language is known: language and text of each."""
    return [(each, heard(Prompt(context, message, each))) for each in BOTH if message]


def steps_to_ask_again() -> dict[str, str]:
    """The steps that may be asked once more, by purpose or area, or `time`."""
    found = {}
    for step in application().rulebook.script.steps.values():
        match step:
            case Consent(purpose=about) | Need(area=about):
                found[about] = step.id
            case TimeSlot():
                found["time"] = step.id
            case _:
                pass
    return found


def slot(starts_at: datetime, ends_at: datetime) -> str:
    """An interval in the language of the page."""
    return slot_words(f"{starts_at.isoformat()}/{ends_at.isoformat()}", current_language())


def moment(at: datetime) -> str:
    """The day of an instant, in the language of the page."""
    return day_words(at.astimezone(LONDON).date().isoformat(), current_language())
