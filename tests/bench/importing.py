"""Row 3: a referral file taken in whole, against csv and binary COPY alone."""

from figure import Figure


def measure_importing(*, quick: bool) -> list[Figure]:
    """The figures of the row."""
    return []
