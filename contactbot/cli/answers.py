"""Read replies in words: what each means, how sure that is, and by which rule."""

import csv
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from contactbot.config import read_settings
from contactbot.rulebook import Rulebook
from contactbot.scripting.understanding import Question, Understood, understand

GIVEN = ("utterance", "lang", "question_type")
FOUND = ("meaning", "confidence", "rule")
# A reply may be long; a line of a file without end may not be.
csv.field_size_limit(1_000_000)


@click.group()
def answers() -> None:
    """Replies in words, in Welsh, English or both."""


@answers.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def interpret(*, file: Path) -> None:
    """Read a CSV of utterance, lang, question_type; write it with meaning, confidence and rule.

    Other columns are dropped unread. A kind of question that does not exist stops the command.
    """
    tables = Rulebook(read_settings()).replies
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow((*GIVEN, *FOUND))
    for row in _rows(file):
        question = Question(row["question_type"])
        found = understand(row["utterance"], question, row["lang"], tables)
        out.writerow((*(row[name] for name in GIVEN), *_written(found)))


def _written(found: Understood) -> tuple[str, str, str]:
    return found.meaning, f"{found.confidence:.2f}", found.rule


def _rows(file: Path) -> Iterator[Mapping[str, str]]:
    known = {str(question) for question in Question}
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if missing := set(GIVEN) - set(reader.fieldnames or ()):
                raise click.ClickException(f"{file} has no column {', '.join(sorted(missing))}.")
            for row in reader:
                given = {name: row[name] or "" for name in GIVEN}
                if given["question_type"] not in known:
                    kinds = ", ".join(sorted(known))
                    raise click.ClickException(
                        f"{file}, line {reader.line_num}: question_type must be one of {kinds}."
                    )
                yield given
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not a text in UTF-8.") from None
    except csv.Error as fault:
        raise click.ClickException(f"{file} is no CSV: {fault}.") from fault
