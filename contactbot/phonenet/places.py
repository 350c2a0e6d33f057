"""Where the pretended network may go: this machine, and nowhere else."""

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def on_this_machine(url: str) -> bool:
    """Whether an address leads to this machine and nowhere else."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and parts.hostname in LOOPBACK and parts.port != 0
    except ValueError:
        return False
