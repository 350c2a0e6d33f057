"""Rows damaged as real feeds damage them, each in one way that must be refused."""

from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import Final

from contactbot.domain.sample import sample_rows

DAMAGES: Final[tuple[Mapping[str, str], ...]] = tuple(
    MappingProxyType(damage)
    for damage in (
        {"phone": "4.477E+11"},
        {"phone": "7700 900"},
        {"phone": "mam: 07700 900123"},
        {"phone": "07700 900123 / 07700 900124"},
        {"given_name": "D?r"},
        {"given_name": "Si\ufffdn"},
        {"family_name": "LlÅ·r"},
        {"family_name": "=1+1"},
        {"family_name": "Jo\x07nes"},
        {"referred_at": "03/04/26"},
        {"referred_at": "31/02/2026 10:00"},
        {"referred_at": "46104.375"},
        {"date_of_birth": "1890-01-01"},
        {"contact_code": "0123"},
        {"language": "Welsh"},
        {"safe_call": "Y"},
        {"safe_hours": "mornings"},
        {"crime_group": "domestic"},
        {"source": ""},
        {"address": "#REF!"},
        {"notes": "x" * 10_001},
    )
)
"""What is put into a row; every one of these must lead to a reject."""


def dirty_rows(count: int, random: Random) -> Iterator[dict[str, str]]:
    """Rows of which each has one damage, in turn; their references start with `DX`."""
    for index, row in enumerate(sample_rows(count, random)):
        damage = DAMAGES[index % len(DAMAGES)]
        yield {**row, "reference": f"DX{index + 1:06d}", **damage}
