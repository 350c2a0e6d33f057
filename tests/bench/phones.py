"""Prove that phone cells are read as libphonenumber reads them: `tests/bench/phones.py [N [SEED]]`.

Every cell is read both ways, at once and by the library alone; the outcomes must be the same.
"""

import sys
from collections import Counter
from pathlib import Path
from random import Random

import phonenumbers

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "domain"))

from written_phones import cells

from contactbot.domain.phone import PhoneFault, PhoneNumber, parse_by_library, parse_phone

DEFAULTS = ("10_000_000", "1")


def outcome(read: object, text: str, *, pretend: bool) -> tuple[str, str]:
    """What reading the cell gives: kind and number, or why it is refused."""
    try:
        number: PhoneNumber = read(text, allow_pretend=pretend)  # type: ignore[operator]
    except PhoneFault as fault:
        return f"refused: {fault.problem}", ""
    return f"read: {number.kind}", number.e164


def main() -> None:
    """Compare so many cells, and say of what kinds they were."""
    count, seed = (int(word) for word in (*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]))
    found: Counter[str] = Counter()
    unlike = 0
    for place, text in enumerate(cells(count, Random(seed)), 1):
        pretend = place % 5 != 0
        library = outcome(parse_by_library, text, pretend=pretend)
        if outcome(parse_phone, text, pretend=pretend) != library:
            unlike += 1
            print(f"UNLIKE {library[0]}: {text!r}", flush=True)
        found[library[0]] += 1
        if place % 1_000_000 == 0:
            print(f"{place:,} cells, {unlike} unlike", file=sys.stderr, flush=True)
    print(f"phonenumbers {phonenumbers.__version__}, seed {seed}: {count:,} cells, {unlike} unlike")
    for what, times in found.most_common():
        print(f"{times:12,} {what}")
    sys.exit(1 if unlike else 0)


if __name__ == "__main__":
    main()
