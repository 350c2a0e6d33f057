"""One turn being put together: the words, the events, and where the call stands."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contactbot.scripting.errors import DisclosureBeforeProof
from contactbot.scripting.events import (
    DoNotRingAgain,
    Event,
    Finished,
    NeedsEnded,
    PersonAsked,
)
from contactbot.scripting.model import (
    MAXIMUM_SLOTS,
    STAR_KEY,
    STAR_STEP,
    AnyStep,
    Consent,
    End,
    Ending,
    Identity,
    Language,
    Need,
    Offer,
    Opener,
    Privacy,
    Say,
    Script,
    TimeSlot,
    YesNo,
)
from contactbot.scripting.session import CallFacts, Keys, Prompt, Session, Slot, Turn, Waiting

BOTH = (Language.WELSH, Language.ENGLISH)
NO_VALUES: Mapping[str, str] = {}
CODE_DIGITS = 4
# Seconds from the last word to giving up. No key ends a wait early: `#` and `*` are answers.
ONE_KEY = Keys(digits=1, finish_on_key="", timeout_seconds=6)
FOUR_KEYS = Keys(digits=CODE_DIGITS, finish_on_key="", timeout_seconds=6)
MISSES_ALLOWED = 1
AGAIN_ALLOWED = 5
ENDING_EVENTS: Mapping[Ending, Event] = {
    Ending.ASKED_FOR_PERSON: PersonAsked(),
    Ending.DO_NOT_RING: DoNotRingAgain(),
}


class Talk:
    """Collects one turn. A step's words pass through `_say` alone, which guards I7."""

    def __init__(self, script: Script, facts: CallFacts, session: Session) -> None:
        self.script = script
        self.facts = facts
        self.session = session
        self._prompts: list[Prompt] = []
        self._events: list[Event] = []
        self._keys: Keys | None = None

    @property
    def step(self) -> AnyStep:
        """The step the call stands at."""
        return self.script.steps[self.session.step]

    def turn(self) -> Turn:
        """The turn as collected."""
        return Turn(
            self.session,
            tuple(self._prompts),
            self._keys,
            tuple(self._events),
            self.session.ending,
        )

    def note(self, event: Event) -> None:
        """Add what has been established."""
        self._events.append(event)

    def change(self, **changes: Any) -> None:
        """Change where the call stands."""
        self.session = replace(self.session, **changes)

    def go_to(self, step: str) -> None:
        """Stand at another step and say its words, or pass over it if that was answered before."""
        self.change(step=step, waiting=Waiting.ANSWER, misses=0, again=0)
        if self.session.telling_needs and not isinstance(self.step, Need):
            self.change(telling_needs=False)
            self.note(NeedsEnded())
        onward = self._passed_over_to()
        self.go_to(onward) if onward else self.ask()

    def end(self, ending: Ending) -> None:
        """Say the last words of this ending."""
        self.go_to(ending.value)

    def ask(self) -> None:
        """Say the words of the step the call stands at, and wait as its kind does."""
        match self.step:
            case Opener():
                self._say("welsh_half", languages=(Language.WELSH,))
                self._say("english_half", languages=(Language.ENGLISH,))
                self._keys = ONE_KEY
            case Identity():
                self.say_and_wait("say", FOUR_KEYS)
            case Privacy() | YesNo() | Need():
                self.say_and_wait("say", ONE_KEY)
            case TimeSlot(otherwise=otherwise):
                self._offer_slots() if self.slots() else self.go_to(otherwise)
            case Say(next=following):
                self._say("say")
                self.go_to(following)
            case End(ending=ending):
                self._say("say")
                self._finish(ending)

    def say_and_wait(self, key: str, keys: Keys) -> None:
        """Say one text of the step and wait for keys."""
        self._say(key)
        self._keys = keys

    def offer_star_menu(self) -> None:
        """Say what may follow `*`: nobody ever waits in silence."""
        context = self.script.context(STAR_STEP, STAR_KEY)
        for language in self._languages():
            self._prompts.append(Prompt(context, self.script.star_menu, language.value))
        self.change(waiting=Waiting.STAR)
        self._keys = ONE_KEY

    def ask_stop_back(self) -> None:
        """Ask `0` back before it means never again."""
        self.change(waiting=Waiting.STOP_CHECK)
        self.say_and_wait("stop_check", ONE_KEY)

    def slots(self) -> tuple[Slot, ...]:
        """The times that may be offered on this call."""
        return self.facts.slots[:MAXIMUM_SLOTS]

    def missed(self) -> None:
        """No usable key: ask once more, then the neutral goodbye."""
        if self.session.misses >= MISSES_ALLOWED:
            self.end(Ending.NO_KEY_TWICE)
            return
        self.change(waiting=Waiting.ANSWER, misses=self.session.misses + 1)
        self.ask()

    def ask_again(self) -> None:
        """The person wants to hear it again; not for ever, so that every call ends."""
        if self.session.again >= AGAIN_ALLOWED:
            self.end(Ending.NO_KEY_TWICE)
            return
        self.change(waiting=Waiting.ANSWER, again=self.session.again + 1)
        self.ask()

    def _passed_over_to(self) -> str:
        """Where a step leads that was answered before this turn; "" if it has to be asked."""
        match self.step:
            case Consent(purpose=purpose, yes=yes) if purpose in self.facts.consents:
                return yes
            case Need(area=area, next=following) if area in self.facts.needs_told:
                return following
            case Offer(yes=yes, no=no) if not self._need_left(yes):
                return no
            case _:
                return ""

    def _need_left(self, step_id: str) -> bool:
        """Whether any need from this step on has not been told."""
        step = self.script.steps[step_id]
        while isinstance(step, Need):
            if step.area not in self.facts.needs_told:
                return True
            step = self.script.steps[step.next]
        return False

    def _offer_slots(self) -> None:
        self._say("say")
        if self.session.by_hand:  # the caller has the times before them
            self._keys = ONE_KEY
            return
        for key, slot in enumerate(self.slots(), start=1):
            self._say("choice", {"key": str(key), "slot": slot.interval()})
        self._say("none_of_these", {"key": str(len(self.slots()) + 1)})
        self._keys = ONE_KEY

    def _finish(self, ending: Ending) -> None:
        self.change(ending=ending)
        self._keys = None
        if ending in ENDING_EVENTS:
            self.note(ENDING_EVENTS[ending])
        self.note(Finished(ending))

    def _languages(self) -> tuple[Language, ...]:
        return (self.session.language,) if self.session.language else BOTH

    def _say(
        self,
        key: str,
        values: Mapping[str, str] = NO_VALUES,
        languages: tuple[Language, ...] = (),
    ) -> None:
        step = self.step
        if key == "say" and self.session.by_hand and not (isinstance(step, End) and not step.read):
            key = "read"
        context = self.script.context(step.id, key)
        message: str = getattr(step, key)
        if step.discloses and not self.session.may_disclose:
            raise DisclosureBeforeProof(context)
        for language in languages or self._languages():
            self._prompts.append(Prompt(context, message, language.value, values, step.discloses))
