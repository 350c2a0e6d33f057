"""Finds every sentence that pages show: in their templates, and marked in the code."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.extract import extract_from_file

PACKAGE = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "translatable": None, "pgettext": ((1, "c"), 2)}
# A template that cannot be read must stop the extraction and not be left out of it.
OPTIONS = {"silent": "false"}
METHODS = (("jinja2", "web/templates/**/*.html"), ("python", "**/*.py"))


@dataclass(frozen=True, slots=True)
class PageText:
    """A sentence in English, its context ("" mostly), and the file it stands in."""

    message: str
    context: str
    place: str


def page_texts(package: Path = PACKAGE) -> Iterator[PageText]:
    """Every sentence, file by file in order of name; the same one may come from several."""
    for method, pattern in METHODS:
        for path in sorted(package.glob(pattern)):
            yield from _texts_of(method, path, path.relative_to(package.parent).as_posix())


def _texts_of(method: str, path: Path, place: str) -> Iterator[PageText]:
    found = extract_from_file(method, path, keywords=KEYWORDS, options=OPTIONS)
    for _, message, _, context in found:
        if not isinstance(message, str):
            raise TypeError(f"{place}: plural sentences are not used; write a label and a number.")
        yield PageText(message, context or "", place)
