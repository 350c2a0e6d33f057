"""PostgreSQL's own clock jumps, by libfaketime, and the process's wall clock with it or alone.

The process's is handed to `SystemClock`: under libfaketime itself Python cannot sleep.
`python -m windows.machine_clock` says what the dispatcher did after each jump, and ends with 1 if a
call was placed that should not have been, or none where it should.
"""

import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from operations.world import World
from sqlalchemy import Engine

from contactbot.clock import SystemClock, wall
from contactbot.database.crypto import Keyring
from contactbot.database.embedded import start_embedded
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade
from contactbot.database.server_place import installed_postgres
from contactbot.operations.dispatch import Dispatched, place_next

LIBRARIES = (
    Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
    Path("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"),
)
# A Tuesday morning to begin with, whatever day it really is.
BEGIN = datetime(2026, 11, 24, 11, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
JUMPS = tuple(sign * by for by in (HOUR, DAY, 7 * DAY) for sign in (1, -1))
APART = (6 * SECOND, -6 * SECOND, HOUR, -HOUR)
TOGETHER = (3 * SECOND, -3 * SECOND)


class Clocks:
    """How far the database's wall clock and the process's are off; the steady one never is."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "database.offset"
        self.base = BEGIN - wall()
        self.set(timedelta(0), timedelta(0))

    def set(self, machine: timedelta, database: timedelta) -> None:
        """Both clocks, as they are from now on."""
        self.machine = self.base + machine
        new = self.file.with_suffix(".new")
        new.write_text(f"{(self.base + database) / SECOND:+.3f}\n", encoding="ascii")
        new.replace(self.file)

    def wall(self) -> datetime:
        """The process's wall clock."""
        return wall() + self.machine


def pretended_install(folder: Path, library: Path) -> Path:
    """PostgreSQL's programs, of which the server itself has a clock that can be set."""
    real = installed_postgres()
    bin_folder = folder / "install" / "bin"
    bin_folder.mkdir(parents=True)
    for entry in real.iterdir():
        if entry.name != "bin":
            (folder / "install" / entry.name).symlink_to(entry)
    for program in (real / "bin").iterdir():
        if program.name != "postgres":
            (bin_folder / program.name).symlink_to(program)
    server = bin_folder / "postgres"
    server.write_text(
        f"""#!/bin/sh
export LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={folder}/database.offset FAKETIME_NO_CACHE=1
exec {real}/bin/postgres "$@"
""",
        encoding="ascii",
    )
    server.chmod(server.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return folder / "install"


def look(world: World, clock: SystemClock) -> Dispatched:
    """Make one new person due, and let the dispatcher look."""
    world.run("UPDATE referrals SET route = 'none'")
    world.run("UPDATE pacing SET next_at_real = clock_timestamp()")
    count = world.values("SELECT count(*) FROM persons")[0]
    world.person(f"+447700900{count:03}", due_at=datetime(2020, 1, 1, tzinfo=UTC))
    world.run("UPDATE contact_profiles SET confirmed_on = NULL")
    return place_next(world.but(clock=clock, real_calendar=True))


def try_all(engine: Engine, clocks: Clocks) -> list[tuple[str, Dispatched, bool]]:
    """Every jump: what it was, what the dispatcher did, and whether it should have called."""
    world = World(engine, Keyring([b"e" * 32], [b"i" * 32]))
    world.run("ALTER TABLE clock DISABLE TRIGGER append_only")
    world.run("DELETE FROM clock")  # from here on the calendar is PostgreSQL's own clock
    cases = [("nothing jumps", timedelta(0), timedelta(0), True)]
    cases += [(f"the database by {by}", timedelta(0), by, False) for by in (*JUMPS, *APART[:2])]
    cases += [(f"the process by {by}", by, timedelta(0), True) for by in JUMPS]
    cases += [(f"both by {by}", by, by, False) for by in JUMPS]
    cases += [(f"the database by {by}", timedelta(0), by, True) for by in TOGETHER]
    found = []
    for name, machine, database, should in cases:
        clocks.set(timedelta(0), timedelta(0))
        clock = SystemClock(clocks.wall)
        clocks.set(machine, database)
        found.append((name, look(world, clock), should))
    return found


def main() -> None:
    """Jump, look, and say what came of it."""
    library = next((path for path in LIBRARIES if path.exists()), None)
    if library is None:
        sys.exit("libfaketime is not here (apt-get install libfaketime): nothing was tried")
    wrong = 0
    with TemporaryDirectory(prefix="machine-clock-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        clocks = Clocks(folder)
        install = pretended_install(folder, library)
        with start_embedded(folder / "data", durable=False, install=install) as server:
            engine = make_engine(server.url)
            upgrade(engine)
            for what, did, should in try_all(engine, clocks):
                right = (did is Dispatched.PLACED) is should
                wrong += not right
                sys.stdout.write(f"{'ok   ' if right else 'WRONG'} {what:36} {did}\n")
            engine.dispose()
    sys.exit(min(wrong, 1))


if __name__ == "__main__":
    main()
