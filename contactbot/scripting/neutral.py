"""The words that may not be heard before identity and privacy, in both languages."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType

# Beginnings of words: "polic" finds police and policing. Heard or shown by chance, each would
# tell a listener what the call is about (invariants I7 and I8).
ENGLISH_STEMS = (
    *("polic", "constab", "officer", "sergeant", "commissioner", "force", "prosecut", "court"),
    *("crime", "crimin", "offence", "offend", "suspect", "perpetrat", "burgl", "robb", "theft"),
    *("victim", "surviv", "witness", "support", "service", "helpline", "refer", "counsel"),
    *("abus", "violen", "assault", "domestic", "stalk", "harass", "rape", "sexual", "hate"),
    *(
        "fraud",
        "arson",
        "incident",
        "investigat",
        "report",
        "case",
        "safe",
        "refuge",
        "survey",
        "needs",
    ),
)
WELSH_STEMS = (
    *("heddlu", "heddwas", "swyddog", "rhingyll", "comisiynydd", "erlyn", "llys"),
    *("trosedd", "drwgdybi", "byrgler", "bwrgler", "lladrad", "dwyn", "difrod", "llosgi"),
    *("dioddef", "goroesw", "tyst", "cymorth", "cefnog", "gwasanaeth", "atgyfeir", "cwnsel"),
    *("camdrin", "trais", "treis", "ymosod", "stelc", "aflonydd", "bygyth", "rhywiol", "casineb"),
    *("twyll", "digwyddiad", "ymchwil", "adrodd", "diogel", "lloches", "arolwg", "achos"),
)
FORCE_NAMES = ("gwent", "dyfed", "powys", "niche", "mavis", "goleudy", "connectgwent")

SOFT = (
    *(("ll", "l"), ("rh", "r"), ("p", "b"), ("t", "d"), ("c", "g")),
    *(("b", "f"), ("d", "dd"), ("g", ""), ("m", "f")),
)
NASAL = (("p", "mh"), ("t", "nh"), ("c", "ngh"), ("b", "m"), ("d", "n"), ("g", "ng"))
ASPIRATE = (("p", "ph"), ("t", "th"), ("c", "ch"))
UNCHANGED_BEFORE = ("ch", "dd", "ff", "ng", "ph", "th")
VOWELS = "aeiouwy"


def mutations(stem: str) -> frozenset[str]:
    """The stem and its soft, nasal and aspirate mutations, and the h before a vowel."""
    forms = {stem}
    if stem[0] in VOWELS:
        forms.add("h" + stem)
    if stem.startswith(UNCHANGED_BEFORE):
        return frozenset(forms)
    for table in (SOFT, NASAL, ASPIRATE):
        for radical, mutated in table:
            if stem.startswith(radical):
                forms.add(mutated + stem[len(radical) :])
                break
    return frozenset(forms)


_MUTATED = frozenset(form for stem in (*WELSH_STEMS, *FORCE_NAMES) for form in mutations(stem))
_PLAIN = frozenset((*ENGLISH_STEMS, *WELSH_STEMS, *FORCE_NAMES))
# A mutated Welsh form may be an innocent English word ("went"), so it counts in Welsh only.
_STEMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"en": tuple(sorted(_PLAIN)), "cy": tuple(sorted(_PLAIN | _MUTATED))}
)
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


def telling_words(text: str, language: str) -> tuple[str, ...]:
    """The words of a text that may not be heard in a neutral place, in order."""
    return tuple(
        word
        for word in _words(text)
        if any(part.startswith(_STEMS[language]) for part in _parts(word))
    )


def _words(text: str) -> Iterator[str]:
    composed = unicodedata.normalize("NFC", text).lower()
    return (found.group() for found in _WORD.finditer(composed))


def _parts(word: str) -> tuple[str, ...]:
    """The word with its joints taken out, and each part of it: cam-drin, i’r, o’ch."""
    return (re.sub(r"[-’']", "", word), *re.split(r"[-’']", word))
