"""`pytest tests/scripting --rewrite-golden` writes the golden transcripts anew."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write the goldens anew")


@pytest.fixture
def rewrite_golden(request: pytest.FixtureRequest) -> bool:
    # Without this folder among the arguments pytest does not know the option.
    return bool(request.config.getoption("--rewrite-golden", default=False))
