"""What a text that came out of the blue says, by exact words in either language.

Nothing is guessed. Words that stop stand in a table and must be the whole text; words of danger
count wherever they stand, since to hold back once too often harms nobody.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Meaning(StrEnum):
    """What was said; the first ones outrank the later ones."""

    EMERGENCY = "emergency"  # danger now
    DISTRESS = "distress"  # needs a person soon
    NOT_SAFE = "not_safe"  # cannot speak freely
    THIRD_PARTY = "third_party"  # somebody else has the telephone
    WRONG_NUMBER = "wrong_number"
    OPTOUT = "optout"  # stop contacting
    OPTIN = "optin"
    WHO_IS_THIS = "who_is_this"
    HELP = "help"
    UNCLEAR = "unclear"


class Effect(StrEnum):
    """What follows; each can only make contact safer."""

    STOP = "stop"  # never contact again, by any channel
    HOLD = "hold"  # nothing more until a supervisor has decided
    FLAG = "flag"  # a person reads it


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as understood."""

    meaning: Meaning
    effect: Effect


# Whole texts, in small letters without accents and punctuation.
STOPS: Final = frozenset(
    {
        *("stop", "stopp", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "optout"),
        *("opt out", "revoke", "remove", "remove me", "no more", "no more texts", "no more calls"),
        *("stop please", "please stop", "stop it", "stop now", "stop texting", "stop texting me"),
        *("stop calling", "stop calling me", "stop ringing", "stop ringing me", "stop contact"),
        *(
            "stop contacting me",
            "stop messages",
            "stop calls",
            "no more texts please",
            "stop texts",
        ),
        *("take me off your list", "take me off the list", "do not contact me", "dont contact me"),
        *("do not ring", "dont ring", "do not ring me", "dont ring me", "do not text me"),
        *("dont text me", "do not ring me again", "dont ring me again", "leave me alone"),
        *("stopio", "stopia", "stopiwch", "stopiwch plis", "stopio plis", "stop plis", "atal"),
        *("ataliwch", "peidio", "peidiwch", "peidiwch plis", "paid", "dim mwy", "dim mwy plis"),
        *("dim rhagor", "dim mwy o negeseuon", "dim rhagor o negeseuon", "stopio negeseuon"),
        *("stopio galwadau", "peidiwch a ffonio", "peidiwch a ffonio eto", "peidiwch a tecstio"),
        *("peidiwch a chysylltu", "peidiwch a chysylltu eto", "peidiwch a fy ffonio"),
        *(
            "tynnwch fi oddi ar y rhestr",
            "dad danysgrifio",
            "canslo",
            "diwedd",
            "gadewch lonydd i mi",
        ),
    }
)
STARTS: Final = frozenset({"start", "unstop", "yes", "cychwyn", "dechrau", "ailddechrau"})
ASKS: Final = frozenset(
    {
        *("who is this", "whos this", "who are you", "who is it", "who", "who dis", "pwy yw hwn"),
        *("pwy ydi hwn", "pwy ydy hwn", "pwy sy na", "pwy syna", "pwy ydych chi", "pwy sydd yna"),
    }
)
HELPS: Final = frozenset({"help", "info", "cymorth", "helpu", "gwybodaeth"})

