"""Reads the Welsh catalogue and its reviews, and puts messages into words."""

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from contactbot.domain.calendar import LONDON
from contactbot.ports.translator import NO_VALUES, MissingTranslation
from contactbot.scripting.words import Catalogue

LOCALES = Path(__file__).resolve().parent.parent.parent / "locales"
WELSH_CATALOGUE = Path("cy", "LC_MESSAGES", "messages.po")
REVIEWS = Path("cy", "reviews.csv")
REVIEW_COLUMNS = ("text_hash", "context", "reviewer", "reviewed_on", "note")

# The service as it is named to a person, by force. Always after a colon or "from" in a text, so
# that nothing has to mutate. English as it stands in a sentence, Welsh as a name by itself.
SERVICES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "": ("the victim service for your force", "gwasanaeth dioddefwyr eich heddlu"),
        "gwent": ("the victim service for Gwent Police", "Gwasanaeth Dioddefwyr Heddlu Gwent"),
        "dyfed_powys": (
            "the victim service for Dyfed-Powys Police",
            "Gwasanaeth Dioddefwyr Heddlu Dyfed-Powys",
        ),
    }
)
# Day and 24-hour times, the patterns given outright: Babel's own differ between the languages.
_DAY = "EEEE d MMMM"
_TIME = "HH:mm"
_BETWEEN = MappingProxyType({"en": "to", "cy": "tan"})


class Catalogues:
    """The Translator over gettext catalogues; never falls back to English for Welsh."""

    def __init__(self, welsh: Catalogue, names: Mapping[str, Mapping[str, str]]) -> None:
        """`names`: by language, the values that are the same on every call (`service`)."""
        self._welsh = welsh
        self._names = names

    def text(
        self,
        context: str,
        message: str,
        language: str,
        values: Mapping[str, str] = NO_VALUES,
    ) -> str:
        """The words to say; raises MissingTranslation if there is no Welsh for them."""
        words = message if language == "en" else self._welsh_of(context, message)
        worded = {name: _worded(name, value, language) for name, value in values.items()}
        return words.format_map({**self._names[language], **worded})

    def _welsh_of(self, context: str, message: str) -> str:
        try:
            return self._welsh[context, message]
        except KeyError:
            raise MissingTranslation(context) from None


def load_catalogues(home_force: str = "", locales: Path = LOCALES) -> Catalogues:
    """The translator of this installation; `home_force` is `gwent`, `dyfed_powys` or a name."""
    return Catalogues(read_welsh(locales), service_names(home_force))


def service_names(home_force: str) -> Mapping[str, Mapping[str, str]]:
    """The values of `{service}`; a force without a row here is named as it is, in both."""
    in_other = (f"the victim service for {home_force}", f"Gwasanaeth Dioddefwyr {home_force}")
    english, welsh = SERVICES.get(home_force, in_other)
    return {"en": {"service": english}, "cy": {"service": welsh}}


def read_catalogue(path: Path) -> Catalog:
    """The catalogue as a translator left it."""
    with path.open("rb") as file:
        return read_po(file, locale="cy", abort_invalid=True)


def read_welsh(locales: Path = LOCALES) -> Catalogue:
    """The Welsh of each text, by context and English; what is marked fuzzy does not count."""
    return {
        (message.context or "", str(message.id)): str(message.string)
        for message in read_catalogue(locales / WELSH_CATALOGUE)
        if message.id and message.string and not message.fuzzy
    }


def read_reviews(locales: Path = LOCALES) -> frozenset[str]:
    """The hashes of the texts that a named person has approved as they stand."""
    with (locales / REVIEWS).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return frozenset(row["text_hash"] for row in rows if row["reviewer"] and row["reviewed_on"])


def _worded(name: str, value: str, language: str) -> str:
    return slot_words(value, language) if name == "slot" else value


def slot_words(interval: str, language: str) -> str:
    """An ISO 8601 interval as a local day and 24-hour times, without anything that mutates."""
    starts, ends = (datetime.fromisoformat(end).astimezone(LONDON) for end in interval.split("/"))
    day = format_date(starts, _DAY, locale=language)
    first, last = (format_datetime(end, _TIME, locale=language) for end in (starts, ends))
    # Babel writes "Dydd Mawrth"; inside a line the day has a small letter in Welsh.
    day = day[0].lower() + day[1:] if language == "cy" else day
    return f"{day}, {first} {_BETWEEN[language]} {last}"
