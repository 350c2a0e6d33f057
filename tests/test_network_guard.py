"""No test reaches anything but this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


# It warns before it raises; a test of ours would fail by either.
@pytest.mark.filterwarnings("ignore:A test tried to use")
def test_another_machine_cannot_be_reached() -> None:
    with socket.socket() as outside, pytest.raises(SocketConnectBlockedError):
        outside.connect(("192.0.2.1", 443))


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
