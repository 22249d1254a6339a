"""Compare a strategy with naive DFS on drawn programs: `python -m devtools.programs --programs N --seed S`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiovgic.lab.strategies import Way
from devtools.programs.compare import Totals, compare
from devtools.programs.draw import ORDERS, draw
from devtools.programs.reading import parse
from devtools.programs.shrink import shrink

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from devtools.programs.compare import Comparison
    from devtools.programs.instructions import Listing


@click.command()
@click.option("--programs", default=300, show_default=True, help="Programs to draw.")
@click.option("--seed", default=0, show_default=True, help="The first program's seed; the next has the next.")
@click.option("--orders", default=ORDERS, show_default=True, help="About how many orders a program has at most.")
@click.option("--limit", default=5_000, show_default=True, help="Executions of DFS beyond which a program is left out.")
@click.option("--strategy", default="dpor", show_default=True, help="The strategy that is compared.")
@click.option("--bare", is_flag=True, help="Look for data races only, on to every deadlock.")
@click.option("--seconds", type=float, help="Stop drawing after this time.")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One program's text."
)
@click.option("--keep", type=click.Path(dir_okay=False, path_type=Path), help="Write failing programs to this file.")
def main(  # noqa: PLR0913, PLR0917  one parameter an option
    programs: int,
    seed: int,
    orders: int,
    limit: int,
    strategy: str,
    bare: bool,  # noqa: FBT001  a flag of the command line
    seconds: float | None,
    path: Path | None,
    keep: Path | None,
) -> None:
    """Compare a strategy with naive DFS; print each program with a difference, made smaller, and the totals."""
    drawn: Iterable[Listing] = (draw(each, orders) for each in range(seed, seed + programs))
    if path is not None:
        drawn = [parse(path.read_text(encoding="utf-8"))]

    def compared(listing: Listing) -> Comparison | None:
        return compare(listing, Way(strategy).make, limit, bare=bare)

    totals = Totals()
    for listing in until(drawn, seconds):
        comparison = compared(listing)
        if comparison is None:
            totals.too_large += 1
            continue
        totals.note(comparison)
        if not comparison.good:
            report(listing, compared, keep)
    click.echo(str(totals))
    click.echo(totals.by_kind())
    sys.exit(1 if totals.missed else 0)


def until(listings: Iterable[Listing], seconds: float | None) -> Iterator[Listing]:
    """The listings, until the time is over."""
    began = time.monotonic()
    for listing in listings:
        yield listing
        if seconds is not None and time.monotonic() - began > seconds:
            return


def report(listing: Listing, compared: Callable[[Listing], Comparison | None], keep: Path | None) -> None:
    """Print a program with a difference, as small as it can be made, and what differs."""

    def differs(smaller: Listing) -> bool:
        comparison = compared(smaller)
        return comparison is not None and not comparison.good

    text = str(compared(shrink(listing, differs)))
    click.echo(text + "\n")
    if keep is not None:
        with keep.open("a", encoding="utf-8") as file:
            file.write(text + "\n\n")


if __name__ == "__main__":
    main()
