"""Which PostgreSQL the tests run on: the embedded one, or the newest of the system."""

import os
from pathlib import Path

import pytest

# Read once and taken out: the product itself knows no such setting and would refuse to start.
TEST_POSTGRES = os.environ.pop("CONTACTBOT_TEST_POSTGRES", "embedded")  # noqa: TID251
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


def chosen_postgres(word: str, system: Path = SYSTEM_POSTGRES) -> Path | None:
    """Whose programs the tests run on: None for the embedded ones, or the system's newest."""
    if word == "embedded":
        return None
    if word != "system":
        pytest.fail(f"CONTACTBOT_TEST_POSTGRES={word} is neither `system` nor `embedded`")
    found = [path.parent.parent for path in system.glob("*/bin/postgres")]
    if not found:
        pytest.fail(f"CONTACTBOT_TEST_POSTGRES=system, but no PostgreSQL lies under {system}")
    return max(found, key=lambda path: float(path.name))
