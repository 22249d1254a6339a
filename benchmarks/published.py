"""How soon each strategy finds the bugs that the literature measures strategies with.

    python benchmarks/published.py [--seeds N] [--budget N] [--jobs N] [--only NAME]...

A row is a program, a cell the median over the seeds of the executions to the bug; a seed that does not find it within
the budget counts as the budget. The last row is the geometric mean over the programs. With --keep FILE each cell is
written to the file when it is known, and cells that the file has are not measured again.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor, as_completed
from math import exp, fsum, log
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

from old_default import OldDefault

from aiovgic.engine.explore import explore
from aiovgic.lab.strategies import Way
from devtools.programs.literature import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUDGET = 10_000
SEEDS = 20
HARDEST = "safestack"
"""The only program that need not be found."""
DEFAULT = "default"
WAYS = (DEFAULT, "old default", "pos", "surw", "pct", "urw", "random")


Cell: TypeAlias = tuple[str, str, int, int]
"""A program, a way, the number of seeds, the budget."""


class Kept:
    """Executions to the bug by cell, in a file of one JSON line a cell. Without a path nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.cells: dict[Cell, list[int]] = {}
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                *cell, found = json.loads(line)
                self.cells[tuple(cell)] = found

    def keep(self, cell: Cell, found: list[int]) -> None:
        """Write one more cell."""
        self.cells[cell] = found
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps([*cell, found]) + "\n")


def measure(kept: Kept, cells: Sequence[Cell], jobs: int) -> None:
    """Measure the cells that are not kept yet."""
    with ProcessPoolExecutor(jobs) as pool:
        measured = {pool.submit(to_the_bug, cell): cell for cell in cells if cell not in kept.cells}
        for each in as_completed(measured):
            kept.keep(measured[each], each.result())


def strategy_of(way: str, seed: int) -> Any:
    """A strategy of the table, by the name of its column."""
    if way == "old default":
        return OldDefault(seed)
    return Way("auto" if way == DEFAULT else way).make(seed)


def to_the_bug(asked: Cell) -> list[int]:
    """Executions to the bug by seed, the budget where it is not found; ends where more cannot change the median.

    Of the default all seeds are tried.
    """
    name, way, seeds, budget = asked
    [program] = [each.program for each in PUBLISHED if each.name == name]
    found: list[int] = []
    for seed in range(seeds):
        found.append(explore(program, strategy_of(way, seed), budget).at_execution or budget)
        if way != DEFAULT and found.count(budget) > seeds // 2:
            return found + [budget] * (seeds - len(found))
    return found


def geometric_mean(figures: Sequence[float]) -> float:
    """The geometric mean of figures that are at least 1."""
    return exp(fsum(map(log, figures)) / len(figures))


def table(found: Mapping[Cell, list[int]], names: Sequence[str], ways: Sequence[str], seeds: int, budget: int) -> None:
    """Print the table."""
    widths = {way: max(len(way), 7) for way in ways}
    print(f"executions to the bug: median of {seeds} seeds, budget {budget}")
    head = f"{'program':16} {'threads':>7} " + " ".join(f"{way:>{widths[way]}}" for way in ways)
    print(f"{head}  {'default, worst seed':>19}  published size; source")
    medians = {(name, way): median(found[name, way, seeds, budget]) for name in names for way in ways}
    missed = []
    for name in names:
        [published] = [each for each in PUBLISHED if each.name == name]
        worst = max(found[name, DEFAULT, seeds, budget]) if DEFAULT in ways else ""
        missed += [name] if worst == budget else []
        shown = " ".join(f"{medians[name, way]:{widths[way]}g}" for way in ways)
        print(f"{name:16} {published.threads:7} {shown}  {worst:>19}  {published.size}; {published.source}")
    means = [geometric_mean([medians[name, way] for name in names]) for way in ways]
    shown = " ".join(f"{mean:{widths[way]}.1f}" for way, mean in zip(ways, means, strict=True))
    print(f"{'geometric mean':16} {'':7} {shown}  (wanted of the default: at most 12)")
    if DEFAULT in ways:
        print(f"not found with every seed: {', '.join(missed) or 'none'} (wanted: none but {HARDEST})")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="for each median")
    parser.add_argument("--budget", type=int, default=BUDGET, help="executions of one search at most")
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a processor unless said")
    parser.add_argument("--only", action="append", help="a program of the table; may be repeated")
    parser.add_argument("--ways", default=",".join(WAYS), help="the columns")
    parser.add_argument("--keep", type=Path, help="a file with the cells that were measured before")
    asked = parser.parse_args()
    names = asked.only or [each.name for each in PUBLISHED]
    ways = asked.ways.split(",")
    kept = Kept(asked.keep)
    measure(kept, [(name, way, asked.seeds, asked.budget) for way in ways for name in names], asked.jobs)
    table(kept.cells, names, ways, asked.seeds, asked.budget)


if __name__ == "__main__":
    main()
