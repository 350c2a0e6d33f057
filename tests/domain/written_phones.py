"""Phone cells as rows hand them over: right and wrong numbers in every writing, from a seed."""

from collections.abc import Iterator
from random import Random

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

TABLES = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number"),
    *("voip", "pager", "uan", "voicemail"),
)
KNOWN = tuple(
    table.example_number
    for region in COUNTRY_CODE_TO_REGION_CODE[44]
    for tables in (PhoneMetadata.metadata_for_region(region),)
    for table in (getattr(tables, name) for name in TABLES)
    if table is not None and table.example_number
)
# Where the tables branch most, and where our own rules begin.
STARTS = (*"123456789", "7", "7", "7", "70", "76", "77", "1", "16", "15", "20", "29", "8", "9", "4")
STARTS += ("7700900", "1632960", "1624", "1481", "1534", "7624", "74576", "7911", "180020", "4")
PREFIXES = ("0", "0", "0", "", "+44", "+44", "+440", "+44(0)", "+44 (0)", "0044", "00440", "44")
PREFIXES += ("440", "(0", "+", "00", "0044 (0)", "+44-", "+353", "1", "44 ", "+4", "0 ", " 0", "4")
BREAKS = (" ", " ", "-", ") ", "/", ".", "  ", "(", "\u00a0", "E+", ",")
ENDS = (".0", " ", "e9", "E+9", " ext 5", " x1", "#", ".", "-", ")", "0")


def cells(count: int, random: Random) -> Iterator[str]:
    """So many cells; the same seed gives the same ones."""
    for _ in range(count):
        yield cell(random)


def cell(random: Random) -> str:
    """One cell: mostly ten digits in a plain writing, now and then anything else."""
    digits = national(random)
    for _ in range(int(random.random() * 2.2) * int(1 + random.random() * 3)):
        place = int(random.random() * (len(digits) + 1))
        mark = BREAKS[int(random.random() ** 3 * len(BREAKS))]
        digits = f"{digits[:place]}{mark}{digits[place:]}"
    end = ENDS[int(random.random() * len(ENDS))] if random.random() < 0.03 else ""
    return f"{PREFIXES[int(random.random() * len(PREFIXES))]}{digits}{end}"


def national(random: Random) -> str:
    """The digits after the first 0: near a known number, or anywhere."""
    if random.random() < 0.4:
        known = KNOWN[int(random.random() * len(KNOWN))]
        kept = int(random.random() * len(known))
        return known[:kept] + tail(len(known) - kept, random)
    start = STARTS[int(random.random() * len(STARTS))]
    length = 10 if random.random() < 0.85 else int(3 + random.random() * 11)
    return start + tail(max(0, length - len(start)), random)


def tail(length: int, random: Random) -> str:
    return f"{int(random.random() * 10**length):0{length}d}" if length else ""
