"""`contactbot seed`: write a sample referral file."""

import csv
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from random import Random

import click

from contactbot.domain.referral_row import COLUMNS
from contactbot.domain.sample import sample_rows
from contactbot.domain.sample_dirt import DAMAGES, dirty_rows


@click.command()
@click.option("--referrals", type=click.IntRange(1, 1_000_000), required=True, help="How many.")
@click.option("--seed", type=int, required=True, help="The same seed writes the same file.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--dirty", is_flag=True, help="Add damaged rows, half a percent, at least one each.")
def seed(referrals: int, seed: int, out: Path, dirty: bool) -> None:  # noqa: FBT001 - click’s flag
    """Write a sample referral file of the published mix, as blank as real feeds.

    Everybody in it is pretended: their numbers lie in a block that was never given to an operator,
    and only an installation without live calling takes them.
    """
    write_sample(out, referrals, seed, dirty=dirty)


def write_sample(path: Path, referrals: int, seed: int, *, dirty: bool = False) -> None:
    """Write the sample as CSV; the same arguments always write the same bytes."""
    random = Random(seed)  # noqa: S311 - a sample must be repeatable, not unguessable
    rows: Iterable[dict[str, str]] = sample_rows(referrals, random)
    if dirty:
        rows = chain(rows, dirty_rows(max(len(DAMAGES), referrals // 200), random))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, tuple(COLUMNS))
        writer.writeheader()
        writer.writerows(rows)
