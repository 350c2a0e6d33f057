"""Numbers in words, in English and in both ways in which Welsh counts."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

_ENGLISH_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# Every form of the small Welsh numbers: masculine, feminine, short, mutated, and as often written.
_WELSH_SMALL: Final = (
    ("sero", "dim", "dim un", "dim byd", "dim o gwbl", "seero"),
    ("un", "un waith", "unwaith"),
    ("dau", "dwy", "ddau", "ddwy", "dou", "dwywaith", "ddwywaith"),
    ("tri", "tair", "dri", "dair", "thri", "thair", "teirgwaith"),
    ("pedwar", "pedair", "bedwar", "bedair", "phedwar", "phedair", "pedwer", "pedwor"),
    ("pump", "pum", "bump", "phump", "pimp"),
    ("chwech", "chwe", "wech", "whech", "chwec"),
    ("saith", "seith"),
    ("wyth", "with"),
    ("naw",),
    ("deg", "deng", "ddeg"),
)
_WELSH_TEENS: Final = (
    ("un ar ddeg", "unarddeg", "undeg un"),
    ("deuddeg", "deuddeng", "ddeuddeg"),
    ("tri ar ddeg", "tair ar ddeg", "triarddeg"),
    ("pedwar ar ddeg", "pedair ar ddeg"),
    ("pymtheg", "pymtheng", "bymtheg"),
    ("un ar bymtheg",),
    ("dau ar bymtheg", "dwy ar bymtheg"),
    ("deunaw", "ddeunaw", "tri ar bymtheg"),
    ("pedwar ar bymtheg", "pedair ar bymtheg"),
)
_SCORES: Final = MappingProxyType(
    {20: ("ugain", "hugain"), 40: ("deugain",), 60: ("trigain",), 80: ("pedwar ugain",)}
)
_OWN: Final = MappingProxyType(
    {
        "nil": 0, "nought": 0, "naught": 0, "none": 0, "nothing": 0, "o": 0, "not once": 0,
        "no times": 0, "byth": 0, "never": 0, "erioed": 0, "once": 1, "just once": 1, "just one": 1,
        "a single": 1, "single": 1, "only once": 1, "only one": 1, "twice": 2, "a couple": 2,
        "couple": 2, "a couple of times": 2, "a pair": 2, "cwpl": 2, "cwpwl": 2, "three times": 3,
        "thrice": 3, "half a dozen": 6, "hanner dwsin": 6, "a dozen": 12, "dozen": 12, "dwsin": 12,
        "fourty": 40, "ninty": 90, "hanner cant": 50, "cant": 100, "gant": 100,
        "a hundred": 100, "hundred": 100,
    }
)  # fmt: skip
# Words that count, but are no point of a rating.
VAGUE: Final = frozenset(_OWN) - {"nil", "nought", "naught", "hanner cant", "cant", "a hundred"}
_BEFORE: Final = re.compile(
    r"^(?:(?:(?:i |id |i would |ill )?(?:say|give (?:it|them|you)|rate (?:it|them)|go (?:for|with))"
    r"|a|an|the|(?:dwi|dw i|rwy) n rhoi|about|around"
    r"|roughly|only|just|it was|its|number|score|score of|the number"
    r"|tua|rhyw|dim ond|jyst|rhif|y rhif|swn i n dweud|byddwn i n dweud|bydden i n gweud"
    r"|faswn i n deud|rhoi|rhoddaf|ddwedwn i|dywedwn i) )+"
)
_AFTER: Final = re.compile(
    r"(?: (?:times|time|people|incidents|calls|days|out of (?:10|ten)|allan o (?:10|ddeg)"
    r"|mas o (?:10|ddeg)|o (?:10|ddeg)|gwaith|o weithiau|weithiau|o bobl|o alwadau|i think"
    r"|id say|only|in total|altogether|all together|i gyd|yn unig|or so"
    r"|(?:of |o )?(?:kids?|child|children|boys?|girls?|sons?|daughters?|adults?|others|us|them"
    r"|blant|plant|plentyn|ferch|merch|ferched|mab|fab|fachgen|bachgen|fechgyn|oedolion|ohonom|ohonyn)))+$"
)
_OUT_OF_TEN: Final = re.compile(
    r"^\s*(\d{1,3})\s*(?:/|out of|allan o|mas o)\s*(?:10|ten|ddeg)\W*$", re.IGNORECASE
)
_DIGITS: Final = re.compile(r"^\d{1,3}$")


def number_in(given: str, words: str) -> int | None:
    """The one whole number that was said, 0–999; None if there is none, or more than one.

    `given` is the reply as typed, `words` the same in the form in which replies are compared.
    """
    if found := _OUT_OF_TEN.match(given):
        return int(found[1])
    if re.search(r"\d\s*[-–/.,]\s*\d|[-–]\s*\d", given):  # a range, a fraction, a negative
        return None
    said = _AFTER.sub("", _BEFORE.sub("", words))
    if _DIGITS.match(said):
        return int(said)
    if said == "no" and said != words:  # “no kids”
        return 0
    return NUMBERS.get(said)


def _all() -> Iterator[tuple[str, int]]:
    yield from _OWN.items()
    yield from _english()
    for value, forms in enumerate(_WELSH_SMALL):
        yield from ((form, value) for form in forms)
    for value, forms in enumerate(_WELSH_TEENS, 11):
        yield from ((form, value) for form in forms)
    yield from _by_tens()
    yield from _by_scores()


def _english() -> Iterator[tuple[str, int]]:
    yield from ((word, value) for value, word in enumerate(_ENGLISH_SMALL))
    for tens, word in enumerate(_ENGLISH_TENS, 2):
        yield word, tens * 10
        for units in range(1, 10):
            yield f"{word} {_ENGLISH_SMALL[units]}", tens * 10 + units
    yield "one hundred", 100


def _by_tens() -> Iterator[tuple[str, int]]:
    """Counting by tens: `dau ddeg un` is 21."""
    for tens in range(1, 10):
        for first in _WELSH_SMALL[tens]:
            for ten in ("deg", "ddeg"):
                yield f"{first} {ten}", tens * 10
                for units in range(1, 10):
                    for last in _WELSH_SMALL[units]:
                        yield f"{first} {ten} {last}", tens * 10 + units


def _by_scores() -> Iterator[tuple[str, int]]:
    """Counting by twenties: `pymtheg ar hugain` is 35."""
    rest = [*list(enumerate(_WELSH_SMALL))[1:], *enumerate(_WELSH_TEENS, 11)]
    for score, names in _SCORES.items():
        yield from ((name, score) for name in names)
        for value, forms in rest:
            for form in forms:
                for link in ("ar", "a"):
                    yield f"{form} {link} {names[-1]}", score + value


NUMBERS: Final = MappingProxyType(dict(_all()))
