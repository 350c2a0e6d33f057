"""What a script is: steps of a few kinds, each field tagged with the part it plays."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, get_args, get_type_hints


class Language(StrEnum):
    """The two languages of every call; on the keypad 1 is Welsh and 2 is English."""

    WELSH = "cy"
    ENGLISH = "en"


class Ending(StrEnum):
    """How a call ended, as the script saw it; an end step bears the name of its ending."""

    NO_KEY = "no_key"  # the opener was played and no usable key came: a machine, or nobody
    NO_KEY_TWICE = "no_key_twice"  # somebody was there, then twice no usable key
    GOODBYE = "goodbye"  # a ring-back that heard the neutral goodbye
    ASKED_FOR_PERSON = "asked_for_person"
    DO_NOT_RING = "do_not_ring"
    WRONG_CODE = "wrong_code"
    NO_CODE_KNOWN = "no_code_known"
    NOT_ALONE = "not_alone"
    OPTED_IN = "opted_in"  # yes to support, no time chosen
    CALL_BACK = "call_back"  # yes to support and a time chosen
    DECLINED = "declined"
    STOPPED = "stopped"
    OUTSIDE_HOURS = "outside_hours"  # given by the host, never by a script
    ERROR = "error"  # given by the host, never by a script


HOST_ENDINGS = frozenset({Ending.OUTSIDE_HOURS, Ending.ERROR})


class Role(StrEnum):
    """The part a field of a step plays; readers, checks and extraction walk these tags."""

    TEXT = "text"  # spoken in both languages, the English being the message id
    WELSH_TEXT = "welsh_text"  # spoken in Welsh only: written in English, heard translated
    ENGLISH_TEXT = "english_text"  # spoken in English only, so never translated
    NOTE = "note"  # shown to whoever makes the call by hand, in the language of their page
    TARGET = "target"  # the id of the step that follows
    WORD = "word"  # a plain value that is never spoken
    FLAG = "flag"


TEXT_LANGUAGES: Mapping[Role, tuple[Language, ...]] = MappingProxyType(
    {
        Role.TEXT: (Language.WELSH, Language.ENGLISH),
        Role.WELSH_TEXT: (Language.WELSH,),
        Role.ENGLISH_TEXT: (Language.ENGLISH,),
        Role.NOTE: (Language.WELSH, Language.ENGLISH),
    }
)

Text = Annotated[str, Role.TEXT]
WelshText = Annotated[str, Role.WELSH_TEXT]
EnglishText = Annotated[str, Role.ENGLISH_TEXT]
Note = Annotated[str, Role.NOTE]
Target = Annotated[str, Role.TARGET]
Word = Annotated[str, Role.WORD]
Flag = Annotated[bool, Role.FLAG]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What every step has: an id, unique in its script, and whether its words disclose.

    `say` is heard on the keypad call; `read` is what a caller reads aloud in its place, and `note`
    tells the caller what to mind, and is never spoken.
    """

    id: Word
    discloses: Flag = False
    note: Note = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener(Step):
    """Rung 1: each half in its own language and voice, Welsh first; 1 Welsh, 2 English.

    With `stop_check`, key 0 means "do not ring again" and is asked back with that text.
    """

    welsh_half: WelshText
    english_half: EnglishText
    next: Target
    stop_check: Text = ""
    read: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity(Step):
    """Rung 2: the four digits of the contact code, `#` a person, `0` and `0` again stop.

    `somebody_else` is what a caller says where another person answers, `machine` what they may
    leave on an answering machine where the person said yes to that.
    """

    say: Text
    wrong: Text
    stop_check: Text
    next: Target
    somebody_else: Text = ""
    machine: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy(Step):
    """Rung 3: alone and able to listen; 1 goes on, 2 ends the call."""

    say: Text
    read: Text
    next: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Words that wait for no key."""

    say: Text
    read: Text
    next: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class YesNo(Step):
    """A question with 1 for yes and 2 for no; `otherwise` for "don't know" and "rather not"."""

    say: Text
    read: Text
    yes: Target
    no: Target
    otherwise: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(YesNo):
    """A yes/no question whose answer is a consent to one purpose by one recipient."""

    purpose: Word
    recipient: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(YesNo):
    """An offer of the needs to which `yes` leads; passed over to `no` where all were told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Step):
    """Whether the person would like help in one area; every answer leads to `next`."""

    say: Text
    read: Text
    area: Word
    next: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSlot(Step):
    """Up to three times to choose from; the key after the last means none of them.

    `choice` is said once for each time with `{key}` and `{slot}`, `none_of_these` with `{key}`.
    With no times to offer the step is passed over to `otherwise` in silence.
    """

    say: Text
    read: Text
    choice: Text
    none_of_these: Text
    chosen: Target
    otherwise: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Step):
    """The last words of a call; its id is the ending's name, its words disclose nothing."""

    say: Text
    read: Text = ""

    @property
    def ending(self) -> Ending:
        """The ending this step stands for."""
        return Ending(self.id)


