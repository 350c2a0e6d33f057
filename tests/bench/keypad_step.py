"""Row 1: one keypad step, verified and durable, against a static view of the same server."""

from figure import Figure


def measure_keypad_step(*, quick: bool) -> list[Figure]:
    """The figures of the row."""
    return []
