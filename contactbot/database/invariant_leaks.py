"""What may not leave: personal data into logs, requests to other hosts than the allowed ones."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from contactbot.database.invariant_scene import Scene

SAMPLE = 500
SHORTEST_NAME = 4
SHOWN_OF_NUMBER = 10  # the national number, however the rest was written

_PEOPLE = """
    SELECT p.id, p.key_wrapped, p.family_name_sealed, n.id AS number_id, n.number_sealed
      FROM persons p LEFT JOIN numbers n ON n.person_id = p.id
     WHERE p.key_wrapped IS NOT NULL ORDER BY p.id LIMIT :sample
"""
_NAME = re.compile(r"[^\W\d_][\w’'-]+")
_DIGITS = re.compile(r"\d{10,15}")


def personal_data_in_logs(scene: Scene) -> Iterator[tuple[str, str]]:
    """Log lines with a surname or a number of one of a sample of people."""
    if not scene.evidence.log_files:
        return
    names, numbers = _canaries(scene)
    for path in scene.evidence.log_files:
        with path.open(encoding="utf-8", errors="replace") as log:
            for place, line in enumerate(log, 1):
                if not names.isdisjoint(_NAME.findall(line)):
                    yield f"{path.name}:{place}", "holds a surname"
                if any(found[-SHOWN_OF_NUMBER:] in numbers for found in _DIGITS.findall(line)):
                    yield f"{path.name}:{place}", "holds a telephone number"


def _canaries(scene: Scene) -> tuple[set[str], set[str]]:
    names, numbers = set(), set()
    for row in scene.rows(_PEOPLE, sample=SAMPLE):
        box = scene.keyring.open_box(row.key_wrapped)
        if row.family_name_sealed is not None:
            name = box.open("persons", "family_name_sealed", row.id, row.family_name_sealed)
            names |= {name} if len(name) >= SHORTEST_NAME else set()
        if row.number_sealed is not None:
            number = box.open("numbers", "number_sealed", row.number_id, row.number_sealed)
            numbers.add(number[-SHOWN_OF_NUMBER:])
    return names, numbers


def hosts_not_allowed(scene: Scene) -> Iterator[tuple[str, str]]:
    """Addresses to which requests go though they are not on the list."""
    for url in scene.evidence.outbound_urls:
        host = urlsplit(url).hostname or ""
        if host not in scene.evidence.allowed_hosts:
            yield host, "is not an allowed host"
