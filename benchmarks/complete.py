"""What a complete search of each shipped scenario costs, beside 9d6fc30.

    python benchmarks/complete.py [--budget N] [--jobs N] [--only NAME]...

Each scenario is searched on `fixed` with the default strategy. `complete.json` has the figures of 9d6fc30 with its own
scenario files, where DPOR ran alone for 500 executions. Executions that DPOR gave up are not counted.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from aiovgic.lab.explore import explore
from aiovgic.lab.limits import DEFAULT_BUDGET
from aiovgic.scenario.shipped import scenarios

BEFORE = Path(__file__).parent / "complete.json"
WANTED = 1.5
"""Times the executions of 9d6fc30, at most."""


def searched(asked: tuple[str, int]) -> tuple[int, int, bool]:
    """The executions of one scenario, those of DPOR among them, and whether the search is complete and clean."""
    name, budget = asked
    result = explore(name, budget=budget)
    return result.executions, result.by_strategy.get("dpor", 0), result.complete and not result.findings


def shown(executions: int, *, complete: bool) -> str:
    """A number of executions."""
    return str(executions) if complete else f"{executions}, not complete"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budget", type=int, default=DEFAULT_BUDGET, help="executions of one search at most")
    parser.add_argument("--jobs", type=int, default=None, help="processes; one a processor unless said")
    parser.add_argument("--only", action="append", help="a scenario; may be repeated")
    asked = parser.parse_args()
    before = json.loads(BEFORE.read_text())
    names = asked.only or list(scenarios())
    dearer: list[str] = []
    sums = [0, 0]
    print(f"{'scenario':32} {before['commit']:>20} {'now':>20} {'dpor':>6} {'ratio':>6}")
    with ProcessPoolExecutor(asked.jobs) as pool:
        found = pool.map(searched, [(name, asked.budget) for name in names])
        for name, (executions, dpor, complete) in zip(names, found, strict=True):
            was, was_complete = before["scenarios"].get(name, (0, False))
            ratio = executions / was if complete and was_complete else 0.0
            dearer += [name] if ratio > WANTED else []
            if ratio:
                sums = [sums[0] + was, sums[1] + executions]
            old = shown(was, complete=was_complete) if was else "-"
            now = shown(executions, complete=complete)
            print(f"{name:32} {old:>20} {now:>20} {dpor:6} {f'{ratio:.2f}' if ratio else '-':>6}", flush=True)
    print(f"{'complete in both':32} {sums[0]:20} {sums[1]:20}")
    print(f"over {WANTED}: {', '.join(dearer) or 'none'}")


if __name__ == "__main__":
    main()
