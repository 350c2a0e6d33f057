"""Finds what a machine can find wrong with the Welsh; only a person can say it is right."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError

from contactbot.i18n.catalogues import WELSH_CATALOGUE, read_catalogue, read_welsh
from contactbot.i18n.extract import PLURAL_FORMS, extract, template_bytes
from contactbot.i18n.page_texts import PageText, page_texts
from contactbot.scripting.errors import Fault
from contactbot.scripting.messages import Messages, welsh_text_faults
from contactbot.scripting.model import Language, SpokenText
from contactbot.scripting.words import Worded, placeholders, welsh_faults

Text = SpokenText | PageText
TEMPLATE = "messages.pot"
_EXTRACT = "Run contactbot catalogues extract."


def lint(scripts: Iterable[Worded], locales: Path) -> tuple[Fault, ...]:
    """Everything wrong with the catalogue of these scripts, in order of lines."""
    scripts = list(scripts)
    path = locales / WELSH_CATALOGUE
    texts = {
        (text.context, text.message): text
        for script in scripts
        for text in script.texts()
        if Language.WELSH in text.languages
    }
    pages = {(text.context, text.message): text for text in page_texts()}
    try:
        welsh = read_catalogue(path)
    except PoFileError as error:
        return (_fault(path, 0, "", "syntax", f"This is no catalogue: {error}", "Mend the line."),)
    faults = [
        *_header_faults(path),
        *_template_faults(locales / TEMPLATE, extract(scripts)),
        *_missing_faults(path, [*texts.values(), *pages.values()], welsh),
    ]
    for message in welsh:
        if message.id:
            address = (message.context or "", str(message.id))
            faults += _message_faults(path, message, texts.get(address) or pages.get(address))
    faults += _message_file_faults(scripts, locales)
    return tuple(sorted(faults))


def _message_file_faults(scripts: Iterable[Worded], locales: Path) -> Iterator[Fault]:
    """What text messages need beyond what every text needs: they must be short and say STOP."""
    welsh = read_welsh(locales)
    for messages in scripts:
        if isinstance(messages, Messages):
            for fault in welsh_text_faults(messages, welsh):
                if fault.rule != "welsh_missing":
                    yield fault


def _header_faults(path: Path) -> Iterator[Fault]:
    if f'"Plural-Forms: {PLURAL_FORMS}\\n"' not in path.read_text(encoding="utf-8"):
        message = "The header does not name the six plural forms of Welsh."
        yield _fault(path, 0, "", "plural_header", message, f"Write Plural-Forms: {PLURAL_FORMS}")


def _template_faults(path: Path, template: Catalog) -> Iterator[Fault]:
    if not path.exists() or path.read_bytes() != template_bytes(template):
        message = "The template is not what scripts and pages say."
        yield _fault(path, 0, "", "template", message, _EXTRACT)


def _missing_faults(path: Path, texts: Iterable[Text], welsh: Catalog) -> Iterator[Fault]:
    for text in texts:
        if welsh.get(text.message, text.context or None) is None:
            message = "The English is not in the catalogue."
            yield _fault(path, 0, text.context, "welsh_missing", message, _EXTRACT)


def _message_faults(path: Path, message: Message, text: Text | None) -> Iterator[Fault]:
    line, context = message.lineno or 0, message.context or ""
    if text is None:
        yield _fault(path, line, context, "obsolete", "Nothing says this any more.", _EXTRACT)
        return
    if message.fuzzy:
        remedy = "Have it checked and take the mark away."
        yield _fault(path, line, context, "fuzzy", "The Welsh is marked as a guess.", remedy)
    found = str(message.string)
    judged = page_faults(text, found) if isinstance(text, PageText) else welsh_faults(text, found)
    for words in judged:
        yield _fault(path, line, context, *words)


def page_faults(text: PageText, welsh: str) -> Iterator[tuple[str, str, str]]:
    """Rule, message and remedy for each fault of the Welsh of one sentence on a page."""
    if not welsh:
        yield ("welsh_missing", "This has no Welsh.", "Have it translated.")
        return
    if welsh == text.message:
        yield ("welsh_is_english", "The Welsh is English.", "Have it translated.")
    if sorted(_braces(welsh)) != sorted(_braces(text.message)):
        message = "The Welsh has other values in braces than the English."
        yield ("welsh_placeholder", message, "Use the same names in braces in both.")
    if "'" in welsh + text.message:
        yield ("apostrophe", "There is a straight apostrophe.", "Write ’ instead.")


def _braces(text: str) -> tuple[str, ...]:
    try:
        return placeholders(text)
    except ValueError:
        return (text,)


def _fault(path: Path, line: int, context: str, *words: str) -> Fault:
    rule, message, remedy = words
    return Fault(path.name, line, context, rule, message, remedy)
