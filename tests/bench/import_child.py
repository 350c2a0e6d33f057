"""Import one referral file into one database, in a process of its own: `URL FILE [FILE ...]`.

Says for each file, as JSON: seconds, rows read, what became of them, and the most memory so far.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from contactbot.casestore.import_file import import_file
from contactbot.database.crypto import Keyring
from contactbot.database.engine import make_engine
from contactbot.database.intake_records import DatabaseIntakeStore
from contactbot.domain.policy import parse_policy
from contactbot.operations.intake import IntakeRules

POLICY = Path(__file__).resolve().parents[2] / "scripts" / "policy.toml"


def most_memory() -> float:
    """The most memory this process ever held, in MB; Linux counts it from its start."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Import each file in turn."""
    url, *files = sys.argv[1:]
    store = DatabaseIntakeStore(make_engine(url), Keyring([b"e" * 32], [b"i" * 32]))
    rules = IntakeRules(parse_policy(POLICY.read_text("utf-8")), allow_pretend=True)
    for file in map(Path, files):
        began = perf_counter()
        result = import_file(file, file.with_suffix(".rejects.csv"), store, rules)
        seconds = perf_counter() - began
        said = {"seconds": seconds, "memory": most_memory(), "read": result.read}
        said |= {"unchanged": result.unchanged, "rejected": result.rejected, "held": result.held}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