# A text that holds one of these words, but is not in the table above, may mean it or the opposite.
# AROS is “stay”, and what a machine makes of STOP: only a person can tell.
ABOUT_STOPPING: Final = re.compile(
    r"\b(?:stop\w*|unsubscribe|cancel\w*|optout|revoke|quit|atal\w*|peidi\w*|beidi\w*|pheidi\w*"
    r"|paid|dim mwy|dim rhagor|no more|aros|arhoswch|leave me|off your list|oddi ar y rhestr"
    r"|(?:dont|do not|never) (?:ring|call|text|phone|contact|message))\b"
)
# Words of danger, wherever they stand.
_DANGER: Final = MappingProxyType(
    {
        Meaning.EMERGENCY: re.compile(
            r"\b(?:help me|call (?:the )?police|ring (?:the )?police|999|112|police now|emergency"
            r"|going to kill|hes got a (?:knife|gun)|outside (?:my|the) (?:house|door)"
            r"|ffoniwch (?:yr )?heddlu|galwch (?:yr )?heddlu|helpwch fi|argyfwng"
            r"|tu allan i(?:r)?(?: fy)? (?:ty|nhy|drws)|lladd fi|fy lladd)\b"
        ),
        Meaning.DISTRESS: re.compile(
            r"\b(?:kill myself|end it all|hurt myself|suicid\w*|want to die|dont want to be here"
            r"|do not want to be here|cant go on|cant cope|cannot cope|so scared|terrified"
            r"|he wont stop|she wont stop|wont stop|cant stop crying|lladd fy hun|hunanladd\w*"
            r"|eisiau marw|isio marw|methu ymdopi|methu stopio crio|ofnus|dim isio bod yma"
            r"|ddim eisiau bod yma|ofn arna i|wedi dychryn)\b"
        ),
        Meaning.NOT_SAFE: re.compile(
            r"\b(?:hes here|he is here|shes here|she is here|theyre here|they are here|not alone"
            r"|not safe|unsafe|cant talk|cannot talk|can t talk|he s here|she s here|shh+"
            r"|hes home|he is home|shes home|hes reading|he reads|my phone is checked"
            r"|mae e yma|mae o yma|mae hi yma|mae gwr yma|mae e gartre|mae o gartre"
            r"|mae e adre|mae o adra|mae hi gartre|mae nhw yma|maen nhw yma|ddim yn saff"
            r"|dim yn saff|ddim yn ddiogel|dim ar fy mhen fy hun|alla i ddim siarad"
            r"|methu siarad|fedra i ddim siarad)\b"
        ),
        Meaning.THIRD_PARTY: re.compile(
            r"\b(?:this is (?:her|his|their) \w+|im (?:her|his) \w+|i am (?:her|his) \w+"
            r"|(?:she|he) is not here|(?:she|he) isnt here|not (?:her|his) phone"
            r"|ei gwr hi|ei gwraig e|ei wraig e|ei phartner|ei bartner"
            r"|dydy (?:hi|o|e) ddim yma|dyw (?:hi|e) ddim yma)\b"
        ),
        Meaning.WRONG_NUMBER: re.compile(r"\b(?:wrong number|wrong person|rhif anghywir)\b"),
    }
)
_HARMLESS: Final = MappingProxyType(
    {Meaning.OPTIN: STARTS, Meaning.WHO_IS_THIS: ASKS, Meaning.HELP: HELPS}
)
_NOT_WORDS: Final = re.compile(r"[^\w]+")
LONGEST: Final = 1600


def read_reply(body: str) -> Reading:
    """The meaning of an uninvited text, and what follows from it; total.

    Case, accents, punctuation and spaces count for nothing: `S T O P!` is `stop`.
    """
    said = plain(body)
    for meaning, words in _DANGER.items():
        if words.search(said):
            return Reading(meaning, Effect.HOLD)
    if _is_one_of(said, STOPS):
        return Reading(Meaning.OPTOUT, Effect.STOP)
    if ABOUT_STOPPING.search(said):
        return Reading(Meaning.UNCLEAR, Effect.HOLD)
    for meaning, table in _HARMLESS.items():
        if _is_one_of(said, table):
            return Reading(meaning, Effect.FLAG)
    return Reading(Meaning.UNCLEAR, Effect.FLAG)


def plain(body: str) -> str:
    """The words in small letters, without accents, apostrophes and punctuation, single-spaced."""
    letters = unicodedata.normalize("NFKD", body[:LONGEST]).casefold()
    bare = "".join(c for c in letters if not unicodedata.combining(c) and c not in "'’‘`")
    return " ".join(_NOT_WORDS.sub(" ", bare).replace("_", " ").split())


def _is_one_of(said: str, table: frozenset[str]) -> bool:
    return said in table or said.replace(" ", "") in _JOINED[table]


_JOINED: Final = MappingProxyType(
    {
        table: frozenset(entry.replace(" ", "") for entry in table)
        for table in (STOPS, STARTS, ASKS, HELPS)
    }
)
