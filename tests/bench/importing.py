"""Row 3: a referral file taken in whole, against csv and binary COPY alone."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg
from figure import Figure, paired
from sqlalchemy import NullPool, create_engine, make_url

from contactbot.cli.seed import write_sample
from contactbot.database.clock_records import fix_clock
from contactbot.database.embedded import start_embedded
from contactbot.database.engine import make_engine
from contactbot.database.migrate import upgrade
from contactbot.domain.referral_row import COLUMNS
from contactbot.domain.sample import LAST_MOMENT

ROW = "3"
CHILD = Path(__file__).with_name("import_child.py")
SIZES, MANY, QUICK = (15_000, 150_000), 600_000, (300, 600)
MOST_TIMES, MOST_MEGABYTES, LEAST_GAIN = 4.0, 100.0, 3.0


@dataclass
class Stage:
    """A durable server, sample files, and what every import on it said."""

    url: str
    folder: Path
    made: int = 0
    again: list[float] = field(default_factory=list)
    memory: dict[int, float] = field(default_factory=dict)

    def sample(self, rows: int) -> Path:
        """A file of so many referrals with the published mix and dirt."""
        path = self.folder / f"{rows}.csv"
        if not path.exists():
            write_sample(path, rows, seed=7, dirty=True)
        return path

    def reference(self, path: Path) -> float:
        """Seconds to read, clean and COPY the same columns into one table, without any check."""
        with psycopg.connect(_plain(self._database())) as connection:
            columns = tuple(COLUMNS)
            connection.execute(f"CREATE TABLE plain ({', '.join(f'{c} text' for c in columns)})")
            connection.commit()
            began = perf_counter()
            with (
                path.open(encoding="utf-8", newline="") as file,
                connection.cursor().copy("COPY plain FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(["text"] * len(columns))
                rows = csv.reader(file)
                next(rows)
                for row in rows:
                    copy.write_row([cell.strip() or None for cell in row])
            connection.commit()
            return perf_counter() - began

    def ours(self, rows: int) -> float:
        """Seconds to import the file into an empty database; then once more, unchanged."""
        url = self._database()
        engine = make_engine(url)
        upgrade(engine)
        fix_clock(engine, LAST_MOMENT, 1.0)
        engine.dispose()
        file = str(self.sample(rows))
        command = [sys.executable, str(CHILD), url, file, file]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        first, again = map(json.loads, ended.stdout.splitlines())
        _expect(first, again, rows)
        self.memory[rows] = max(self.memory.get(rows, 0.0), again["memory"])
        self.again.append(first["seconds"] / again["seconds"])
        return float(first["seconds"])

    def _database(self) -> str:
        """The address of a new, empty database; the one before is dropped."""
        server = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.made += 1
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS bench_{self.made - 1}")
            connection.exec_driver_sql(f"CREATE DATABASE bench_{self.made}")
        address = make_url(self.url).set(database=f"bench_{self.made}")
        return address.render_as_string(hide_password=False)


def measure_importing(*, quick: bool) -> list[Figure]:
    """The figures of the row; `quick` uses a few hundred rows, whose ratios say nothing."""
    small, large = QUICK if quick else SIZES
    with _stage() as stage:
        stage.ours(small)
        stage.again.clear()
        file = stage.sample(large)
        floor, ours, ratio = paired(
            lambda: stage.reference(file), lambda: stage.ours(large), 1 if quick else 5
        )
        again = median(stage.again)
        if not quick:
            stage.ours(MANY)
    sizes = ", ".join(f"{rows:,} rows {mb:.0f} MB" for rows, mb in stage.memory.items())
    memory = max(stage.memory.values())
    what = f"import of {large:,} referrals, everything checked, sealed, matched, planned"
    return [
        Figure(ROW, what, "s", floor, ours, ratio, "at most 4 floors", ratio <= MOST_TIMES),
        Figure(
            ROW,
            "the same file again, unchanged: how many times faster",
            "times",
            None,
            again,
            None,
            "at least 3 times",
            again >= LEAST_GAIN,
        ),
        Figure(
            ROW,
            "most memory of the importing process",
            "MB",
            None,
            memory,
            None,
            "at most 100 MB at any size",
            memory <= MOST_MEGABYTES,
            sizes,
        ),
    ]


@contextmanager
def _stage() -> Iterator[Stage]:
    with TemporaryDirectory() as folder, start_embedded(Path(folder) / "var") as server:
        yield Stage(server.url, Path(folder))


def _plain(url: str) -> str:
    """The address as psycopg reads it."""
    return url.replace("+psycopg", "")


def _expect(first: dict[str, Any], again: dict[str, Any], rows: int) -> None:
    """An import that took nothing in would be very fast."""
    taken = first["read"] - first["rejected"]
    if taken != rows or again["unchanged"] != rows:
        raise RuntimeError(f"expected {rows} accepted, then unchanged: {first}, {again}")
