"""Row 2: claiming what is due, safely, against the bare loop; the next person for a caller."""

from figure import Figure


def measure_claiming(*, quick: bool) -> list[Figure]:
    """The figures of the row."""
    return []
