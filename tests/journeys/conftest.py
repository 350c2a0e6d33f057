"""A service for each journey; after each one the invariants are checked against the network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journeys.service import Service, running_service
from phonenet.network import Network, phone_network


@pytest.fixture(scope="session")
def telephones() -> Iterator[Network]:
    """A network on which people live two hundred times as fast."""
    with phone_network(tempo=200) as network:
        yield network


@pytest.fixture(scope="session")
def slow_telephones() -> Iterator[Network]:
    """A network that rings for seconds and dials one call in two, to do something meanwhile."""
    with phone_network(tempo=4, cps=0.5) as network:
        yield network


@pytest.fixture
def service(database_url: str, telephones: Network, tmp_path: Path) -> Iterator[Service]:
    """The service; nothing it does may break an invariant or surprise the network."""
    yield from watched(database_url, telephones, tmp_path)


@pytest.fixture
def slow_service(database_url: str, slow_telephones: Network, tmp_path: Path) -> Iterator[Service]:
    """The same, on the slow network."""
    yield from watched(database_url, slow_telephones, tmp_path)


def watched(database_url: str, network: Network, folder: Path) -> Iterator[Service]:
    with running_service(database_url, network, folder) as service:
        yield service
        network.control.delete("faults")
        service.wait_until_quiet()
        assert service.violations() == []
        if not service.surprising:
            assert network.control.get("unexpected") == []