AnyStep = Opener | Identity | Privacy | Say | YesNo | Consent | Offer | Need | TimeSlot | End
KINDS: Mapping[str, type[AnyStep]] = MappingProxyType(
    {
        "opener": Opener,
        "identity": Identity,
        "privacy": Privacy,
        "say": Say,
        "yes_no": YesNo,
        "consent": Consent,
        "offer": Offer,
        "need": Need,
        "time_slot": TimeSlot,
        "end": End,
    }
)
MAXIMUM_SLOTS = 3
# Questions of rung 4, where `*` opens the star menu.
QUESTIONS = (YesNo, Need, TimeSlot)
_LEFT = (Ending.ASKED_FOR_PERSON, Ending.STOPPED, Ending.NO_KEY_TWICE)
# Endings that a kind of step may lead to by itself, over and above its targets.
IMPLIED_ENDINGS: Mapping[type[AnyStep], tuple[Ending, ...]] = MappingProxyType(
    {
        Opener: (Ending.NO_KEY, Ending.NO_KEY_TWICE),
        Identity: (
            Ending.ASKED_FOR_PERSON,
            Ending.DO_NOT_RING,
            Ending.WRONG_CODE,
            Ending.NO_CODE_KNOWN,
            Ending.NO_KEY_TWICE,
        ),
        Privacy: (Ending.NOT_ALONE, Ending.NO_KEY_TWICE),
        YesNo: _LEFT,
        Consent: _LEFT,
        Offer: _LEFT,
        Need: _LEFT,
        TimeSlot: _LEFT,
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a kind of step, as its type's tag describes it."""

    name: str
    role: Role
    required: bool


def _fields_of(kind: type[AnyStep]) -> tuple[Field, ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        Field(one.name, get_args(hints[one.name])[1], required=one.default is MISSING)
        for one in fields(kind)
    )


FIELDS: Mapping[type[AnyStep], tuple[Field, ...]] = MappingProxyType(
    {kind: _fields_of(kind) for kind in KINDS.values()}
)


@dataclass(frozen=True, slots=True)
class SpokenText:
    """One text of a script with its address, who hears it, and whether it discloses."""

    step: str
    key: str
    context: str
    message: str
    languages: tuple[Language, ...]
    discloses: bool


@dataclass(frozen=True, slots=True)
class Script:
    """A script as read: its steps in order, the first being where the call begins.

    `star_menu` is what `*` offers at a question. `hash` is the SHA-256 of the canonical text;
    `lines` gives the line at which each step begins.
    """

    name: str
    version: str
    star_menu: str
    steps: Mapping[str, AnyStep]
    hash: str
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def first(self) -> AnyStep:
        """The step at which a call begins."""
        return next(iter(self.steps.values()))

    def context(self, step: str, key: str) -> str:
        """The address of a text, used as gettext's message context."""
        return f"{self.name}.{step}.{key}"

    def texts(self) -> tuple[SpokenText, ...]:
        """Every text of the script, in order, the star menu last."""
        spoken = [text for step in self.steps.values() for text in self._texts_of(step)]
        if self.star_menu:
            languages = TEXT_LANGUAGES[Role.TEXT]
            context = self.context(STAR_STEP, STAR_KEY)
            spoken.append(
                SpokenText(STAR_STEP, STAR_KEY, context, self.star_menu, languages, discloses=False)
            )
        return tuple(spoken)

    def _texts_of(self, step: AnyStep) -> list[SpokenText]:
        return [
            SpokenText(
                step=step.id,
                key=tag.name,
                context=self.context(step.id, tag.name),
                message=message,
                languages=TEXT_LANGUAGES[tag.role],
                discloses=step.discloses,
            )
            for tag in FIELDS[type(step)]
            if tag.role in TEXT_LANGUAGES and (message := getattr(step, tag.name))
        ]


STAR_STEP = "star"
STAR_KEY = "menu"
