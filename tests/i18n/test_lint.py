"""The lint lets nothing mechanical through, and the shipped catalogue passes it."""

from pathlib import Path

import polib
import pytest

from contactbot.i18n.catalogues import LOCALES, WELSH_CATALOGUE, read_catalogue
from contactbot.i18n.extract import PLURAL_FORMS, extract, read_scripts, template_bytes, updated
from contactbot.i18n.lint import TEMPLATE, lint

SCRIPTS = read_scripts(LOCALES.parent / "scripts")
SHIPPED = (LOCALES / WELSH_CATALOGUE).read_text(encoding="utf-8")
GOODBYE = 'msgstr "Diolch. Hwyl fawr."'


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    (tmp_path / WELSH_CATALOGUE).parent.mkdir(parents=True)
    (tmp_path / TEMPLATE).write_bytes((LOCALES / TEMPLATE).read_bytes())
    (tmp_path / WELSH_CATALOGUE).write_text(SHIPPED, encoding="utf-8")
    return tmp_path


def test_the_shipped_catalogue_is_clean():
    assert lint(SCRIPTS, LOCALES) == ()


CHANGES = [
    ("plural_header", "nplurals=6", "nplurals=5"),
    ("welsh_missing", GOODBYE, 'msgstr ""'),
    (
        "welsh_missing",
        'msgctxt "initial_contact.declined.say"',
        'msgctxt "initial_contact.gone.say"',
    ),
    ("obsolete", 'msgctxt "initial_contact.declined.say"', 'msgctxt "initial_contact.gone.say"'),
    ("welsh_is_english", GOODBYE, 'msgstr "Thank you. Goodbye."'),
    ("welsh_placeholder", "Dewis {key}: {slot}.", "Dewis {key}: {amser}."),
    ("welsh_placeholder", "Dewis {key}: {slot}.", "Dewis {key}."),
    ("neutral", GOODBYE, 'msgstr "Diolch gan yr heddlu."'),
    ("neutral", GOODBYE, 'msgstr "Diolch am eich cymorth."'),
    ("neutral", GOODBYE, 'msgstr "Diolch, ddioddefwr."'),
    ("fuzzy", 'msgctxt "initial_contact.declined.say"', None),
    ("apostrophe", GOODBYE, 'msgstr "Diolch i\'r dim."'),
]


@pytest.mark.parametrize(("rule", "before", "after"), CHANGES)
def test_the_lint_finds_this_fault(locales, rule, before, after):
    assert before in SHIPPED
    changed = SHIPPED.replace(before, after or f"#, fuzzy\n{before}", 1)
    (locales / WELSH_CATALOGUE).write_text(changed, encoding="utf-8")
    assert rule in {fault.rule for fault in lint(SCRIPTS, locales)}


def test_a_file_that_is_no_catalogue_is_told_and_never_crashes(locales):
    (locales / WELSH_CATALOGUE).write_text('msgid "never closed\n', "utf-8")
    assert [fault.rule for fault in lint(SCRIPTS, locales)] == ["syntax"]


def test_a_stale_template_is_found(locales):
    (locales / TEMPLATE).write_bytes(b"")
    assert {fault.rule for fault in lint(SCRIPTS, locales)} == {"template"}


def test_a_fault_names_the_line_of_its_text(locales):
    (locales / WELSH_CATALOGUE).write_text(SHIPPED.replace(GOODBYE, 'msgstr ""', 1), "utf-8")
    [fault] = lint(SCRIPTS, locales)
    lines = SHIPPED.splitlines()
    assert f'msgctxt "{fault.step}"' in lines[fault.line - 4 : fault.line + 1]


def test_extraction_is_the_same_every_time_and_complete():
    template = template_bytes(extract(SCRIPTS))
    assert template == template_bytes(extract(SCRIPTS)) == (LOCALES / TEMPLATE).read_bytes()
    assert b"opener.welsh_half" in template
    assert b"For English, press 2" not in template  # never said in Welsh


def test_updating_keeps_the_welsh_and_guesses_nothing():
    template = extract(SCRIPTS)
    welsh = read_catalogue(LOCALES / WELSH_CATALOGUE)
    assert updated(welsh, template).decode() == SHIPPED
    template.add("Thank you. Goodbye!", context="initial_contact.declined.other")
    assert b'msgid "Thank you. Goodbye!"\nmsgstr ""' in updated(welsh, template)


def test_another_reader_of_catalogues_agrees_on_all_of_it():
    catalogue = polib.pofile(str(LOCALES / WELSH_CATALOGUE))
    assert catalogue.percent_translated() == 100
    assert catalogue.metadata["Plural-Forms"] == PLURAL_FORMS
    assert not catalogue.fuzzy_entries()
