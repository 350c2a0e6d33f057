"""What a keypad step costs the processor, in the web process and in PostgreSQL.

`python tests/bench/keypad_processor.py [SECONDS]`: where a machine is busy, wall times say little,
but processor time hardly changes with what else runs. Prints milliseconds for each webhook.
"""

import os
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg
from keypad_world import Database, contactbot_web, database_of, play

from contactbot.database.embedded import start_embedded

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
KINDS = {"steps": False, "steps and reports": True}
KEPT = "SELECT (SELECT count(*) FROM call_turns) + (SELECT count(*) FROM attempt_events)"


def spent_ms(ancestor: int) -> float:
    """The processor time of a process and all its descendants so far, those that ended included."""
    parents, ticks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(folder.name)] = int(told[1])
        ticks[int(folder.name)] = sum(map(int, told[11:15]))
    return TICK_MS * sum(of for process, of in ticks.items() if _below(process, ancestor, parents))


def _below(process: int, ancestor: int, parents: dict[int, int]) -> bool:
    while process and process != ancestor:
        process = parents.get(process, 0)
    return process == ancestor


def postmaster_of(connection: psycopg.Connection[tuple[int]]) -> int:
    """The parent of every process of the server."""
    backend = connection.info.backend_pid
    return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])


def measure(database: Database, folder: Path, seconds: float) -> None:
    """Play calls of each kind to a web process that has met some already."""
    files = {name: folder / name.replace(" ", "-") for name in KINDS}
    for name, reports in KINDS.items():
        database.calls(int(seconds * 200) + 100, files[name], reports=reports)
    database.settle()
    with contactbot_web(database, folder / "app") as server:
        processes = (server.process.pid, postmaster_of(database.connection))
        for name, file in files.items():
            taken = play(file, server.port, 1)["taken"]
            began = [*map(spent_ms, processes), _kept(database)]
            told = play(file, server.port, seconds, "--first", str(taken))
            ended = [*map(spent_ms, processes), _kept(database)]
            web, server_ms, made = (
                after - before for before, after in zip(began, ended, strict=True)
            )
            each = f"web {web / made:.3f} ms, PostgreSQL {server_ms / made:.3f} ms each"
            print(f"{name}: {made:,.0f} webhooks, {told['wrong']} wrong; {each}", flush=True)


def _kept(database: Database) -> float:
    """How many webhooks have left something; each leaves one row in one of the two tables."""
    row = database.connection.execute(KEPT).fetchone()
    assert row is not None
    return float(row[0])


def main() -> None:
    """Measure with a thousand interviews in the database."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 6.0
    with tempfile.TemporaryDirectory(prefix="contactbot-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the server runs as another user where we are root
        with start_embedded(folder / "postgres") as server:
            database = database_of(server, "many", 1000)
            with closing(database.connection):
                measure(database, folder, seconds)


if __name__ == "__main__":
    main()
