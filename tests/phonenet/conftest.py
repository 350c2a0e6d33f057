"""One network and one application for the tests of a module, and calls with little writing."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from phonenet.application import Application, application
from phonenet.network import TOKEN, Network, phone_network

PERSON = "+447700900{:03}"
OURS = "+442920180000"
EVENTS = ["initiated", "ringing", "answered", "completed"]


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with phone_network() as running:
        yield running


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    with application(TOKEN) as running:
        yield running


@pytest.fixture
def place(network: Network, app: Application) -> Iterator[Callable[..., Any]]:
    """Place a call to the person whose number ends in three digits; `url` is what they hear."""

    def placed(ends_in: int, url: str, **options: Any) -> Any:
        return network.client().calls.create(
            to=PERSON.format(ends_in),
            from_=OURS,
            url=url,
            status_callback=f"{app.url}/status",
            status_callback_event=EVENTS,
            **{"timeout": 18, **options},
        )

    yield placed
    network.control.delete("faults")
    network.control.quiet()
    network.control.delete("unexpected")
