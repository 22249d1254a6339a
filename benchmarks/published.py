"""How soon each strategy finds the bugs that the literature measures strategies with.

    python benchmarks/published.py [--seeds N] [--budget N] [--jobs N] [--only NAME]...

A row is a program, a cell the median over the seeds of the executions to the bug; a seed that does not find it within
the budget counts as the budget. The last row is the geometric mean over the programs.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from math import exp, fsum, log
from statistics import median
from typing import TYPE_CHECKING, Any

from old_default import OldDefault

from aiovgic.engine.explore import explore
from aiovgic.lab.strategies import Way
from aiovgic.testing.programs.literature import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Sequence

BUDGET = 10_000
SEEDS = 20
HARDEST = "safestack"
"""The only program that need not be found."""
DEFAULT = "default"
WAYS = (DEFAULT, "old default", "pos", "surw", "pct", "urw", "random")


def strategy_of(way: str, seed: int) -> Any:
    """A strategy of the table, by the name of its column."""
    if way == "old default":
        return OldDefault(seed)
    return Way("auto" if way == DEFAULT else way).make(seed)


def to_the_bug(asked: tuple[str, str, int, int]) -> list[int]:
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


def table(names: Sequence[str], ways: Sequence[str], seeds: int, budget: int, jobs: int) -> None:
    """Print the table, a row as soon as it is known."""
    widths = {way: max(len(way), 7) for way in ways}
    print(f"\nexecutions to the bug: median of {seeds} seeds, budget {budget}")
    head = f"{'program':16} {'threads':>7} " + " ".join(f"{way:>{widths[way]}}" for way in ways)
    print(f"{head}  {'default, worst seed':>19}  published size; source")
    columns: dict[str, list[float]] = {way: [] for way in ways}
    missed: list[str] = []
    with ProcessPoolExecutor(jobs) as pool:
        rows = {name: [pool.submit(to_the_bug, (name, way, seeds, budget)) for way in ways] for name in names}
        for name, cells in rows.items():
            [published] = [each for each in PUBLISHED if each.name == name]
            found = dict(zip(ways, (cell.result() for cell in cells), strict=True))
            medians = {way: median(found[way]) for way in ways}
            for way, figure in medians.items():
                columns[way].append(figure)
            worst = max(found[DEFAULT])
            missed += [name] if worst == budget else []
            shown = " ".join(f"{medians[way]:{widths[way]}g}" for way in ways)
            print(
                f"{name:16} {published.threads:7} {shown}  {worst:19}  {published.size}; {published.source}", flush=True
            )
    means = " ".join(f"{geometric_mean(columns[way]):{widths[way]}.1f}" for way in ways)
    print(f"{'geometric mean':16} {'':7} {means}  (wanted of the default: at most 12)")
    print(f"not found with every seed: {', '.join(missed) or 'none'} (wanted: none but {HARDEST})")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="for each median")
    parser.add_argument("--budget", type=int, default=BUDGET, help="executions of one search at most")
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a processor unless said")
    parser.add_argument("--only", action="append", help="a program of the table; may be repeated")
    parser.add_argument("--ways", default=",".join(WAYS), help="the columns, the default among them")
    asked = parser.parse_args()
    names = asked.only or [each.name for each in PUBLISHED]
    table(names, asked.ways.split(","), asked.seeds, asked.budget, asked.jobs)


if __name__ == "__main__":
    main()
