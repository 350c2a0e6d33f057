"""Gathers every text that needs Welsh, and writes the files translators work on."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from contactbot.i18n.page_texts import page_texts
from contactbot.scripting.check import load_script
from contactbot.scripting.messages import NAME, load_messages
from contactbot.scripting.model import Language
from contactbot.scripting.words import Worded

# Tables of the scripts folder that are not scripts.
TABLES = frozenset(
    {"policy.toml", "services.toml", "surveys.toml", "messages.toml", "replies.toml"}
)
# Welsh has the six plural categories of CLDR. Babel's own header has five and other tools write
# two or four, so this one is pinned (Python's gettext and Babel read it correctly).
PLURAL_FORMS = (
    "nplurals=6; plural=(n==0) ? 0 : (n==1) ? 1 : (n==2) ? 2 : (n==3) ? 3 : (n==6) ? 4 : 5;"
)
_TEMPLATE_HEADER = """\
# Every text that is said or shown, in English, with its address as the context.
# Written by `contactbot catalogues extract`; edit scripts/*.toml, the pages or the code instead.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_WELSH_HEADER = f"""\
# The Welsh of every text. No Welsh here has been reviewed by a person until its hash stands
# in ../reviews.csv; with live calls on, an unreviewed text is refused.
msgid ""
msgstr ""
"Language: cy\\n"
"Plural-Forms: {PLURAL_FORMS}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def script_files(folder: Path) -> list[Path]:
    """The call scripts of a folder, in order of name."""
    return sorted(path for path in folder.glob("*.toml") if path.name not in TABLES)


def read_scripts(folder: Path) -> list[Worded]:
    """Every script of a folder, and its messages, proved.

    Raises ScriptFaults for the first that is not sound.
    """
    scripts: list[Worded] = [
        load_script(path.read_text(encoding="utf-8"), path.name) for path in script_files(folder)
    ]
    messages = folder / f"{NAME}.toml"
    return [*scripts, load_messages(messages.read_text(encoding="utf-8"), messages.name)]


def extract(scripts: Iterable[Worded]) -> Catalog:
    """A template of every text that is heard or shown in Welsh."""
    template = Catalog(charset="utf-8")
    for script in scripts:
        for message, context, place, notes in _translatable(script):
            template.add(message, context=context, locations=[place], auto_comments=notes)
    for text in page_texts():
        template.add(text.message, context=text.context or None, locations=[(text.place, 1)])
    return template


def _translatable(script: Worded) -> Iterator[tuple[str, str, tuple[str, int], list[str]]]:
    for text in script.texts():
        if Language.WELSH in text.languages:
            place = (f"scripts/{script.name}.toml", script.lines.get(text.step, 1))
            notes = [] if text.discloses else ["Neutral: heard by anybody who picks up."]
            yield text.message, text.context, place, notes


def template_bytes(template: Catalog) -> bytes:
    """The template as a .pot file; the same texts always give the same bytes."""
    return _TEMPLATE_HEADER.encode() + _body(template)


def updated(welsh: Catalog, template: Catalog) -> bytes:
    """The Welsh catalogue brought up to the template: new texts empty, lost ones left out.

    Nothing is matched by likeness: a changed English text needs its Welsh looked at anew.
    """
    renewed = Catalog(locale="cy", charset="utf-8")
    for message in template:
        if message.id:
            _carry_over(renewed, welsh.get(message.id, message.context), message)
    return _WELSH_HEADER.encode() + _body(renewed)


def _carry_over(renewed: Catalog, known: Message | None, message: Message) -> None:
    renewed.add(
        message.id,
        known.string if known else "",
        context=message.context,
        flags=known.flags if known else (),
        user_comments=known.user_comments if known else (),
        auto_comments=message.auto_comments,
    )


def _body(catalogue: Catalog) -> bytes:
    file = BytesIO()
    write_po(file, catalogue, width=96, omit_header=True, include_lineno=False)
    return file.getvalue()
