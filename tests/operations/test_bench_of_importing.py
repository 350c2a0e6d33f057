"""The bench of imports still runs; what it finds on a few hundred rows says nothing."""

import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[1] / "bench"
ASK = (
    "import json, figure, importing; print(figure.as_json(importing.measure_importing(quick=True)))"
)


def test_the_bench_of_imports_runs():
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ASK], cwd=BENCH, capture_output=True, text=True, check=True
    )
    assert ended.stdout.count('"row": "3"') == 3
